"""The access matrix, read from the contract: every operation by every kind of caller."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from peertube_conformance.spec import Operation
from peertube_conformance.spec.contract import Authentication, Role


class Caller(StrEnum):
    """The kinds of caller. The other user owns none of the resources that the path names; `USER` does."""

    ANONYMOUS = "anonymous"
    WRONG_TOKEN = "wrong token"  # noqa: S105 - a kind of caller
    REVOKED_TOKEN = "revoked token"  # noqa: S105 - a kind of caller
    USER = "user"
    OTHER_USER = "other user"
    MODERATOR = "moderator"
    ADMIN = "admin"


# The rank of each role that an account can have.
RANKS = {
    Caller.USER: Role.OWNER,
    Caller.OTHER_USER: Role.OWNER,
    Caller.MODERATOR: Role.MODERATOR,
    Caller.ADMIN: Role.ADMIN,
}
_BELOW = {Role.ADMIN: Caller.MODERATOR, Role.MODERATOR: Caller.USER}
# Phases of an operation that send the request of a cell already.
VALID, ACCESS, ROLES = "valid", "access", "roles"


@dataclass(frozen=True, slots=True)
class Cell:
    """One caller of one operation: accepted (`status` 0), or refused with a status.

    `on_others` where the path names another user's resource. `asked_by` is the phase that sends the request, empty
    where `why_not` says why none does.
    """

    caller: Caller
    status: int
    asked_by: str = ROLES
    on_others: bool = False
    why_not: str = ""


def names_own_things(operation: Operation) -> bool:
    """Whether the path names a resource that belongs to a user."""
    return any(p.location == "path" and p.resource for p in operation.parameters)


def cells(operation: Operation) -> list[Cell]:
    """The cells of an operation, one for each caller, in the order of Caller."""
    return [_cell(operation, caller) for caller in Caller]


def _cell(operation: Operation, caller: Caller) -> Cell:
    if operation.authentication is Authentication.NONE:
        return _open(operation, caller)
    if caller is Caller.ANONYMOUS:
        needs = operation.authentication is Authentication.REQUIRED
        return Cell(caller, 401, ACCESS) if needs else Cell(caller, 0, VALID)
    if caller is Caller.WRONG_TOKEN:
        return Cell(caller, 401, ACCESS)
    if caller is Caller.REVOKED_TOKEN:
        return Cell(caller, 401)
    if operation.role is Role.OWNER and names_own_things(operation):
        return _of_owner(operation, caller)
    if RANKS[caller] < operation.role:
        return Cell(caller, 403, ACCESS if _BELOW.get(operation.role) is caller else ROLES)
    usual = {Role.ADMIN: Caller.ADMIN, Role.MODERATOR: Caller.MODERATOR, Role.ANONYMOUS: None}
    is_usual = usual.get(operation.role, Caller.USER) is caller
    return Cell(caller, 0, VALID if is_usual else ROLES)


def _open(operation: Operation, caller: Caller) -> Cell:
    if caller is Caller.ANONYMOUS:
        return Cell(caller, 0, VALID)
    if caller is Caller.WRONG_TOKEN and operation.is_safe:
        return Cell(caller, 0)
    return Cell(caller, 0, "", why_not="the operation does not check the caller")


def _of_owner(operation: Operation, caller: Caller) -> Cell:
    if caller is Caller.USER:
        return Cell(caller, 0, VALID)
    if caller is Caller.OTHER_USER:
        return Cell(caller, 403, ACCESS, on_others=True)
    # A caller who may upload for another user does so in a session of their own; the sessions of others are closed to
    # all.
    in_session = operation.parameter("query", "upload_id") is not None
    elevated = None if in_session else operation.elevated_role
    is_let_in = elevated is not None and RANKS[caller] >= elevated
    return Cell(caller, 0 if is_let_in else 403, on_others=True)
