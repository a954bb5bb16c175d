"""Finds the contract's schemas of members of a response body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peertube_conformance.spec import Operation

_NOTHING: Mapping[str, Any] = {}


def schemas_along(operation: Operation, status: str, pointer: str) -> Iterator[Any]:
    """Yields the schemas of the body, of each member along a pointer, and of the member itself; the last is None where
    the contract does not declare it."""
    schema = _body(operation, status)
    yield schema
    for name in pointer.split("/")[1:]:
        if schema is None:
            return
        schema = _member(operation, schema, name)
        yield schema


def nullable(operation: Operation, status: str, pointers: Iterable[str]) -> list[str]:
    """The pointers, of those given, whose members are declared and may be null."""
    known: dict[str, Any] = {}

    def schema_of(pointer: str) -> Any:
        if pointer not in known:
            above, _, name = pointer.rpartition("/")
            known[pointer] = _member(operation, schema_of(above), name)
        return known[pointer]

    known[""] = _body(operation, status)
    schemas = {pointer: schema_of(pointer) for pointer in pointers}
    return [
        pointer
        for pointer, schema in schemas.items()
        if schema is not None and "null" in operation.schemas.types(schema)
    ]


def _body(operation: Operation, status: str) -> Any:
    response = operation.response_for(int(status))
    for media_type, schema in (response.content if response is not None else _NOTHING).items():
        if media_type.endswith(("/json", "+json")):
            return schema
    return None


def _member(operation: Operation, schema: Any, escaped: str) -> Any:
    if schema is None:
        return None
    schemas, name = operation.schemas, escaped.replace("~1", "/").replace("~0", "~")
    if name == "*":
        return schemas.items(schema) or None
    declared = schemas.properties(schema)
    if name in declared:
        return declared[name]
    return next(
        (
            part["additionalProperties"]
            for part in schemas.parts(schema)
            if isinstance(part.get("additionalProperties"), Mapping)
        ),
        None,
    )
