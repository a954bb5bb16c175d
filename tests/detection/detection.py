"""What became of one fault, and of many."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from peertube_conformance.conformance.generation.schemathesis_driver import DrawnDefect, Generator
from peertube_conformance.reports import Exchange, Finding
from peertube_conformance.spec import Contract, Operation


@dataclass(slots=True)
class Detection:
    """One fault, and who told it.

    `source` is contract, hand or flow; `single` whether one request can show it. `requirement` and `check` are empty
    where it was missed, and `reason` says why then. `requests` were sent with the fault until it was told, or in all.
    """

    id: str
    source: str
    group: str
    operation_id: str
    single: bool
    breaks: list[str]
    requirement: str = ""
    check: str = ""
    at: str = ""
    requests: int = 0
    seconds: float = 0.0
    reason: str = ""
    plain: dict[str, Any] = field(default_factory=dict)

    @property
    def caught(self) -> bool:
        """Whether a check that should told it."""
        return bool(self.requirement)

    def tell(self, finding: Finding) -> None:
        """The finding that shows it."""
        self.requirement, self.check, self.at = finding.requirement, finding.check, finding.at

    def to_json(self) -> dict[str, Any]:
        """As it is written."""
        return asdict(self) | {"caught": self.caught}


class Caught(BaseException):
    """The finding that was waited for."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.fingerprint)
        self.finding = finding


class Watch:
    """Counts what a session sends, and breaks off at the finding that is waited for."""

    def __init__(self, session: Any, wanted: Any) -> None:
        self.requests = 0
        self.others: set[str] = set()
        self._session = session
        self._wanted = wanted
        self._grounds = [session.ground]

    def __enter__(self) -> Watch:
        self._session.collect()
        for ground in self._grounds:
            ground.client.listener = self._saw
        return self

    def __exit__(self, *_: object) -> None:
        for ground in self._grounds:
            ground.client.listener = self._session._saw
        self._session.collect()

    def _saw(self, exchange: Exchange) -> None:
        self.requests += 1
        self._session._saw(exchange)
        for finding in self._session.collect():
            if self._wanted(finding):
                raise Caught(finding)
            self.others.add(f"{finding.requirement} {finding.operation_id} {finding.at}")


class Remembering(Generator):
    """Draws what an ordinary generator draws, once: the faults of an operation all meet the same requests."""

    def __init__(self, contract: Contract, seed: int) -> None:
        super().__init__(contract, seed)
        self._kept: dict[tuple[Any, ...], list[Any]] = {}

    def valid(self, operation: Operation, count: int) -> Any:
        """See Generator."""
        key = ("valid", operation.id, count)
        if key not in self._kept:
            self._kept[key] = list(super().valid(operation, count))
        return (draft.copy() for draft in self._kept[key])

    def defects(self, operation: Operation, count: int, variants: int = 1, without: Any = ()) -> Any:
        """See Generator."""
        key = ("defects", operation.id, count, variants, frozenset(without))
        if key not in self._kept:
            self._kept[key] = list(super().defects(operation, count, variants, without))
        return (DrawnDefect(defect.defect, defect.drawn.copy()) for defect in self._kept[key])
