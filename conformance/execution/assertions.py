"""Sends the requests of hand-written tests and asserts what the responses must have; a test goes on after a failure.

Checks look at single exchanges, whichever test sent them; these assertions cover what only the sender knows.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from peertube_conformance.conformance.checks.registry import completed
from peertube_conformance.conformance.checks.status_codes import conflicted, no_response
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.run.run import WorkerEnvironment
from peertube_conformance.reports import Exchange, Finding, Purpose
from peertube_conformance.spec import Operation
from peertube_conformance.spec.requirements import load_requirements
from peertube_conformance.spec.synthetic_operations import outside

_TRIES = 3
_RETRY_SECONDS = 0.5


class Examination:
    """The requests and assertions of one test on one target. Findings give its `name` as their check."""

    def __init__(self, session: Session, environment: WorkerEnvironment, name: str) -> None:
        self.session = session
        self.environment = environment
        self.name = name
        self.evidence: Counter[str] = Counter()
        self.findings: list[Finding] = []
        # The last exchange that is a repetition, and the failure before it.
        self._retried: tuple[Exchange, Exchange] | None = None

    @property
    def world(self) -> World:
        """The resource factories of the target."""
        return self.environment.world

    def outside(self, method: str, path: str, name: str, *, counted_in: tuple[str, ...] = ()) -> Operation:
        """Builds an operation that the contract does not have, to be sent anonymously: see `synthetic_operations`."""
        return outside(self.world.contract, method, path, name, counted_in=counted_in)

    def send(
        self,
        operation: str | Operation,
        actor: Account | None = None,
        *,
        purpose: Purpose | None = None,
        paced: bool = True,
        **parts: Any,
    ) -> Exchange:
        """Sends one request; `parts` are members of the draft: path, query, headers, body, media_type, token.

        The checks of single exchanges apply to it as to any other. Where transactions of the server failed on each
        other, which those checks tell, it is sent again. `purpose` is the defect that the request has or the
        situation that it meets; `paced=False` is for requests that do not count for this run's address.
        """
        if isinstance(operation, str):
            operation = self.world.contract.operation(operation)
        parts.setdefault("media_type", "application/json" if "body" in parts else None)
        draft = Draft(operation, actor=actor, **parts)
        first = exchange = self.environment.client.send(draft, purpose=purpose, paced=paced)
        for _ in range(_TRIES - 1):
            if (exchange.status or 0) < 500 or not conflicted(exchange):
                break
            self.world.deadline.sleep(_RETRY_SECONDS)
            exchange = self.environment.client.send(draft, purpose=purpose, paced=paced)
            self._retried = exchange, first
        return exchange

    def expect(self, exchange: Exchange, *statuses: int, requirement: str, situation: str) -> bool:
        """Asserts that the response has one of these statuses; `situation` is a noun phrase."""
        if exchange.status in statuses:
            self.judged(requirement)
            return True
        if self._retried is not None and exchange is self._retried[0] and (exchange.status or 500) < 500:
            # The failed request may have used up what it needed, so that its repetition is refused.
            exchange = self._retried[1]
        wanted: Any = statuses[0] if len(statuses) == 1 else list(statuses)
        if exchange.status is None:
            return self.wrong("PT-STATUS-07", exchange, no_response(exchange, wanted))
        if exchange.status >= 500:
            message = f"{situation}: the server failed with {exchange.status}"
            failed = "PT-STATUS-10" if conflicted(exchange) else "PT-STATUS-01"
            return self.wrong(failed, exchange, Finding(f"/request{exchange.cause}", message, wanted, exchange.status))
        message = f"{situation}: expected status {' or '.join(map(str, statuses))}, got {exchange.status}"
        difference = Finding(f"/response/status/{statuses[0]}", message, wanted, exchange.status)
        self._explain(requirement, exchange, difference, valid=min(statuses) < 400)
        return self.wrong(requirement, exchange, difference)

    def agree(self, exchange: Exchange, requirement: str, *, at: str, expected: Any, actual: Any, message: str) -> bool:
        """Asserts that a value observed in a response is the expected one; `message` is the sentence for where it is not.

        `at` is a pointer into the answer (`/response/body/data/*/id`), without generated values.
        """
        if expected == actual:
            self.judged(requirement)
            return True
        difference = Finding(at, message, expected, actual)
        self._explain(requirement, exchange, difference)
        return self.wrong(requirement, exchange, difference)

    def _explain(self, requirement: str, exchange: Exchange, difference: Finding, *, valid: bool = False) -> None:
        """Raises MissingRoute where the response differs only because the target lacks the route."""
        self.session.explain(exchange, [self.completed(difference, requirement, exchange)], valid=valid)

    def judged(self, requirement: str) -> None:
        """Notes that the requirement was judged; raises KeyError for one that the catalogue does not have."""
        load_requirements()[requirement]
        self.evidence[requirement] += 1

    def wrong(self, requirement: str, exchange: Exchange, difference: Finding) -> bool:
        """Records a difference; always False."""
        self.judged(requirement)
        found = self.session.recorder.finding(exchange, self.completed(difference, requirement, exchange))
        self.findings.append(found)
        return False

    def completed(self, finding: Finding, requirement: str, exchange: Exchange) -> Finding:
        """Completes a finding with everything that makes its fingerprint."""
        return completed(finding, exchange, check=self.name, requirement=requirement)
