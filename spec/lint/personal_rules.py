"""Lint rules for `x-personal`, which marks the members of messages that hold data of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.spec.contract import Operation
from peertube_conformance.spec.jsonschema.personal import PERSONAL, PERSONAL_NAMES
from peertube_conformance.spec.jsonschema.pointers import token
from peertube_conformance.spec.jsonschema.validators import ANY, Schemas


def personal_breaches(operation: Operation) -> Iterator[str]:
    """Yields members that may hold data of people and do not say whether they do, and marks that mean nothing."""
    schemas = operation.schemas
    for parameter in operation.parameters:
        yield from (f"parameter {parameter.name}: {what}" for what in _marks(schemas, parameter.schema))
    bodies = [("request body", schema) for schema in operation.request_bodies.values()]
    bodies += [
        (f"response {code}", schema)
        for code, response in operation.responses.items()
        for schema in response.content.values()
    ]
    for name, schema in bodies:
        yield from (f"{name}: {what}" for what in _marks(schemas, schema))


def _marks(schemas: Schemas, schema: Any, at: str = "", above: frozenset[int] = frozenset()) -> Iterator[str]:
    """Yields what is wrong with the marks of a schema and everything below it; recursion is followed once."""
    schema = schemas.resolved(schema)
    if not isinstance(schema, Mapping) or id(schema) in above:
        return
    above |= {id(schema)}
    for piece in schemas.parts(schema):
        if PERSONAL in piece and not (isinstance(piece[PERSONAL], bool) and _holds_text(schemas, piece)):
            yield f"{at or 'the value'}: {PERSONAL} is true or false, on a text or a list of texts"
        for name, member in piece.get("properties", {}).items():
            if name in PERSONAL_NAMES and _is_open(schemas, member):
                yield f"{at}/{token(name)} needs {PERSONAL}: true, or false where people do not write it"
            yield from _marks(schemas, member, f"{at}/{token(name)}", above)
        for keyword in ("items", "additionalProperties"):
            if isinstance(piece.get(keyword), Mapping):
                yield from _marks(schemas, piece[keyword], f"{at}/*", above)


def _is_open(schemas: Schemas, schema: Any) -> bool:
    """Whether a member is declared as a text of any words, or a list of them, without a mark."""
    parts = [*schemas.parts(schema), *schemas.parts(schemas.items(schema))]
    is_declared = schemas.types(schema) != ANY
    is_closed = any(keyword in part for part in parts for keyword in (PERSONAL, "enum", "const"))
    return is_declared and _holds_text(schemas, schema) and not is_closed


def _holds_text(schemas: Schemas, schema: Any) -> bool:
    types = schemas.types(schema)
    return "string" in types or ("array" in types and "string" in schemas.types(schemas.items(schema)))
