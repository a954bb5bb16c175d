"""Synthetic operations for requests outside the contract: unknown routes, wrong methods, preflights.

Requests of these operations are drafts as all others, and so go through the same guard, budget, client and
recorder.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from peertube_conformance.spec.contract import Authentication, Contract, Effect, Operation, ResponseSpec, Role

# The names of these operations in findings and deviations.
OUTSIDE = frozenset(
    {
        "unknownRoute",
        "madeUpRoute",
        "wrongMethod",
        "invalidEncoding",
        "veryLongAddress",
        "preflight",
        "lazyStaticFile",
        "webfinger",
        "startPage",
        "restoredSetting",
    }
)
_NO_OCTET = re.compile("%(?![0-9A-Fa-f]{2})")
_MADE_UP = "x-outside"
_ANY = {"default": ResponseSpec("default", "Whatever the test for it says.", {}, {})}


def outside(contract: Contract, method: str, path: str, name: str, *, counted_in: tuple[str, ...] = ()) -> Operation:
    """A synthetic operation for this method and literal, percent-encoded path, without parameters and with id `name`.

    Its requests are expected to be refused, or change nothing: to the guard it is without effect. `counted_in`
    are the rate limits that the path is counted in. Raises ValueError for a name that is not in OUTSIDE, and where the
    contract has such an operation, unless the path cannot be decoded.
    """
    if name not in OUTSIDE:
        raise ValueError(f"{name} is not a name of a synthetic operation")
    known = contract.match(method, path)
    if known is not None and _says_something(path):
        raise ValueError(f"{method} {path} is {known.id}")
    return replace(
        contract.operations[0],
        id=name,
        method=method,
        path=path,
        tag="",
        summary="",
        role=Role.ANONYMOUS,
        elevated_role=None,
        authentication=Authentication.NONE,
        capability=None,
        rate_limits=counted_in,
        effect=Effect.NONE,
        creates=None,
        parameters=(),
        request_bodies={},
        body_required=False,
        responses=_ANY,
        definition={"x-effect": Effect.NONE.value, _MADE_UP: True},
    )


def _says_something(path: str) -> bool:
    try:
        unquote(path, errors="strict")
    except UnicodeDecodeError:
        return False
    return _NO_OCTET.search(path) is None


def is_outside(operation: Operation) -> bool:
    """Whether the operation is synthetic, so that no document describes it."""
    return _MADE_UP in operation.definition


def head_of(operation: Operation) -> Operation:
    """Copy of the operation with method HEAD, which every resource that has GET has (RFC 9110 section 9.3.2)."""
    return replace(operation, method="HEAD")


def whatever_is_asked(operation: Operation, status: int) -> Operation:
    """Copy of the operation that also documents a status that is decided before routing, so any operation may have it."""
    return replace(operation, responses={**operation.responses, str(status): _ANY["default"]})
