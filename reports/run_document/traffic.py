"""Sums what the workers of a run sent, how long they waited for rate limits, and what was refused for these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

_SUMS = ("requests", "throttledSeconds", "self429", "provoked429")


class Traffic:
    """The figures of a run, from the lines that its workers wrote at their end."""

    def __init__(self) -> None:
        self._sums: Counter[str] = Counter()
        # Workers wait at the same time: the run waited as long as the one that waited longest.
        self._waited: Counter[str] = Counter()

    def add(self, part: Mapping[str, Any]) -> None:
        """Adds the figures of one worker at one target."""
        self._sums.update({key: part.get(key, 0) for key in _SUMS})
        self._waited[part.get("worker", "")] += part["throttledSeconds"]

    def to_json(self) -> dict[str, Any]:
        """The figures of the member `budget` of the run document.

        `throttledSeconds` are those of all workers together, `waitedSeconds` those of the one that waited longest.
        `self429` are requests refused with 429 that the run wanted to be served, `provoked429` those of tests of limits.
        """
        return {
            "requests": int(self._sums["requests"]),
            "throttledSeconds": round(float(self._sums["throttledSeconds"]), 3),
            "waitedSeconds": round(float(max(self._waited.values(), default=0)), 3),
            "workers": len(self._waited),
            "self429": int(self._sums["self429"]),
            "provoked429": int(self._sums["provoked429"]),
        }
