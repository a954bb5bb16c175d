"""Lint rules for the known deviations of a contract: none may explain more than its evidence shows."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from peertube_conformance.spec.contract import Contract, Operation
from peertube_conformance.spec.deviations import Answer, Deviation, Occurrence, SentRequest, load_deviations
from peertube_conformance.spec.deviations.conditions import Case
from peertube_conformance.spec.deviations.value_classes import ABSENT, read_class
from peertube_conformance.spec.document.yaml_files import read_yaml
from peertube_conformance.spec.lint.operation_rules import Breach
from peertube_conformance.spec.messages.raw_request import WireRequest
from peertube_conformance.spec.messages.request_body_decoding import FilePart
from peertube_conformance.spec.messages.request_decoding import MULTIPART
from peertube_conformance.spec.path_templates import parameter_names
from peertube_conformance.spec.synthetic_operations import OUTSIDE

_RULE = "deviation"
_FAILURES = frozenset({"PT-STATUS-01", "PT-STATUS-10"})
# Clauses that say what made the server fail: what was sent, or which rule or situation it was sent for.
_TRIGGERS = frozenset({"value", "sent", "keyword", "situation"})
# Members of a problem in which the server itself names what failed.
_CAUSES = frozenset({"/detail", "/code"})
_WRONG = "a wrong value"
# Values of the kinds that a run generates: beyond bounds, of other types, and from the list of edge cases.
_GENERATED: tuple[Any, ...] = (
    ABSENT, None, True, False, 0, 1, -1, 9, 0.5, 2147483648, -2147483649, 9223372036854775296, 10**26, 1e22,
    "", "a", "2", "true", "0", "0.5", "-1", "2147483648", "1e22", "a" * 300, "2030-02-30T12:00:00Z", [], [1], ["a"],
    ["name@one.example", "name@other.example"], {}, {"a": 1}, FilePart("a.mp4", "video/mp4", b""),
)  # fmt: skip
_KEYWORDS = frozenset(
    {
        "type", "format", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "required", "minItems", "maxItems", "uniqueItems", "anyOf", "oneOf", "allOf",
        "not", "minProperties", "maxProperties", "additionalProperties", "dependentRequired", "template", "encoding",
        "mediaType", "malformed", "file", "status", "content",
    }
)  # fmt: skip


def deviation_breaches(contract: Contract) -> Iterator[Breach]:
    """Yields a breach for each entry that lacks a class or condition, or whose condition is too wide or never met."""
    if contract.deviations is None:
        return
    written = {entry["id"]: entry for entry in read_yaml(contract.deviations)}
    for entry in load_deviations([contract.deviations]):
        for what in _breaches(contract, entry, written[entry.id]):
            yield Breach(_RULE, entry.id, what)


def _breaches(contract: Contract, entry: Deviation, written: Mapping[str, Any]) -> Iterator[str]:
    for member in ("class", "when"):
        if not written.get(member):
            yield f"lacks {member}"
    if any("*" in pattern.partition("|")[0] for pattern in entry.fingerprint) and "operations" not in written:
        yield "matches operations by a pattern: name those that were measured in operations, or write all"
    operations = _operations(contract, entry)
    for case in entry.when.cases:
        yield from _unmet(case, entry, operations)
        for pattern in entry.fingerprint:
            yield from _too_wide(case, pattern, operations)


def _operations(contract: Contract, entry: Deviation) -> dict[str, Operation | None]:
    """The operations that an entry is about, those outside the contract as None."""
    known: dict[str, Operation | None] = {operation.id: operation for operation in contract.operations}
    known |= dict.fromkeys(OUTSIDE)
    patterns = [pattern.partition("|")[0] for pattern in entry.fingerprint]
    return {
        name: operation
        for name, operation in known.items()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns) and name in (entry.operations or known)
    }


def _too_wide(case: Case, pattern: str, operations: Mapping[str, Operation | None]) -> Iterator[str]:
    """What the case explains that it may not: failures without a cause, ordinary requests, wrong values."""
    names, requirement, status, pointer = pattern.split("|", 3)
    fails = status.startswith("5") and any(fnmatch.fnmatchcase(each, requirement) for each in _FAILURES)
    if fails and not case.names() & _TRIGGERS and not _CAUSES & _pointers(case, "answer"):
        yield f"explains the server error {pattern} without a class of what was sent"
    name = next((name for name in operations if fnmatch.fnmatchcase(name, names)), None)
    if name is None:
        return
    bare = Occurrence(
        operation=name,
        requirement=requirement.replace("*", "X"),
        status=int(status.replace("*", "0").replace("?", "0").ljust(3, "0")),
        at=pointer.replace("*", "x"),
        expected="another value",
        actual=_WRONG,
        request=SentRequest(WireRequest("GET", "/")),
        answer=_wrong(pointer),
    )
    operation = operations[name]
    if not (fails and operation) and case.holds(bare):
        yield f"holds for every request in {pattern}: say which value, or that the member is absent"
    if fails and operation is not None and case.holds(replace(bare, request=_ordinary(operation), caller="user")):
        yield f"explains the server error {pattern} on an ordinary request"


def _wrong(pointer: str) -> Answer:
    """An answer in which the member at a pointer is there, with a wrong value."""
    _, _, part, *steps = [*pointer.split("/"), "", ""]
    if part == "headers":
        return Answer({steps[0]: _WRONG}, b'{"detail": "another error"}')
    body: Any = _WRONG
    for step in reversed([step for step in steps if step] if part == "body" else []):
        body = {step: body}
    return Answer({}, json.dumps(body if isinstance(body, dict) else {"detail": "another error"}).encode())


def _ordinary(operation: Operation) -> SentRequest:
    """A request with the contract's examples, as a signed-in user sends it."""
    path, query = operation.path, []
    for parameter in operation.parameters:
        if parameter.location == "path":
            path = path.replace(f"{{{parameter.name}}}", str(parameter.example or "1"))
        elif parameter.location == "query" and parameter.example is not None:
            query.append(f"{parameter.name}={parameter.example}")
    for name in parameter_names(path):
        path = path.replace(f"{{{name}}}", "1")
    kind, example = next(iter(operation.request_examples.items()), ("", None))
    kind += "; boundary=abc" if kind == MULTIPART else ""
    headers = {"authorization": "Bearer abc"} | ({"content-type": kind} if kind else {})
    content = b"" if example is None else json.dumps(example).encode()
    url = f"{path}?{'&'.join(query)}" if query else path
    return SentRequest.of(operation, WireRequest(operation.method, url, headers, content))


