"""The model of whether a finding happened again when its request was made once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class State(StrEnum):
    """Whether a finding happened again."""

    CONFIRMED = "confirmed"
    INTERMITTENT = "intermittent"
    NOT_CONFIRMED = "not-confirmed"


class Obstacle(StrEnum):
    """Why a request was not made again.

    BOUND: the run or the test had repeated enough requests. TIME: the run had no time left. OUTAGE: the target was gone.
    INTERRUPTED: the run ended before. SET_UP, CLEAN_UP: these are not repeated. RATE_LIMIT: the test exhausts a limit.
    COMPARISON: the finding is about several answers of the run. BLOCKED: a preparing request failed. REPETITION: the
    finding was first seen when another one's request was made again.
    """

    BOUND = "bound"
    TIME = "time"
    OUTAGE = "outage"
    INTERRUPTED = "interrupted"
    SET_UP = "set-up"
    CLEAN_UP = "clean-up"
    RATE_LIMIT = "rate-limit"
    COMPARISON = "comparison"
    BLOCKED = "blocked"
    REPETITION = "repetition"


_ORDER = tuple(State)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether a finding happened again; `obstacle` is why that was not tried, None where it was."""

    state: State
    obstacle: Obstacle | None = None

    def outweighs(self, other: Self | None) -> bool:
        """Whether this is to be reported of a finding for which the other was recorded before."""
        return other is None or _ORDER.index(self.state) < _ORDER.index(other.state)

    def to_json(self) -> dict[str, Any]:
        """The member `confirmation` of a finding in the run document."""
        return {"state": self.state.value, "obstacle": None if self.obstacle is None else self.obstacle.value}

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Self:
        """Reads what `to_json` returns."""
        obstacle = members["obstacle"]
        return cls(State(members["state"]), None if obstacle is None else Obstacle(obstacle))


CONFIRMED = Confirmation(State.CONFIRMED)
INTERMITTENT = Confirmation(State.INTERMITTENT)


def not_confirmed(obstacle: Obstacle) -> Confirmation:
    """The confirmation of a finding whose request was not made again for this reason."""
    return Confirmation(State.NOT_CONFIRMED, obstacle)
