"""Exhausts a client's requests on purpose, to see the rate limit at work (reference, "Rate limits")."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from peertube_conformance.conformance.checks.status_codes import WINDOW_OVER
from peertube_conformance.conformance.execution.outcome import PRECONDITION_ERRORS, outcome_of
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.fixtures.http.client import Client
from peertube_conformance.fixtures.messages.precondition_errors import NotTested
from peertube_conformance.fixtures.messages.request_draft import UNSET, Draft
from peertube_conformance.fixtures.rate_limit.limiter import Budget
from peertube_conformance.fixtures.rate_limit.retry_after import retry_after
from peertube_conformance.fixtures.safety.guard import Safety, impossible
from peertube_conformance.fixtures.target.embedded_process import EmbeddedInstance
from peertube_conformance.reports import Exchange, Intent, Situation, Verdict
from peertube_conformance.spec import Operation, Parameter

USED_UP = Situation("rate-limit-used-up", "a request of a client that exhausted its rate limit")
# The most requests sent only to see a limit: with more, the run would be a load test.
_MOST_REQUESTS = 200
_LONGEST_WAIT_SECONDS = 60.0


class Exhaustion:
    """Exhausts the general limits, calls every operation meanwhile, and checks that windows end when announced.

    Beside the embedded instance that is done to a second one, so that the rest of the run need not wait for windows.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stack = ExitStack()
        self._windows: list[tuple[Operation, float]] | None = None

    def use_up(self) -> None:
        """Sends everything; faults are recorded exchange by exchange.

        Raises one of PRECONDITION_ERRORS, which is recorded too.
        """
        try:
            self._client = self._stack.enter_context(limited_client(self._session))
            self._windows = list(self._used_up())
            if not self._session.shared.embedded:
                self._reopened()
        except PRECONDITION_ERRORS as blocker:
            outcome = outcome_of(blocker, self._session)
            _record(self._session, outcome.verdict, outcome.reason)
            raise
        _record(self._session, Verdict.PASSED, "")

    def reopened(self) -> None:
        """Repeats the requests when the announced windows are over. Raises NotTested where `use_up` did that."""
        if not self._session.shared.embedded:
            # Exhausting them includes the wait at once: all other requests of this address have to wait, too.
            raise NotTested(
                "the target counts requests by the run's own IP address: exhausting the limit would block the run until "
                "the window ends"
            )
        if self._windows is None:
            self.use_up()
        self._reopened()

    def close(self) -> None:
        """Stops the second instance."""
        self._stack.close()

    def _used_up(self) -> Iterator[tuple[Operation, float]]:
        """The first operation of each exhausted window, and when the window ends (monotonic seconds)."""
        operations = self._session.contract.operations
        contract = self._session.environment.contract
        for first, bucket in (
            (contract.operation("getConfig"), "api"),
            (contract.operation("getSyndicatedVideos"), "feeds"),
        ):
            waiting = self._refused_for(first)
            if waiting is None:
                continue
            ends = time.monotonic() + waiting
            for operation in operations:
                if operation.rate_limits[:1] == (bucket,) and operation.id != first.id and not self._lacks(operation):
                    self._send(operation, USED_UP, 429)
            self._client.budget.exhausted(bucket, waiting)
            yield first, ends

    def _lacks(self, operation: Operation) -> bool:
        """Whether the target was found not to implement the operation."""
        return self._session.missing_routes.finding(self._client.base_url, operation.id) is not None

    def _reopened(self) -> None:
        for first, ends in self._windows or ():
            left = max(0.0, ends - time.monotonic())
            self._session.environment.deadline.sleep(left, "the end of an exhausted rate-limit window")
            self._send(first, WINDOW_OVER, 200)

    def _refused_for(self, operation: Operation) -> float | None:
        """Sends until a request is refused: seconds until the window ends; None (and a finding) where none is."""
        for _ in range(_MOST_REQUESTS):
            exchange = self._send(operation, USED_UP, None)
            if exchange.status == 429 and exchange.response is not None:
                return min(_LONGEST_WAIT_SECONDS, retry_after(exchange.response))
        self._send(operation, USED_UP, 429)
        return None

    def _send(self, operation: Operation, situation: Situation, expects: int | None) -> Exchange:
        intent = Intent.PROVOKED if expects is not None else Intent.ARRANGED
        return self._client.send(_harmless(operation), intent, purpose=situation, expects=expects, paced=False)


def _harmless(operation: Operation) -> Draft:
    """A request that changes nothing even if it is accepted: it names absent resources and has no body."""
    draft = Draft(operation, body=UNSET)
    containers = {"path": draft.path, "query": draft.query}
    for number, parameter in enumerate(operation.parameters):
        if parameter.required and parameter.location in containers:
            containers[parameter.location][parameter.name] = _some_value(operation, parameter, number)
    return draft


def _some_value(operation: Operation, parameter: Parameter, number: int) -> Any:
    if parameter.resource:
        return impossible(parameter.resource, number)
    allowed = operation.schemas.resolved(parameter.schema).get("enum", ["absent"])
    return parameter.example if parameter.example is not None else allowed[0]


@contextmanager
def limited_client(session: Session) -> Iterator[Client]:
    """A client of a target whose general limit can be exhausted.

    That is the target, or with the embedded instance a second one with the limits of the reference. Raises NotTested
    where there is none.
    """
    environment = session.environment
    if session.shared.embedded:
        with EmbeddedInstance(limits="stock") as second, TemporaryDirectory() as folder:
            # A separate budget: what this instance reports of its limits does not hold for the target.
            budget = Budget(Path(folder) / "budget.json", deadline=environment.deadline)
            client = Client(
                second.base_url,
                environment.guard,
                environment.ledger,
                budget,
                (session.judge,),
                deadline=environment.deadline,
                requests=environment.requests,
            )
            try:
                yield client
            finally:
                client.close()
        return
    if session.shared.safety is Safety.OBSERVE:
        raise NotTested(
            "exhausting a rate limit would block other clients at this IP address: not allowed in the tier observe"
        )
    # The limit is not always the stock one: a response says what it is.
    environment.client.send(_harmless(session.environment.contract.operation("getConfig")))
    limit = environment.budget.limits()["api"]["calls"]
    if limit > _MOST_REQUESTS:
        raise NotTested(f"a limit of {limit:.0f} requests is too high for a test to exhaust")
    yield environment.client


def _record(session: Session, verdict: Verdict, reason: str) -> None:
    """Records the verdict on status 429 for every limited operation."""
    for operation in session.contract.operations:
        if operation.rate_limits:
            session.recorder.outcome(operation.id, "429", verdict, reason)
