"""The model of one violation of the contract, with the fingerprint that identifies it from run to run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from peertube_conformance.reports.model.recipe import Recipe
from peertube_conformance.spec.deviations import Category

# The requirement that a missing route violates; its finding stands for all others of the operation.
ROUTE_REQUIREMENT = "PT-ROUTE-01"


class Level(StrEnum):
    """How strongly a requirement binds (RFC 2119 section 1, 3 and 5)."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"

    def is_at_least(self, other: Level) -> bool:
        """Whether a violation at this level counts where `other` is the weakest level that counts."""
        order = list(Level)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence: the call of a state machine's rule, and its requests as lines for a POSIX shell."""

    call: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation. A check fills the first four members; the judge adds the rest.

    `at` is a JSON pointer into the part of the exchange that is wrong (`/response/body/total`), with array indices
    written as `*`, so that no generated value is part of it. `steps` reproduce it where one request does not; `recipe` is
    what the harness runs again for it. `deviation` is the id of the known deviation that explains it, `deviation_class`
    that deviation's class.
    """

    at: str = ""
    message: str = ""
    expected: Any = None
    actual: Any = None
    check: str = ""
    requirement: str = ""
    level: Level = Level.MUST
    operation_id: str = ""
    status: int | None = None
    request: str = ""
    curl: str = ""
    needs: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    deviation: str | None = None
    deviation_class: Category | None = None
    recipe: Recipe | None = None

    @property
    def fingerprint(self) -> str:
        """`operation|requirement|status|pointer`: the same in every run, for other ids and other generated values."""
        return f"{self.operation_id}|{self.requirement}|{self.status or '-'}|{self.at or '/'}"

    def explained_by(self, deviation: str, category: Category) -> Self:
        """Copy of the finding, marked as explained by the deviation with this id and class."""
        return replace(self, deviation=deviation, deviation_class=category)

    def to_json(self) -> dict[str, Any]:
        """The members of `findings[]` in the run document."""
        members = asdict(self)
        members["pointer"] = members.pop("at")
        members["operationId"] = members.pop("operation_id")
        members["level"] = self.level.value
        category = members.pop("deviation_class")
        members["deviationClass"] = None if category is None else category.value
        members["needs"] = list(self.needs)
        members["steps"] = [asdict(step) for step in self.steps]
        return {"fingerprint": self.fingerprint, **members}

    @classmethod
    def from_json(cls, members: dict[str, Any]) -> Self:
        """Restores a finding from the members that `to_json` returns."""
        known = {key: value for key, value in members.items() if key not in {"fingerprint", "pointer", "operationId"}}
        known["level"] = Level(members["level"])
        category = known.pop("deviationClass", None)
        known["deviation_class"] = None if category is None else Category(category)
        known["needs"] = tuple(members.get("needs", ()))
        known["recipe"] = Recipe.from_json(members.get("recipe"))
        known["steps"] = tuple(Step(step["call"], tuple(step["lines"])) for step in members.get("steps", ()))
        return cls(at=members["pointer"], operation_id=members["operationId"], **known)
