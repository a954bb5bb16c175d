"""Removes the steps that a failing walk does not need.

Hypothesis shortens sequences of any kind, by hundreds of tries; a walk over a network takes seconds. What is left when
its allowance is used up is shortened here by far fewer: halves of the steps are left out, then quarters, at last single
ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from peertube_conformance.stateful.engine.context import Halted, Violation
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.reproduction_steps import Call

_Step = TypeVar("_Step")
_Seen = TypeVar("_Seen")
# More than any walk needs: each try leaves out a step, goes on by one, or halves what is left out.
_MOST_TRIES = 2_000


def reduced(flow: type[Flow], found: Violation, goes_on: Callable[[], bool]) -> Violation:
    """The same violation after as few of the steps as can be found while `goes_on` returns True."""
    begun = len(flow.starts())
    first, steps = found.story.calls[:begun], found.story.calls[begun:]

    def tried(fewer: Sequence[Call]) -> Violation | None:
        seen = _walked(flow, [*first, *fewer]) if goes_on() else None
        return seen if type(seen) is type(found) else None

    return fewest(steps, tried)[1] or found


def again(flow: type[Flow], found: Violation) -> Violation | None:
    """Repeats a walk's steps and returns how they fail; None where they do not."""
    return _walked(flow, found.story.calls)


def repeats(flow: type[Flow], calls: Sequence[Call]) -> bool:
    """Takes steps again, and returns whether each of them could be taken."""
    try:
        walk = flow()
        for call in calls:
            if not walk.replay(call.rule, call.arguments):
                return False
            walk.check_model()
    except (Exception, Halted):  # noqa: BLE001 - the steps behind it were not taken
        return False
    return True


def fewest(
    steps: Sequence[_Step], tried: Callable[[Sequence[_Step]], _Seen | None]
) -> tuple[Sequence[_Step], _Seen | None]:
    """The fewest steps for which `tried` returns a result, and that result; None where only all steps have one.

    The last step is never left out. Of the steps left, no single other one can be.
    """
    best: _Seen | None = None
    size, place, before = len(steps) - 1, 0, len(steps)
    for _ in range(_MOST_TRIES):
        if size <= 0:
            break
        if place + size >= len(steps):
            if size > 1 or len(steps) == before:
                size //= 2
            place, before = 0, len(steps)
            continue
        fewer = [*steps[:place], *steps[place + size :]]
        if (seen := tried(fewer)) is not None:
            steps, best = fewer, seen
        else:
            place += size
    return steps, best


def _walked(flow: type[Flow], calls: Sequence[Call]) -> Violation | None:
    """Runs a walk of these calls and returns how it fails; None where it does not, or a step cannot be taken."""
    try:
        walk = flow()
        for call in calls:
            if not walk.replay(call.rule, call.arguments):
                return None
            walk.check_model()
    except Violation as violation:
        return violation
    except (Exception, Halted):  # noqa: BLE001 - it does not fail in the way that was found
        return None
    return None
