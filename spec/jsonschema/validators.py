"""Compiled JSON Schema validators (draft 2020-12, with formats) for the schemas of one document."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import jsonschema_rs

from peertube_conformance.spec.jsonschema.formats import FORMATS
from peertube_conformance.spec.jsonschema.pointers import lookup, references, rewritten

Schema = Mapping[str, Any]
Direction = Literal["request", "response"]
Types = frozenset[str]

ANY: Types = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})

_BASE = "urn:contract"
_COMBINING = ("allOf", "anyOf", "oneOf")


def _absolute(reference: str) -> str:
    return _BASE + reference if reference.startswith("#") else reference


def _json_type(value: Any) -> str:
    if value is None:
        return "null"
    for name, kind in (("boolean", bool), ("integer", int), ("number", float), ("string", str), ("array", list)):
        if isinstance(value, kind):
            return name
    return "object"


class Schemas:
    """Validators of one document's schemas, compiled on first use and cached.

    `$ref`s are resolved against the whole document. In requests `readOnly` properties are not required, in
    responses `writeOnly` ones are not (OpenAPI 3.1 section 4.8.24.4).
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._validators: dict[tuple[int, Direction], tuple[Schema, jsonschema_rs.Draft202012Validator]] = {}
        self._types: dict[int, tuple[Schema, Types]] = {}
        self._registries: dict[Direction, jsonschema_rs.Registry] = {}
        self._lock = threading.RLock()

    def __deepcopy__(self, memo: dict[int, Any]) -> Schemas:
        return self

    def validator(self, schema: Schema, direction: Direction = "response") -> jsonschema_rs.Draft202012Validator:
        """The compiled validator of a schema in the document, or of a schema that refers to the document.

        The schema must not be changed afterwards.
        """
        key = (id(schema), direction)
        known = self._validators.get(key)
        if known is None:
            with self._lock:
                compiled = jsonschema_rs.Draft202012Validator(
                    _one_way(rewritten(schema, _absolute), direction, self._document),
                    validate_formats=True,
                    formats=dict(FORMATS),
                    registry=self._registry(direction),
                    offline=True,
                )
                # The schema is kept too, so that its id() is not reused.
                known = self._validators[key] = (schema, compiled)
        return known[1]

    def resolved(self, schema: Any) -> Any:
        """The schema that `$ref`s lead to; one with siblings next to its `$ref` is returned as it is."""
        while isinstance(schema, Mapping) and set(schema) == {"$ref"}:
            schema = lookup(self._document, schema["$ref"])
        return schema

    def parts(self, schema: Any, depth: int = 0) -> Iterator[Schema]:
        """Yields the schema and those it refers to or combines (allOf, anyOf, oneOf), so that keywords can be found."""
        if not isinstance(schema, Mapping) or depth > 16:
            return
        yield schema
        if "$ref" in schema:
            yield from self.parts(lookup(self._document, schema["$ref"]), depth + 1)
        for keyword in _COMBINING:
            for part in schema.get(keyword, ()):
                yield from self.parts(part, depth + 1)

    def types(self, schema: Any) -> Types:
        """The JSON types that a valid value of the schema can have."""
        if not isinstance(schema, Mapping):
            return ANY
        known = self._types.get(id(schema))
        if known is None:
            known = self._types[id(schema)] = (schema, self._find_types(schema, 0))
        return known[1]

    def _find_types(self, schema: Any, depth: int) -> Types:
        if not isinstance(schema, Mapping) or depth > 16:
            return ANY
        found = ANY
        if "$ref" in schema:
            found &= self._find_types(lookup(self._document, schema["$ref"]), depth + 1)
        declared = schema.get("type")
        if declared is not None:
            names = {declared} if isinstance(declared, str) else set(declared)
            found &= names | {"integer"} if "number" in names else names
        if "const" in schema:
            found &= {_json_type(schema["const"])}
        if "enum" in schema:
            found &= {_json_type(value) for value in schema["enum"]}
        for part in schema.get("allOf", ()):
            found &= self._find_types(part, depth + 1)
        for keyword in ("anyOf", "oneOf"):
            if schema.get(keyword):
                found &= frozenset().union(*(self._find_types(part, depth + 1) for part in schema[keyword]))
        return found

    def property(self, schema: Any, name: str) -> Any:
        """The schema of a property, searched for in all parts of the schema; an empty one if it is not declared."""
        for part in self.parts(schema):
            if name in part.get("properties", ()):
                return part["properties"][name]
        return {}

    def properties(self, schema: Any) -> dict[str, Any]:
        """The schema of every declared property by name."""
        found: dict[str, Any] = {}
        for part in self.parts(schema):
            for name, value in part.get("properties", {}).items():
                found.setdefault(name, value)
        return found

    def items(self, schema: Any) -> Any:
        """The schema of an array's items; an empty one if none is declared."""
        for part in self.parts(schema):
            if isinstance(part.get("items"), Mapping):
                return part["items"]
        return {}

    def enumerated(self, schema: Any) -> list[Any]:
        """The enumerated values of a schema and of its items; a boolean enumerates True and False."""
        found: list[Any] = []
        for part in (*self.parts(schema), *self.parts(self.items(schema))):
            found += [value for value in part.get("enum", ()) if value is not None]
            named = part.get("type", ())
            if "boolean" in ((named,) if isinstance(named, str) else named):
                found += [True, False]
        return found

    def is_file(self, schema: Any) -> bool:
        """Whether a form field is a file: `format: binary`, or `contentMediaType` without `contentEncoding`."""
        return any(
            part.get("format") == "binary" or ("contentMediaType" in part and "contentEncoding" not in part)
            for part in self.parts(schema)
        )

    def _registry(self, direction: Direction) -> jsonschema_rs.Registry:
        registry = self._registries.get(direction)
        if registry is None:
            contents = _one_way(self._document, direction, self._document)
            registry = jsonschema_rs.Registry([(_BASE, contents)], draft=jsonschema_rs.Draft202012)
            self._registries[direction] = registry
        return registry


def _one_way(node: Any, direction: Direction, document: Mapping[str, Any]) -> Any:
    """A copy of the node in which `readOnly` properties (in responses: `writeOnly`) are not required; the node itself
    if there are none.
    """
    mark = "readOnly" if direction == "request" else "writeOnly"

    def marked(schema: Any) -> bool:
        if isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str):
            try:
                schema = lookup(document, schema["$ref"].removeprefix(_BASE))
            except LookupError:
                return False
        return isinstance(schema, Mapping) and schema.get(mark) is True

    def copied(value: Any) -> Any:
        if isinstance(value, list):
            items = [copied(item) for item in value]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if not isinstance(value, Mapping):
            return value
        copy = {key: copied(item) for key, item in value.items()}
        properties, required = value.get("properties"), value.get("required")
        if isinstance(properties, Mapping) and isinstance(required, list):
            kept = [name for name in required if not marked(properties.get(name))]
            if len(kept) < len(required):
                copy["required"] = kept
        return copy if any(copy[key] is not value[key] for key in value) else value

    return copied(node)


def dangling(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yields every object whose `$ref` has no target in the document, with the path of keys to it."""
    for at, node in references(document):
        reference = node["$ref"]
        if not reference.startswith("#"):
            yield at, node
            continue
        try:
            lookup(document, reference)
        except LookupError:
            yield at, node