def _unmet(case: Case, entry: Deviation, operations: Mapping[str, Operation | None]) -> Iterator[str]:
    """Why no request of a run can meet the case."""
    for clause in case.clauses:
        data = clause.data if isinstance(clause.data, list | dict) else [clause.data]
        if clause.name == "operations" and not set(data) <= set(operations):
            yield f"names operations that the entry is not about: {sorted(set(data) - set(operations))}"
        if clause.name == "keyword" and not set(data) <= _KEYWORDS:
            yield f"names keywords that no defect has: {sorted(set(data) - _KEYWORDS)}"
        if clause.name == "at" and not any(_meet(at, pattern) for at in data for pattern in entry.fingerprint):
            yield f"is about pointers that no fingerprint has: {data}"
        if clause.name == "sent":
            yield from (f"is about {place}, which no operation has" for place in data if not _has(operations, place))
        for text in _classes(clause.name, clause.data):
            kind = read_class(text)
            if not (kind.pointer or "matches " in text or text.startswith("is ") or any(map(kind.holds, _GENERATED))):
                yield f"asks for {text!r}, which no value that is sent belongs to"


def _pointers(case: Case, name: str) -> set[str]:
    return {pointer for clause in case.clauses if clause.name == name for pointer in clause.data}


def _classes(name: str, data: Any) -> list[str]:
    """The classes of values that a clause asks of a request."""
    if name == "value":
        return data if isinstance(data, list) else [data]
    kinds = data.values() if name == "sent" else ()
    return [text for kind in kinds for text in (kind if isinstance(kind, list) else [kind])]


def _meet(at: str, pattern: str) -> bool:
    pointer = pattern.split("|", 3)[3]
    return fnmatch.fnmatchcase(at, pointer) or fnmatch.fnmatchcase(pointer, at)


def _has(operations: Mapping[str, Operation | None], pointer: str) -> bool:
    """Whether an operation has the parameter or the member of the body that a pointer names."""
    _, location, *steps = pointer.split("/")
    if location not in {"path", "query", "body"} or not steps:
        return True
    known = [operation for operation in operations.values() if operation is not None]
    if location != "body":
        return any(operation.parameter(location, steps[0]) is not None for operation in known)
    bodies = [(each.schemas, schema) for each in known for schema in each.request_bodies.values()]
    return any(schemas.property(schema, steps[0]) for schemas, schema in bodies)
