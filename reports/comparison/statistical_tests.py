"""Is a difference between two runs more than chance? Counts decide, since requests are drawn at random."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

# Something that always was and now never is, or the reverse, needs less to be believed than something that
# merely appears: what appears now and then may as well have been missed before.
FLIP_CHANCE = 0.01
APPEARANCE_CHANCE = 0.001


def is_shifted(before: Sequence[int], after: Sequence[int]) -> bool:
    """Whether values in the same classes are greater than before by more than chance.

    Kolmogorov and Smirnov's test, one-sided; its bound for large numbers errs towards chance for small ones.
    """
    tries, other_tries = sum(before), sum(after)
    if not tries or not other_tries:
        return False
    shares = zip(accumulate(before), accumulate(after), strict=True)
    farthest = max(here / tries - there / other_tries for here, there in shares)
    return farthest > 0 and math.exp(-2 * farthest**2 * tries * other_tries / (tries + other_tries)) <= (
        APPEARANCE_CHANCE
    )


def chance_of_split(hits: int, tries: int, other_tries: int) -> float:
    """How likely all `hits` fall among these `tries` when `tries` and `other_tries` behave alike.

    Fisher's exact test, one-sided, for the case that the other run has no hit at all.
    """
    chance = 1.0
    for number in range(hits):
        chance *= (tries - number) / (tries + other_tries - number)
        if chance < APPEARANCE_CHANCE / 10:
            break
    return chance


def is_flip(hits: int, tries: int, other_hits: int, other_tries: int) -> bool:
    """Whether something is always seen in one run and never in the other."""
    return bool(tries and other_tries) and (
        (hits == tries and other_hits == 0) or (hits == 0 and other_hits == other_tries)
    )


def is_certain(hits: int, tries: int, other_hits: int, other_tries: int) -> bool:
    """Whether something seen in one run only is a change: `hits` of `tries` before, the others after."""
    if not tries or not other_tries or bool(hits) == bool(other_hits):
        return False
    chance = chance_of_split(hits, tries, other_tries) if hits else chance_of_split(other_hits, other_tries, tries)
    return chance <= (FLIP_CHANCE if is_flip(hits, tries, other_hits, other_tries) else APPEARANCE_CHANCE)
