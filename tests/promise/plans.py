"""The plan of one draw: run, lies, kill, backup, damage to ledgers, and reap."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.promise.ledgers import DAMAGES
from tests.promise.lies import KINDS, Lie

TIERS = ("sandbox", "sandbox", "sandbox", "sandbox", "sandbox", "observe")
# `reap` is the command; the others are a run of that tier with --reap.
REAPS = ("reap", "reap", "reap", "sandbox", "observe")
RESTORES = ("", "", "before reap", "in the run")
_MOST_LIES = 6


@dataclass(frozen=True, slots=True)
class Plan:
    """One draw.

    `killed_at` is the number of the request at which the run is killed: negative for after the instance has handled it,
    zero for never. `half` says whose resources may be shown where something is created (see `scene`). A `run_id` is the
    one that the run draws.
    """

    seed: int
    safety: str = "sandbox"
    steps: tuple[str, ...] = ()
    lies: tuple[Lie, ...] = ()
    half: int = 0
    killed_at: int = 0
    restored: str = ""
    restored_at: int = 0
    damages: tuple[str, ...] = ()
    damage_seed: int = 0
    reap: str = "reap"
    reap_lies: tuple[Lie, ...] = ()
    whole: bool = False
    run_id: str = ""

    def __str__(self) -> str:
        killed = f"killed at request {self.killed_at}" if self.killed_at else "not killed"
        restored = {"": "no backup is restored", "in the run": f"a backup is restored at request {self.restored_at}"}
        lines = [
            f"seed {self.seed}, {'a whole run' if self.whole else 'a narrow run'} in the tier {self.safety}, {killed}",
            f"  steps: {', '.join(self.steps) or 'none'}",
            *(f"  lie in the run: {lie}" for lie in self.lies),
            f"  {restored.get(self.restored, 'a backup is restored before it is reaped')}",
            f"  ledgers: {', '.join(self.damages) or 'as they were left'}",
            f"  then: {self.reap if self.reap == 'reap' else f'a run in the tier {self.reap} with --reap'}",
            *(f"  lie in the reap: {lie}" for lie in self.reap_lies),
        ]
        return "\n".join(lines)


def drawn(seed: int, steps: tuple[str, ...], *, whole: bool = False) -> Plan:
    """Draws the plan of this seed, with some of these steps."""
    chance = random.Random(f"{seed}{whole}")
    length = 6000 if whole else 90
    killed = chance.randrange(1, length) * chance.choice((1, -1)) if chance.random() < 0.5 else 0
    restored = chance.choice(RESTORES)
    return Plan(
        seed=seed,
        safety=chance.choice(TIERS),
        steps=() if whole else tuple(chance.sample(steps, chance.randint(1, 3))),
        lies=_lies(chance) if chance.random() < 0.8 else (),
        half=chance.randrange(2),
        killed_at=killed,
        restored=restored,
        restored_at=chance.randrange(30, length) if restored == "in the run" else 0,
        damages=tuple(chance.sample(sorted(DAMAGES), chance.randint(1, 2))) if chance.random() < 0.4 else (),
        damage_seed=chance.randrange(2**16),
        reap=chance.choice(REAPS),
        reap_lies=_lies(chance) if chance.random() < 0.5 else (),
        whole=whole,
    )


def _lies(chance: random.Random) -> tuple[Lie, ...]:
    # Few victims, so that several lies are about the same one.
    victims = [chance.randrange(24) for _ in range(2)]
    return tuple(_lie(chance, chance.choice(victims)) for _ in range(chance.randint(1, _MOST_LIES)))


def _lie(chance: random.Random, victim: int) -> Lie:
    names = sorted(KINDS)
    name = chance.choices(names, [1 if KINDS[name].breaks else 3 for name in names])[0]
    kind = KINDS[name]
    # Lies that end a run mostly come late; most of what the others can break is near the beginning.
    first = kind.within * (chance.random() if kind.breaks else chance.random() ** 2)
    return Lie(
        kind=name,
        after=int(first),
        lasts=chance.random() < (0.1 if kind.breaks else 0.5),
        victim=victim,
        variant=chance.randrange(60),
    )


def simpler(plan: Plan) -> Iterator[Plan]:
    """Plans with something removed, the largest steps first."""
    for name in ("lies", "reap_lies", "damages", "steps"):
        parts = getattr(plan, name)
        if parts:
            yield _with(plan, name, ())
        if len(parts) > 1:
            for place in range(len(parts)):
                yield _with(plan, name, parts[:place] + parts[place + 1 :])
    if plan.killed_at:
        yield replace(plan, killed_at=0)
    if plan.restored:
        yield replace(plan, restored="", restored_at=0)
    if plan.reap != "reap":
        yield replace(plan, reap="reap")
    for name in ("lies", "reap_lies"):
        for place, lie in enumerate(getattr(plan, name)):
            for less in (replace(lie, lasts=False), replace(lie, after=0)):
                if less != lie:
                    parts = getattr(plan, name)
                    yield _with(plan, name, (*parts[:place], less, *parts[place + 1 :]))


def _with(plan: Plan, name: str, parts: tuple[Any, ...]) -> Plan:
    changed: dict[str, Any] = {name: parts}
    return replace(plan, **changed)
