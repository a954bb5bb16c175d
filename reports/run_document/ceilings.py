"""Collects which items reached their ceiling of requests, and whether the run did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Ceilings:
    """The ceilings that a run reached; several workers may record the same."""

    def __init__(self) -> None:
        self._reached: set[tuple[str, str]] = set()

    def add(self, part: Mapping[str, Any]) -> None:
        """Adds a recorded line: the name of the item, empty for the run itself, and a reason."""
        self._reached.add((part["item"], part["reason"]))

    def to_json(self, announced: Mapping[str, int]) -> dict[str, Any]:
        """The member `requests` of the run document, with what was announced and sent."""
        return {**announced, "reached": [{"item": item, "reason": reason} for item, reason in sorted(self._reached)]}
