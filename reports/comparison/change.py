"""One difference between two runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What a difference means; only a regression is bad for certain."""

    REGRESSION = "regression"
    FIX = "fix"
    STATUS = "status"
    SHAPE = "shape"
    SLOWER = "slower"
    NEW = "new"
    GONE = "gone"


TITLES = {
    Kind.REGRESSION: "Regressions",
    Kind.FIX: "Fixes",
    Kind.STATUS: "Changed responses",
    Kind.SHAPE: "Changed shape",
    Kind.SLOWER: "Slower",
    Kind.NEW: "Only in the later run",
    Kind.GONE: "Only in the earlier run",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of one operation, named as in the later run; of the whole instance where no name is given.

    `subject` is the fingerprint, the pointer or the situation that differs; `status` and `pointer` say where
    in the contract it would be announced. A finding has its `level`; where it came, `before` is what should
    be and `after` what is, and `curl` and `needs` replay it; where it went, the reverse.
    """

    kind: Kind
    operation_id: str
    subject: str
    message: str
    before: Any = None
    after: Any = None
    status: str = ""
    pointer: str = ""
    level: str = ""
    curl: str = ""
    needs: tuple[str, ...] = ()
    announced: bool = False

    @property
    def is_finding(self) -> bool:
        """Whether a finding came or went, and no other behaviour changed."""
        return bool(self.level)

    @property
    def went(self) -> bool:
        """Whether the later run has it no more."""
        return self.kind in {Kind.FIX, Kind.GONE}

    def saying(self, message: str) -> Self:
        """This change in other words."""
        return replace(self, message=message)

    def to_json(self) -> dict[str, Any]:
        """Its members, named as in the run document."""
        members = asdict(self)
        members["operationId"] = members.pop("operation_id")
        members["needs"] = list(self.needs)
        return members


Announced = Callable[[Change], bool]
