"""The model of one difference between two runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """The kind of a difference; only a regression is certainly bad."""

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
    """A difference of one operation, named as in the later run, or of the whole instance if `operation_id` is empty.

    `subject` is the fingerprint, the pointer or the situation that differs; `status` and `pointer` say where
    in the contract it would be announced. A finding has its `level`; a new one has the expected value in `before` and
    the actual one in `after`, and `curl` and `needs` replay it; for one that is gone, `before` and `after` are swapped.
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
        """Whether the change is a new or gone finding, and not other behaviour."""
        return bool(self.level)

    @property
    def went(self) -> bool:
        """Whether the later run no longer has the finding, operation or evidence."""
        return self.kind in {Kind.FIX, Kind.GONE}

    def saying(self, message: str) -> Self:
        """Copy of the change with another message."""
        return replace(self, message=message)

    def to_json(self) -> dict[str, Any]:
        """The change as JSON members, named as in the run document."""
        members = asdict(self)
        members["operationId"] = members.pop("operation_id")
        members["needs"] = list(self.needs)
        return members


Announced = Callable[[Change], bool]
