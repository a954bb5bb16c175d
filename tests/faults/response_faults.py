"""Faults of single responses, derived from the contract: members, media types, headers and statuses."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from peertube_conformance.conformance.checks.registry import starred
from peertube_conformance.spec import Operation, body_violations
from tests.faults.contract_faults import (
    BODY,
    HEADERS,
    NEGOTIATION,
    STATUS,
    ContractFault,
    dotted,
    members,
    sample,
    success,
)

# The number of members of a response per operation, spread over all: their neighbours are broken in the same way.
_MEMBERS = 3
_UNDOCUMENTED = (202, 203, 201)
_NEVER = "no-such-value"
_NO_NUMBER = 987_654
# Headers that checks of their own judge.
_JUDGED_ELSEWHERE = ("x-ratelimit-", "retry-after", "www-authenticate")
# Lists whose items no operation of the contract creates: no response shows one.
_ALWAYS_EMPTY = frozenset({"getMyAbuses", "listMyVideoImports", "listAccountChannelSyncs"})
DROPPED = object()


def response_faults(operation: Operation) -> Iterator[ContractFault]:
    """The response faults of one operation."""
    status, media_type, example = success(operation)
    if media_type == "application/json" and example is not None:
        yield from _of_members(operation, status, example)
    if media_type:
        at = "/response/headers/content-type"
        yield _fault(operation, "media-type.replaced", NEGOTIATION, "PT-BODY-01", at)
    for name, header in operation.responses[str(status)].headers.items():
        if header.get("required") and not name.startswith(_JUDGED_ELSEWHERE):
            yield _fault(
                operation, f"header.{name}.dropped", HEADERS, "PT-HEAD-01", f"/response/headers/{name}", where=name
            )
    other = next(code for code in _UNDOCUMENTED if operation.response_for(code) is None)
    yield _fault(operation, "status.success.replaced", STATUS, "PT-STATUS-02", "/response/status", how=other)
    if "404" in operation.responses and operation.responses["404"].unwitnessed is None and _names_a_thing(operation):
        at = "/response/status/404"
        yield _fault(operation, "status.404.replaced", STATUS, "PT-STATUS-08", at, phase="refusals", how=400)


def _fault(
    operation: Operation,
    name: str,
    group: str,
    requirement: str,
    at: str,
    *,
    phase: str = "valid",
    where: str = "",
    how: Any = None,
) -> ContractFault:
    return ContractFault(f"{operation.id}.{name}", operation.id, name, group, (requirement,), at, phase, where, how)


def _names_a_thing(operation: Operation) -> bool:
    return any(
        parameter.location == "path" and parameter.resource and not parameter.resource.startswith("me.id")
        for parameter in operation.parameters
    )


def _of_members(operation: Operation, status: int, example: Any) -> Iterator[ContractFault]:
    for kind, value_for in (("dropped", _dropped), ("retyped", _retyped), ("out-of-enum", _out_of_enum)):
        shown = [
            pointer
            for pointer, value in members(example)
            if _is_declared(operation, status, pointer)
            and (instead := value_for(value)) is not None
            and _is_seen(operation, example, pointer, kind, instead)
        ]
        for pointer in sample(shown, _MEMBERS):
            yield _fault(
                operation,
                f"body.{dotted(pointer)}.{kind}",
                BODY,
                "PT-BODY-02",
                starred(f"/response/body{pointer}"),
                where=pointer,
                how=value_for,
            )


def _dropped(_value: Any) -> Any:
    return DROPPED


def _retyped(value: Any) -> Any:
    """A value of another type, as servers are known to send.

    Numbers and booleans become text, text and null a number, lists objects.
    """
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, str) or value is None:
        return _NO_NUMBER
    if isinstance(value, list):
        return {}
    return []


def _out_of_enum(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return _NO_NUMBER if isinstance(value, int) else _NEVER


def _is_declared(operation: Operation, status: int, pointer: str) -> bool:
    """Whether the contract names the member, rather than describing any other one, and some response shows it."""
    schemas, schema = operation.schemas, operation.responses[str(status)].content["application/json"]
    if operation.id in _ALWAYS_EMPTY and pointer.startswith("/data/*"):
        return False
    for step in pointer.split("/")[1:]:
        schema = schemas.items(schema) if step == "*" else schemas.property(schema, step)
        if not schema:
            return False
    return True


def _is_seen(operation: Operation, example: Any, pointer: str, kind: str, instead: Any) -> bool:
    """Whether a response like the example breaks the contract at that place, and in that way."""
    spoiled = changed(copy.deepcopy(example), pointer, lambda _value: instead)
    keywords = {"dropped": {"required"}, "retyped": {"type"}, "out-of-enum": {"enum", "const"}}[kind]
    at = pointer.replace("/*", "/0")
    broken = body_violations(operation, operation.success_statuses[0], "application/json", spoiled)
    return any(violation.defect.pointer == at and violation.defect.keyword in keywords for violation in broken)


def changed(value: Any, pointer: str, change: Callable[[Any], Any]) -> Any:
    """The value with the members at the pointer (`*` is every item) changed in place, or dropped."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    _change(value, steps, change)
    return value


def _change(value: Any, steps: list[str], change: Callable[[Any], Any]) -> None:
    step, *rest = steps
    if step == "*":
        for item in value if isinstance(value, list) else ():
            _change(item, rest, change)
    elif isinstance(value, dict) and step in value:
        if rest:
            _change(value[step], rest, change)
            return
        instead = change(value[step])
        if instead is DROPPED:
            del value[step]
        elif instead is not None:
            value[step] = instead
