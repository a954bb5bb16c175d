"""Is a difference between two runs more than chance? Counts decide, since requests are drawn at random."""

from __future__ import annotations

# Something that always was and now never is, or the reverse, needs less to be believed than something that
# merely appears: what appears now and then may as well have been missed before.
FLIP_CHANCE = 0.01
APPEARANCE_CHANCE = 0.001


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
    chance = (
        chance_of_split(hits, tries, other_tries) if hits else chance_of_split(other_hits, other_tries, tries)
    )
    return chance <= (FLIP_CHANCE if is_flip(hits, tries, other_hits, other_tries) else APPEARANCE_CHANCE)
