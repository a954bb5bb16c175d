"""Hypothesis' example database: keeps, in a folder between runs, what was drawn where a run found something.

A run with another seed draws other values, and would miss what the run before found by chance. With a kept database it
draws those again first. Flows are kept by Hypothesis itself, as sequences of choices. Requests are kept as the seed
that an operation was drawn with: its systematic cases are the same with every seed.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

# The most seeds that are drawn again for one operation: nightly runs with random seeds find the same under each.
_MOST = 4


class Examples:
    """The example database of a run; without a folder it is empty and keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.of_flows: ExampleDatabase | None = _opened(folder, "flows")
        self._seeds = _opened(folder, "requests")
        self._showed: set[tuple[str, str]] = set()
        self._again: list[tuple[str, str, int]] = []

    def seeds(self, operation_id: str, mode: str) -> list[int]:
        """At most four seeds with which requests of this operation (`positive` or `negative`) found something."""
        if self._seeds is None:
            return []
        kept = []
        for value in self._seeds.fetch(_key(operation_id, mode)):
            with suppress(ValueError):
                kept.append(int(value))
        return sorted(kept)[:_MOST]

    def showed(self, operation_id: str, mode: str, seed: int) -> None:
        """Keeps the seed with which such requests found something."""
        if self._seeds is not None and (operation_id, mode) not in self._showed:
            self._showed.add((operation_id, mode))
            self._seeds.save(_key(operation_id, mode), str(seed).encode())

    def drawn_again(self, operation_id: str, mode: str, seed: int) -> None:
        """Notes that everything drawn with this seed was drawn again."""
        self._again.append((operation_id, mode, seed))

    def close(self) -> None:
        """Drops examples that were repeated and no longer found anything."""
        if self._seeds is None:
            return
        for operation_id, mode, seed in self._again:
            if (operation_id, mode) not in self._showed:
                self._seeds.delete(_key(operation_id, mode), str(seed).encode())


def _key(operation_id: str, mode: str) -> bytes:
    return f"{operation_id}/{mode}".encode()


def _opened(folder: Path | None, part: str) -> ExampleDatabase | None:
    return None if folder is None else DirectoryBasedExampleDatabase(folder / part)
