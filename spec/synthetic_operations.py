"""Requests that the contract has no operation for: unknown routes, wrong methods, preflights.

They are drafts as all others, of operations that are made up here, and so go through the same guard, budget, client and
recorder.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from peertube_conformance.spec.contract import Authentication, Contract, Effect, Operation, ResponseSpec, Role

# How findings and deviations name them.
OUTSIDE = frozenset(
    {
        "unknownRoute",
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
    """An operation of this method and this very path, percent-encoded and without parameters; findings name it `name`.

    Whoever sends it expects to be refused, or changes nothing by it: to the guard it is without effect. `counted_in`
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
    """Whether the operation is defined here, so that no document describes it."""
    return _MADE_UP in operation.definition


def head_of(operation: Operation) -> Operation:
    """The same for HEAD, which every resource that has GET has (RFC 9110 section 9.3.2)."""
    return replace(operation, method="HEAD")


def whatever_is_asked(operation: Operation, status: int) -> Operation:
    """The same, with a status that any operation may be answered with, because it is decided before one is asked."""
    return replace(operation, responses={**operation.responses, str(status): _ANY["default"]})
