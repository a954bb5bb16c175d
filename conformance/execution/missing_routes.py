"""Decides once for each operation whether the target has its route, when an answer suggests that it does not."""

from __future__ import annotations

import contextlib
import json
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from peertube_conformance.conformance.checks.registry import completed
from peertube_conformance.conformance.execution.route_comparison import (
    Route,
    RouteComparison,
    described,
    is_page,
    is_served,
    may_be_missing,
)
from peertube_conformance.fixtures.environment.worker import WorkerEnvironment
from peertube_conformance.fixtures.http.exchange_steps import Send
from peertube_conformance.fixtures.http.outage import TargetGone
from peertube_conformance.fixtures.http.shared_lines import SharedLines
from peertube_conformance.fixtures.messages.precondition_errors import MissingRoute, NotArranged, Unavailable
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.safety.guard import Refused
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Exchange, Finding
from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.spec import Contract, Operation
from peertube_conformance.spec.synthetic_operations import is_outside

# An operation is compared again where a comparison had no result, but not without end.
_MOST_TRIES = 3
_KEPT_PER_OPERATION = 4

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A request whose response may be that of an unknown route."""

    draft: Draft
    exchange: Exchange


class MissingRoutes:
    """The operations that a target was found not to implement, each with its finding; shared by the workers of a run.

    An instance that serves an operation is sent nothing for this: a comparison begins only where a response that may be
    that of an unknown route is a finding, fails a preparing request, or was the only answer to valid requests.
    """

    def __init__(
        self,
        contracts: Sequence[Contract],
        file: Path,
        recorder: Recorder,
        *,
        environment_of: Callable[[str], WorkerEnvironment | None],
        valid_draft: Callable[[WorkerEnvironment, Operation], Draft],
    ) -> None:
        """`environment_of` gives the environment of a target by its origin, `valid_draft` a valid request of an
        operation that was not sent yet; it raises a precondition error where none can be prepared."""
        self._contracts = contracts
        self._missing = _SharedFindings(file)
        self._recorder = recorder
        self._environment_of = environment_of
        self._valid_draft = valid_draft
        self._sends: dict[str, Send] = {}
        self._served: set[_Key] = set()
        self._suspects: dict[_Key, deque[_Suspect]] = {}
        self._tries: Counter[_Key] = Counter()
        self._preparing: set[_Key] = set()

    def finding(self, base_url: str, operation_id: str) -> Finding | None:
        """The finding that the target does not implement the operation; None where it was not found."""
        return self._missing.get((_origin(base_url), operation_id))

    def refuse(self, base_url: str, operation: Operation) -> None:
        """Raises MissingRoute where the target was found not to implement the operation."""
        found = self.finding(base_url, operation.id)
        if found is not None:
            raise MissingRoute(operation.id, found.fingerprint)

    def saw(self, draft: Draft, exchange: Exchange, send: Send) -> bool:
        """Whether an exchange is the first one that shows its operation implemented; notes what it shows.

        `send` sends preparing requests to its target.
        """
        origin = _origin(exchange.request.url)
        self._sends[origin] = send
        key = (origin, exchange.operation.id)
        if key in self._served or is_outside(exchange.operation):
            return False
        if is_served(exchange):
            self._is_served(key)
            return True
        if may_be_missing(exchange):
            kept = self._suspects.setdefault(key, deque(maxlen=_KEPT_PER_OPERATION))
            kept.append(_Suspect(draft.copy(), exchange))
        return False

    def explain(self, exchange: Exchange, *, valid: bool = False) -> None:
        """Raises MissingRoute where the exchange is as it is because the target lacks the route.

        `valid` is for exchanges in which the contract demands a success. A request outside the contract is explained by
        the operations of its path.
        """
        origin = _origin(exchange.request.url)
        if exchange.expects == 429 or not exchange.counted or origin not in self._sends:
            return
        if is_outside(exchange.operation):
            operations = self._contracts[0].at(urlsplit(exchange.request.url).path)
            if operations and all(self._is_missing(origin, operation) for operation in operations):
                self.refuse(origin, operations[0])
            return
        key = (origin, exchange.operation.id)
        suspect = next((one for one in self._suspects.get(key, ()) if one.exchange is exchange), None)
        if suspect is None:
            return
        self.refuse(origin, exchange.operation)
        self._decide(key, exchange.operation, suspect, valid=valid or is_page(exchange))
        self.refuse(origin, exchange.operation)

    def explain_operation(self, base_url: str, operation: Operation) -> None:
        """Raises MissingRoute where the last answer to a valid request of the operation was that of an unknown route."""
        suspects = self._suspects.get((_origin(base_url), operation.id))
        if suspects:
            self.explain(suspects[-1].exchange, valid=True)

    def _is_missing(self, origin: str, operation: Operation) -> bool:
        key = (origin, operation.id)
        if key not in self._served and self.finding(origin, operation.id) is None:
            self._decide(key, operation, None)
        return self.finding(origin, operation.id) is not None

    def _decide(self, key: _Key, operation: Operation, suspect: _Suspect | None, *, valid: bool = False) -> None:
        """Compares the route with its made-up sibling, and keeps the decision where there is one."""
        environment = self._environment_of(key[0])
        if environment is None or (key in self._preparing and not valid) or self._tries[key] >= _MOST_TRIES:
            return
        self._tries[key] += 1
        comparison = RouteComparison(self._contracts, environment, lambda draft: self._asked(key[0], draft))
        try:
            # The cheapest comparison comes first.
            route = Route.MISSING if suspect is None else comparison.alike(suspect.draft, suspect.exchange)
            if route is Route.MISSING and (suspect is None or not valid):
                draft = self._prepared(key, environment, operation)
                route, exchange = comparison.alike_by_valid(draft)
                suspect = _Suspect(draft, exchange)
            if route is Route.MISSING and suspect is not None:
                route = comparison.confirmed(suspect.draft, suspect.exchange)
        except (OutOfTime, TargetGone):
            raise
        except (NotArranged, Unavailable, Refused):
            return
        if route is Route.SERVED:
            self._is_served(key)
        elif route is Route.MISSING and suspect is not None:
            self._record(key, suspect)

    def _prepared(self, key: _Key, environment: WorkerEnvironment, operation: Operation) -> Draft:
        """A valid request; while it is prepared, only valid requests of the operation are compared."""
        self._preparing.add(key)
        try:
            return self._valid_draft(environment, operation)
        finally:
            self._preparing.remove(key)

    def _asked(self, origin: str, draft: Draft) -> Exchange:
        asked = self._sends[origin](draft)
        self._recorder.exchange(asked, (), ())
        return asked

    def _is_served(self, key: _Key) -> None:
        self._served.add(key)
        self._suspects.pop(key, None)

    def _record(self, key: _Key, shown: _Suspect) -> None:
        exchange = shown.exchange
        message = described(self._contracts, shown.draft, exchange)
        expected = list(exchange.operation.success_statuses)
        finding = completed(
            Finding("/request", message, expected, exchange.status),
            exchange,
            check="route_is_implemented",
            requirement=ROUTE_REQUIREMENT,
        )
        self._missing.add(key, self._recorder.finding(exchange, finding))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class _SharedFindings:
    """The findings of all workers, by origin and operation id."""

    def __init__(self, file: Path) -> None:
        self._lines = SharedLines(file)
        self._findings: dict[_Key, Finding] = {}

    def get(self, key: _Key) -> Finding | None:
        """The finding of an operation; None where there is none."""
        for line in self._lines.new():
            # A line that there was no space for is no JSON.
            with contextlib.suppress(ValueError):
                origin, members = json.loads(line)
                finding = Finding.from_json(members)
                self._findings[origin, finding.operation_id] = finding
        return self._findings.get(key)

    def add(self, key: _Key, finding: Finding) -> None:
        """Adds a finding."""
        self._lines.add(json.dumps([key[0], finding.to_json()]))
