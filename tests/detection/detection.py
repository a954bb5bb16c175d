"""Result of trying a fault, and the means to watch a session for its finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.conformance.generation.schemathesis_driver import DrawnDefect, Generator
from peertube_conformance.reports import Exchange, Finding
from peertube_conformance.spec import Contract, Operation


@dataclass(slots=True)
class Detection:
    """The result of trying one fault: the check and requirement that reported it, if any.

    `source` is contract, hand or flow; `single` whether one request can show it. `requirement` and `check` are empty
    where it was missed, and `reason` says why then. `requests` were sent with the fault until it was reported, or in
    all.
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
        """Whether a check that should report the fault did."""
        return bool(self.requirement)

    def tell(self, finding: Finding) -> None:
        """Records the finding that shows the fault."""
        self.requirement, self.check, self.at = finding.requirement, finding.check, finding.at

    def to_json(self) -> dict[str, Any]:
        """The JSON form in which it is written."""
        return asdict(self) | {"caught": self.caught}


class Caught(BaseException):
    """Raised at the expected finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.fingerprint)
        self.finding = finding


@contextmanager
def recorded_by(session: Session, saw: Callable[[Sequence[Finding]], None]) -> Iterator[None]:
    """Calls `saw` with the findings of every exchange of the session, once they are recorded."""
    recorder = session.recorder
    record = recorder.exchange

    def recorded(
        exchange: Exchange, evidence: Iterable[str], findings: Iterable[Finding], in_part: Sequence[str] = ()
    ) -> list[Finding]:
        found = record(exchange, evidence, findings, in_part)
        saw(found)
        return found

    recorder.exchange = recorded  # type: ignore[method-assign]
    try:
        yield
    finally:
        del recorder.exchange


class Watch:
    """Counts the requests of a session, and stops it at the expected finding."""

    def __init__(self, session: Session, wanted: Callable[[Finding], bool]) -> None:
        self.requests = 0
        self.others: set[str] = set()
        self._session = session
        self._wanted = wanted
        self._stack = ExitStack()

    def __enter__(self) -> Watch:
        self._session.collect()
        self._stack.enter_context(recorded_by(self._session, self._saw))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._session.collect()

    def _saw(self, found: Sequence[Finding]) -> None:
        self.requests += 1
        for finding in (*self._session.collect(), *found):
            if self._wanted(finding):
                raise Caught(finding)
            self.others.add(f"{finding.requirement} {finding.operation_id} {finding.at}")


class Remembering(Generator):
    """Generator that draws only once, so that all faults of an operation meet the same requests."""

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
