"""The model of what has to be run again for a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Recipe:
    """The test that made a request, and the part of it, which make it again with the same seed and depth.

    `test` is the id of a pytest item without its folder: `test_operations.py::test_valid[getVideo]`. `part` is the number
    of the request in a phase of an operation, or the status that it provokes; None where the whole test is needed.
    """

    test: str
    part: int | None = None

    @classmethod
    def from_json(cls, members: Mapping[str, Any] | None) -> Self | None:
        """Reads a recipe from a recorded line or the run document; None where there is none."""
        return None if members is None else cls(members["test"], members["part"])


@dataclass(frozen=True, slots=True)
class Replayed:
    """A finding of an earlier run, whose recipe alone is run."""

    fingerprint: str
    recipe: Recipe
