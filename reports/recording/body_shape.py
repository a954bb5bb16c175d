"""The shape of a JSON body: its members and their types, without any value."""

from __future__ import annotations

from typing import Any

_MAX_DEPTH = 8
# No documented response has as many; an object with a member for each of a million names does.
_MAX_POINTERS = 2_000
_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def shape_of(value: Any) -> dict[str, list[str]]:
    """Maps each JSON pointer of a body (array items as `*`) to the types seen there: `{"/data/*/id": ["integer"]}`."""
    found: dict[str, set[str]] = {}
    _collect(value, "", 0, found)
    return {pointer: sorted(types) for pointer, types in found.items()}


def _collect(value: Any, pointer: str, depth: int, found: dict[str, set[str]]) -> None:
    kind = _NAMES.get(type(value), "null")
    types = found.get(pointer)
    if types is None:
        if len(found) >= _MAX_POINTERS:
            return
        found[pointer] = {kind}
    else:
        types.add(kind)
    if depth >= _MAX_DEPTH:
        return
    if isinstance(value, dict):
        for name, member in value.items():
            _collect(member, f"{pointer}/{_escaped(str(name))}", depth + 1, found)
    elif isinstance(value, list):
        for item in value[:20]:
            _collect(item, f"{pointer}/*", depth + 1, found)


def merge(into: dict[str, list[str]], other: dict[str, list[str]]) -> None:
    """Adds the types of another shape to a shape, in place."""
    for pointer, types in other.items():
        into[pointer] = sorted({*into.get(pointer, ()), *types})


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
