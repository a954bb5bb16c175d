"""Statistical tests of whether a difference between two runs is more than chance, as requests are drawn at random."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

# Significance levels. A flip from always to never, or the reverse, needs less evidence than a mere appearance:
# what is seen only now and then may as well have been missed before.
FLIP_CHANCE = 0.01
APPEARANCE_CHANCE = 0.001


def is_shifted(before: Sequence[int], after: Sequence[int]) -> bool:
    """Whether the values of a histogram are greater than before by more than chance.

    One-sided Kolmogorov-Smirnov test; its bound for large numbers is conservative for small ones.
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
    """The probability that all `hits` fall among these `tries` when `tries` and `other_tries` behave alike.

    One-sided Fisher's exact test, for the case that the other run has no hit.
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
    """Whether an event seen in one run only is a significant change: `hits` of `tries` before, the others after."""
    if not tries or not other_tries or bool(hits) == bool(other_hits):
        return False
    chance = chance_of_split(hits, tries, other_tries) if hits else chance_of_split(other_hits, other_tries, tries)
    return chance <= (FLIP_CHANCE if is_flip(hits, tries, other_hits, other_tries) else APPEARANCE_CHANCE)
