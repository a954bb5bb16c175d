"""Faults in validation, derived from the contract: a bound that is not checked, a required value that may be missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.fixtures.messages.named_resources import body_resources
from peertube_conformance.spec import Operation, Parameter
from tests.faults.contract_faults import STATUS, ContractFault, dotted

_BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "pattern", "enum", "minItems", "maxItems", "uniqueItems")
# Longer texts than this are in no address and in no header.
_LONGEST_IN_ADDRESS = 8_000
_LONGEST = 2_000_000
_TEXT = ("zzz zzz", "\u00e9\u00e9\u00e9", "-", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", " ", "!")


def request_faults(operation: Operation) -> Iterator[ContractFault]:
    """The validation faults of one operation."""
    for parameter in operation.parameters:
        if parameter.location not in {"path", "query", "header"}:
            continue
        name = parameter.name.lower() if parameter.location == "header" else parameter.name
        if parameter.required and parameter.location != "path":
            yield _fault(operation, parameter.location, f"/{name}", "required")
        if parameter.resource is None:
            for pointer, keyword in _bounds(operation, parameter.schema, f"/{name}", _longest(parameter)):
                unspeakable = {"path": "minLength", "query": "minItems"}.get(parameter.location)
                if keyword != unspeakable:
                    yield _fault(operation, parameter.location, pointer, keyword)
    for media_type, schema in operation.request_bodies.items():
        named = body_resources(operation, media_type)
        properties = operation.schemas.properties(schema)
        for name in _required(operation, schema):
            yield _fault(operation, "body", f"/{name}", "required")
        for name, member in properties.items():
            if name not in named and not operation.schemas.is_file(member):
                for pointer, keyword in _bounds(operation, member, f"/{name}", _LONGEST):
                    if _is_told(operation, schema, name):
                        yield _fault(operation, "body", pointer, keyword)
        break


def _is_told(operation: Operation, schema: Any, name: str) -> bool:
    """Whether an error in a member is reported at that member, and not as that no form of the whole fits."""
    example: Any = next(iter(operation.request_examples.values()), {})
    reported = operation.schemas.validator(schema, "request").iter_errors({**example, name: [[[]]]})
    return any(list(error.instance_path)[:1] == [name] for error in reported)


def _longest(parameter: Parameter) -> int:
    return _LONGEST_IN_ADDRESS if parameter.location in {"path", "query"} else _LONGEST_IN_ADDRESS // 2


def _fault(operation: Operation, location: str, pointer: str, keyword: str) -> ContractFault:
    kind = "not-required" if keyword == "required" else f"{keyword}.ignored"
    return ContractFault(
        f"{operation.id}.{location}.{dotted(pointer)}.{kind}",
        operation.id,
        kind,
        STATUS,
        ("PT-STATUS-04",),
        f"/request/{location}{pointer}",
        "invalid",
        f"{location}{pointer}",
        keyword,
    )


def _required(operation: Operation, schema: Any) -> Iterator[str]:
    """The members that are required in every case, and not in one of several branches alone."""
    seen: set[str] = set()
    for part in _always(operation, schema):
        for name in part.get("required", ()):
            if name not in seen:
                seen.add(name)
                yield name


def _always(operation: Operation, schema: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    schema = operation.schemas.resolved(schema)
    if not isinstance(schema, dict) or depth > 8:
        return
    yield schema
    if "$ref" in schema:
        yield from _always(operation, {"$ref": schema["$ref"]}, depth + 1)
    for part in schema.get("allOf", ()):
        yield from _always(operation, part, depth + 1)


def _bounds(operation: Operation, schema: Any, pointer: str, longest: int, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The bounds that some value breaks alone, with the pointer at which a violation of them is reported."""
    found: dict[str, Any] = {}
    for part in operation.schemas.parts(schema):
        found |= {keyword: part[keyword] for keyword in _BOUNDS if keyword in part}
    for keyword, bound in found.items():
        if _breaks_alone(operation, schema, keyword, bound, longest):
            yield pointer, keyword
    if depth < 2:
        for name, member in operation.schemas.properties(schema).items():
            yield from _bounds(operation, member, f"{pointer}/{name}", longest, depth + 1)
        items = operation.schemas.items(schema)
        # Of a list and its items each bound is one fault, that of the items where both have it.
        for at, keyword in _bounds(operation, items, f"{pointer}/*", longest, depth + 1) if items else ():
            if keyword not in found:
                yield at, keyword


def _breaks_alone(operation: Operation, schema: Any, keyword: str, bound: Any, longest: int) -> bool:
    validator = operation.schemas.validator(schema if isinstance(schema, dict) else {}, "request")
    for value in _beyond(operation, schema, keyword, bound, longest):
        reported = {(error.kind.name, len(list(error.instance_path))) for error in validator.iter_errors(value)}
        if reported == {(keyword, 0)}:
            return True
    return False


def _beyond(operation: Operation, schema: Any, keyword: str, bound: Any, longest: int) -> Iterator[Any]:
    """Values that may break this bound and no other."""
    some = next((v for v in operation.schemas.enumerated(schema)), None)
    examples = [part["example"] for part in operation.schemas.parts(schema) if "example" in part]
    texts = [value for value in (*examples, some) if isinstance(value, str)]
    if keyword == "minimum":
        yield from (bound - 1, bound - 0.5)
    elif keyword == "maximum":
        yield from (bound + 1, bound + 0.5)
    elif keyword == "minLength" and bound > 0:
        yield from ("a" * (bound - 1), "1" * (bound - 1), *(text[: bound - 1] for text in texts))
    elif keyword == "maxLength" and bound < longest:
        for letter in ("a", "1"):
            yield letter * (bound + 1)
            yield from (text + letter * (bound + 1 - len(text)) for text in texts)
    elif keyword == "pattern":
        yield from _TEXT
    elif keyword == "enum":
        yield from (("no-such-value", 987_654, -987_654) if None not in bound else ("no-such-value", 987_654))
    elif keyword in {"minItems", "maxItems", "uniqueItems"}:
        values = operation.schemas.enumerated(operation.schemas.items(schema)) or ["a", 1]
        length = {"minItems": bound - 1, "maxItems": bound + 1}.get(keyword, 2)
        for value in values[:3]:
            yield [value] * length
        yield [f"tag{number}" for number in range(length)]
        yield list(range(1, length + 1))
