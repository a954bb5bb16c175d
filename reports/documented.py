"""What the contract says of one member of a response body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peertube_conformance.spec import Operation

_NOTHING: Mapping[str, Any] = {}


def schema_at(operation: Operation, status: str, pointer: str) -> Any:
    """The schema of the member (array items as `*`); None where the contract does not declare it."""
    return [None, *schemas_along(operation, status, pointer)][-1]


def schemas_along(operation: Operation, status: str, pointer: str) -> Iterator[Any]:
    """The schemas of the body, of each member on the way, and of the member; the last is None where the contract does
    not declare it."""
    response = operation.response_for(int(status))
    schema = _json_schema(response.content if response is not None else _NOTHING)
    yield schema
    for name in pointer.split("/")[1:]:
        if schema is None:
            return
        schema = _below(operation, schema, name.replace("~1", "/").replace("~0", "~"))
        yield schema


def nullable(operation: Operation, status: str, pointers: Iterable[str]) -> list[str]:
    """Those of the members that are declared and may be null."""
    found = []
    for pointer in pointers:
        schema = schema_at(operation, status, pointer)
        if schema is not None and "null" in operation.schemas.types(schema):
            found.append(pointer)
    return found


def _json_schema(content: Mapping[str, Any]) -> Any:
    for media_type, schema in content.items():
        if media_type.endswith(("/json", "+json")):
            return schema
    return None


def _below(operation: Operation, schema: Any, name: str) -> Any:
    schemas = operation.schemas
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
