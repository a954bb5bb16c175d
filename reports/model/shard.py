"""The part of a run's tests that one machine runs (`--shard`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several equal parts of the tests, counted from 1."""

    number: int = 1
    of: int = 1

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Reads the shard of a run document; documents without one are of whole runs."""
        members = document.get("shard")
        return cls(members["number"], members["of"]) if members else cls()

    def to_json(self) -> dict[str, int] | None:
        """The member `shard` of the run document; None for a whole run."""
        return None if self.of == 1 else {"number": self.number, "of": self.of}

    @property
    def name(self) -> str:
        """The shard in words, `shard 2 of 4`; empty for a whole run."""
        return "" if self.of == 1 else f"shard {self.number} of {self.of}"

    def part(self, things: Iterable[T], name: Callable[[T], str]) -> list[T]:
        """The items that are in this part, in their order; the same wherever the same names are divided."""
        every = list(things)
        names = set(sorted({name(thing) for thing in every})[self.number - 1 :: self.of])
        return [thing for thing in every if name(thing) in names]


WHOLE = Shard()
