"""Upgrades OpenAPI 3.0 documents to 3.1, so that there is only one schema dialect to validate against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
_MAPS = ("properties", "patternProperties")
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("items", "not", "additionalProperties")


def upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """Upgrades a 3.0 document to 3.1: `nullable` and boolean exclusive bounds are rewritten, and members next to a
    schema's `$ref`, which 3.0 ignores, are left out. The document is changed in place; a 3.1 document is
    returned as it is.
    """
    if not str(document.get("openapi", "")).startswith("3.0"):
        return document
    document["openapi"] = "3.1.0"
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        document["components"]["schemas"][name] = _schema(schema)
    _upgrade_inside({key: value for key, value in document.items() if key != "components"})
    _upgrade_inside({key: value for key, value in document.get("components", {}).items() if key != "schemas"})
    return document


def _upgrade_inside(node: Any) -> None:
    """Upgrades the `schema` members of parameters, headers and media types below a node, in place."""
    if isinstance(node, list):
        for item in node:
            _upgrade_inside(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "schema" and isinstance(value, Mapping):
                node[key] = _schema(value)
            elif key not in {"example", "examples"}:
                _upgrade_inside(value)


def _schema(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    new = dict(schema)
    for keyword in _MAPS:
        if isinstance(new.get(keyword), Mapping):
            new[keyword] = {name: _schema(value) for name, value in new[keyword].items()}
    for keyword in _LISTS:
        if isinstance(new.get(keyword), list):
            new[keyword] = [_schema(value) for value in new[keyword]]
    for keyword in _SINGLE:
        if keyword in new:
            new[keyword] = _schema(new[keyword])
    for bound, exclusive in _BOUNDS:
        if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
            new[exclusive] = new.pop(bound)
    if new.pop("nullable", False) is True and isinstance(new.get("type"), str):
        new["type"] = [new["type"], "null"]
    return new
