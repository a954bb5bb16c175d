"""Shortens the values of findings, which may be whole responses of the target, to what a person reads."""

from __future__ import annotations

import math
from typing import Any

from peertube_conformance.spec.judgement_limits import LIMITS


def cut(text: str, longest: int = LIMITS.shown_characters) -> str:
    """The beginning of a long text, with an ellipsis."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def shortened(value: Any, *, longest: int = LIMITS.shown_characters, values: int = LIMITS.shown_values) -> Any:
    """A copy of a value as JSON: with the beginnings of its texts, and at most so many values.

    What JSON cannot hold becomes text.
    """
    return _Copy(longest, values).of(value)


class _Copy:
    def __init__(self, longest: int, values: int) -> None:
        self._longest = longest
        self._left = values

    def of(self, value: Any) -> Any:
        self._left -= 1
        if isinstance(value, str):
            return cut(value, self._longest)
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, list | tuple):
            return self._items(value)
        if isinstance(value, dict):
            return self._members(value)
        return cut(str(value), self._longest)

    def _items(self, value: list[Any] | tuple[Any, ...]) -> list[Any]:
        kept: list[Any] = []
        for item in value:
            if self._left <= 0:
                return [*kept, f"… {len(value) - len(kept):,} more"]
            kept.append(self.of(item))
        return kept

    def _members(self, value: dict[Any, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, member in value.items():
            if self._left <= 0:
                return kept | {"…": f"{len(value) - len(kept):,} more"}
            kept[cut(str(name), self._longest)] = self.of(member)
        return kept
