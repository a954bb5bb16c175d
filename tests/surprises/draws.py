"""Draws which run is tried, which of its answers is replaced, and by what."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from peertube_conformance.spec import Contract
from tests.surprises.kinds import KINDS

# Most runs have more answers than this, and more than eight of most operations.
_LATEST = {False: 200, True: 4000}
_LATEST_OF_OPERATION = {False: 8, True: 60}


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw. `options` select what the run tests; `position` counts the answers to `operation`, or all where it is
    empty.

    Where the replacement `lasts`, every later answer of that operation is replaced as well.
    """

    seed: int
    kind: str
    position: int
    operation: str = ""
    options: tuple[str, ...] = ()
    lasts: bool = False
    whole: bool = False

    def __str__(self) -> str:
        of = self.operation or "the run"
        what = f"{self.kind} for answer {self.position} of {of}{' and later ones' if self.lasts else ''}"
        return f"{'whole' if self.whole else 'narrow'} {self.seed}: {what}; run {' '.join(self.options)}"


def drawn(seed: int, contract: Contract, sent_before: Sequence[str], *, whole: bool = False) -> Draw:
    """The draw of a seed. `sent_before` are ids of operations that set-up and clean-up send."""
    chance = random.Random(f"{seed}{whole}")
    ids = sorted(operation.id for operation in contract.operations)
    tags = sorted({operation.tag for operation in contract.operations})
    selected = chance.choice(ids)
    options = (f"--operations={selected}",) if chance.random() < 0.8 else (f"--tags={chance.choice(tags)}",)
    # Any answer of the run, or one of an operation that is tested or prepares.
    operation = chance.choice(("", "", selected, chance.choice(sent_before)))
    lasts = bool(operation) and chance.random() < 0.2
    latest = (_LATEST_OF_OPERATION if operation else _LATEST)[whole]
    return Draw(
        seed=seed,
        kind=chance.choice(sorted(KINDS)),
        position=int(latest ** chance.random()) if operation else 1 + int(latest * chance.random() ** 2),
        operation=operation,
        options=() if whole else options,
        lasts=lasts,
        whole=whole,
    )
