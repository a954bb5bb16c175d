"""Lint rules for schemas and examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.spec.contract import Operation
from peertube_conformance.spec.jsonschema.pointers import token
from peertube_conformance.spec.jsonschema.validators import ANY, Schemas
from peertube_conformance.spec.messages.request_decoding import FORM, MULTIPART, is_json

# A range of a JSON text is not JSON itself.
PARTIAL = "206"


def anything_goes(schemas: Schemas, schema: Any) -> Iterator[str]:
    """Yields pointers to the places below a schema that take any value, any object or any array.

    `additionalProperties: true` states that any object is meant.
    """
    for at, part in _parts(schemas, schema):
        types = schemas.types(part)
        bare = types == ANY
        bare |= types == {"object"} and not (
            schemas.properties(part)
            or any({"additionalProperties", "patternProperties"} & piece.keys() for piece in schemas.parts(part))
        )
        bare |= types == {"array"} and not (
            schemas.items(part) or any("prefixItems" in piece for piece in schemas.parts(part))
        )
        if bare:
            yield at


def unbounded_integers(schemas: Schemas, schema: Any, *, both: bool) -> Iterator[str]:
    """Yields pointers to integers below a schema without `minimum` or, with `both`, without `maximum`.

    Enumerations are bounded; `x-unbounded` gives the reason why something is not.
    """
    wanted = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))[: 2 if both else 1]
    for at, part in _parts(schemas, schema):
        declared = part.get("type")
        names = {declared} if isinstance(declared, str) else set(declared or ())
        if "integer" in names and not ({"enum", "const", "x-unbounded"} & part.keys()):
            pieces = list(schemas.parts(part))
            if not all(any({*bound} & piece.keys() for piece in pieces) for bound in wanted):
                yield at


def _parts(
    schemas: Schemas, schema: Any, at: str = "", above: frozenset[int] = frozenset()
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields every schema below a schema with the pointer of the value it applies to; recursion is followed once."""
    schema = schemas.resolved(schema)
    if not isinstance(schema, Mapping) or id(schema) in above:
        return
    above |= {id(schema)}
    yield at, schema
    for piece in schemas.parts(schema):
        for name, value in piece.get("properties", {}).items():
            yield from _parts(schemas, value, f"{at}/{token(name)}", above)
        for keyword in ("items", "additionalProperties"):
            if isinstance(piece.get(keyword), Mapping):
                yield from _parts(schemas, piece[keyword], f"{at}/*", above)
        for value in piece.get("prefixItems", ()):
            yield from _parts(schemas, value, f"{at}/*", above)


def example_breaches(operation: Operation) -> Iterator[str]:
    """Yields examples that are missing (of request bodies and JSON responses) or invalid by their schema."""
    schemas = operation.schemas
    for parameter in operation.parameters:
        if parameter.example is not None:
            for what in _misfit(schemas, parameter.schema, parameter.example, "request"):
                yield f"example of parameter {parameter.name}: {what}"
    for kind, schema in operation.request_bodies.items():
        media = operation.definition["requestBody"]["content"][kind]
        if kind == MULTIPART:
            # YAML holds no files: examples are of the text fields, and there is none if all are files.
            declared = schemas.properties(schema)
            files = {name: "" for name, value in declared.items() if schemas.is_file(value)}
            if "example" in media:
                filled = {"example": {**files, **media["example"]}}
                yield from _judged(schemas, schema, filled, "the request body", "request")
            elif files.keys() < declared.keys():
                yield "the request body has no example"
        elif is_json(kind) or kind == FORM:
            yield from _judged(schemas, schema, media, "the request body", "request")
    for code, response in operation.responses.items():
        content = operation.definition["responses"][code].get("content", {})
        for kind, schema in response.content.items():
            if is_json(kind) and code != PARTIAL:
                yield from _judged(schemas, schema, content[kind], f"response {code}", "response")


def _judged(schemas: Schemas, schema: Any, media: Mapping[str, Any], name: str, direction: Any) -> Iterator[str]:
    examples = [media["example"]] if "example" in media else []
    examples += [entry["value"] for entry in media.get("examples", {}).values() if "value" in entry]
    if not examples:
        yield f"{name} has no example"
    for example in examples:
        for what in _misfit(schemas, schema, example, direction):
            yield f"example of {name}: {what}"


def _misfit(schemas: Schemas, schema: Any, example: Any, direction: Any) -> Iterator[str]:
    for error in schemas.validator(schema, direction).iter_errors(example):
        pointer = "".join(f"/{token(key)}" for key in error.instance_path)
        yield f"{pointer} {error.message}".strip()
