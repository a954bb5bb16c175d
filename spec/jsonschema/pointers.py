"""JSON pointers and `$ref`s of a document; examples and other data in it are not searched for `$ref`s."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

# Values of these keywords are data: a `$ref` inside them refers to nothing.
_DATA = frozenset({"example", "examples", "default", "enum", "const", "value"})
# Values of these keywords are maps from names that the author chose, so their keys are not keywords.
_NAMED = frozenset(
    {
        "properties",
        "patternProperties",
        "$defs",
        "definitions",
        "dependentSchemas",
        "schemas",
        "responses",
        "parameters",
        "headers",
        "requestBodies",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
        "paths",
        "content",
        "encoding",
    }
)


def token(key: object) -> str:
    """Escapes a key as one token of a JSON pointer (RFC 6901 section 3)."""
    return str(key).replace("~", "~0").replace("/", "~1")


def lookup(document: Any, pointer: str) -> Any:
    """The value at a JSON pointer (`/a/b`, with or without `#`), which is percent-decoded first.

    Raises:
        LookupError: there is no such value.
    """
    value = document
    for part in unquote(pointer).lstrip("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping):
            value = value[key]
        elif isinstance(value, list) and key.isdigit():
            value = value[int(key)]
        else:
            raise LookupError(pointer)
    return value


def resolve(document: Any, node: Any) -> Any:
    """Follows `$ref`s within one document until there is none; siblings of a followed `$ref` are dropped.

    Raises:
        LookupError: the target of a `$ref` does not exist, or `$ref`s form a cycle.
    """
    for _ in range(32):
        if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
            return node
        node = lookup(document, node["$ref"])
    raise LookupError(node["$ref"])


def rewritten(node: Any, change: Callable[[str], str], *, named: bool = False) -> Any:
    """A copy of a structure with `change` applied to every `$ref`; data such as examples is shared, not copied."""
    if isinstance(node, list):
        return [rewritten(item, change) for item in node]
    if not isinstance(node, Mapping):
        return node
    copy: dict[Any, Any] = {}
    for key, value in node.items():
        if named:
            copy[key] = rewritten(value, change)
        elif key == "$ref" and isinstance(value, str):
            copy[key] = change(value)
        elif key in _DATA:
            copy[key] = value
        else:
            copy[key] = rewritten(value, change, named=key in _NAMED and isinstance(value, Mapping))
    return copy


def references(
    node: Any, at: tuple[str, ...] = (), *, named: bool = False
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yields every object that has a `$ref`, with the path of keys to it."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from references(item, (*at, str(index)))
    elif isinstance(node, dict):
        if not named and isinstance(node.get("$ref"), str):
            yield at, node
        for key, value in node.items():
            if named or key not in _DATA:
                yield from references(
                    value, (*at, str(key)), named=not named and key in _NAMED and isinstance(value, Mapping)
                )
