"""The shape of a JSON body: which members there are and of which types, without any value."""

from __future__ import annotations

from typing import Any

_MAX_DEPTH = 8
_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def shape_of(value: Any, pointer: str = "", depth: int = 0) -> dict[str, list[str]]:
    """JSON pointer (array items as `*`) to the types seen there: `{"/data/*/id": ["integer"]}`."""
    found: dict[str, list[str]] = {pointer: [_NAMES.get(type(value), "null")]}
    if depth >= _MAX_DEPTH:
        return found
    if isinstance(value, dict):
        for name, member in value.items():
            merge(found, shape_of(member, f"{pointer}/{_escaped(str(name))}", depth + 1))
    elif isinstance(value, list):
        for item in value[:20]:
            merge(found, shape_of(item, f"{pointer}/*", depth + 1))
    return found


def merge(into: dict[str, list[str]], other: dict[str, list[str]]) -> None:
    """Adds the types of another shape."""
    for pointer, types in other.items():
        into[pointer] = sorted({*into.get(pointer, ()), *types})


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
