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
    NEWLY_CHECKED = "newly-checked"
    NEW = "new"
    UNJUDGED = "no-longer-judged"
    GONE = "gone"


TITLES = {
    Kind.REGRESSION: "Regressions",
    Kind.FIX: "Fixes",
    Kind.STATUS: "Changed responses",
    Kind.SHAPE: "Changed shape",
    Kind.SLOWER: "Slower",
    Kind.NEWLY_CHECKED: "Newly checked",
    Kind.NEW: "Only in the later run",
    Kind.UNJUDGED: "No longer judged",
    Kind.GONE: "Only in the earlier run",
}


class Subject(StrEnum):
    """What a difference is about, where that is not one fingerprint, pointer or situation."""

    OPERATION = "operation"
    VERDICT = "verdict"
    ROUTE = "route"
    REQUIREMENT = "requirement"
    HEADER = "header"
    MEDIA_TYPE = "media type"
    LATENCY = "latency"
    MEMBER = "member"
    SITUATION = "situation"
    FINDING = "finding"


# Effects on a body after which what was in it before can no longer be judged, and the opposite.
BODY_VANISHED, REMOVED, BODY_CAME, ADDED = "body vanished", "removed", "body came", "added"


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of one operation, named as in the later run, or of the whole instance if `operation_id` is empty.

    `subject` is the fingerprint, the pointer or the situation that differs, and `about` says which kind of subject it is;
    `status` and `pointer` say where in the contract it would be announced. A finding has its `level`; a new one has the
    expected value in `before` and the actual one in `after`, and `curl` and `needs` replay it; for one that is gone,
    `before` and `after` are swapped. `reason` says why something was not judged, `cause` is the fingerprint of the
    finding that prevented it, `deviation` explains the finding, `note` says why a new finding is no regression, `effect`
    what happened to a member, header or body, and `situation` is the id of what was asked.
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
    about: Subject = Subject.FINDING
    effect: str = ""
    situation: str = ""
    reason: str = ""
    cause: str = ""
    deviation: str = ""
    note: str = ""

    @property
    def is_finding(self) -> bool:
        """Whether the change is a new or gone finding, and not other behaviour."""
        return bool(self.level)

    @property
    def requirement(self) -> str:
        """The requirement of a finding, from its fingerprint."""
        return self.subject.split("|")[1] if self.is_finding else ""

    @property
    def is_unexplained(self) -> bool:
        """Whether no deviation explains the finding."""
        return not self.deviation

    @property
    def went(self) -> bool:
        """Whether the later run no longer has the finding, operation or evidence."""
        return self.kind in {Kind.FIX, Kind.GONE, Kind.UNJUDGED}

    def of_kind(self, kind: Kind) -> Self:
        """Copy of the change with another kind."""
        return replace(self, kind=kind)

    def to_json(self) -> dict[str, Any]:
        """The change as JSON members, named as in the run document."""
        members = asdict(self)
        members["operationId"] = members.pop("operation_id")
        members["needs"] = list(self.needs)
        return members


Announced = Callable[[Change], bool]
