"""Faults in access control, by operation, derived from the contract."""

from __future__ import annotations

from collections.abc import Iterator

from peertube_conformance.spec import Authentication, Operation, Role
from tests.faults.contract_faults import AUTH, ContractFault

NOBODY, WRONG_TOKEN, LOW_ROLE, SOMEBODY_ELSE = "anonymous", "wrong-token", "role", "owner"
_REQUIREMENTS = {NOBODY: "PT-AUTH-01", WRONG_TOKEN: "PT-AUTH-02", LOW_ROLE: "PT-AUTH-03", SOMEBODY_ELSE: "PT-AUTH-04"}


def access_faults(operation: Operation) -> Iterator[ContractFault]:
    """The access faults of one operation."""
    if operation.authentication is Authentication.NONE:
        return
    if operation.authentication is Authentication.REQUIRED:
        yield _fault(operation, NOBODY, "let-in")
    yield _fault(operation, WRONG_TOKEN, "let-in")
    if operation.role in {Role.MODERATOR, Role.ADMIN}:
        yield _fault(operation, LOW_ROLE, "ignored")
    elif operation.role is Role.OWNER and any(p.location == "path" and p.resource for p in operation.parameters):
        yield _fault(operation, SOMEBODY_ELSE, "ignored")


def _fault(operation: Operation, who: str, what: str) -> ContractFault:
    name = f"access.{who}.{what}"
    return ContractFault(
        f"{operation.id}.{name}", operation.id, f"{who}.{what}", AUTH, (_REQUIREMENTS[who],), "/request", "access", who
    )
