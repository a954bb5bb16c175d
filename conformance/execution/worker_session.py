"""The session of one worker: client, resource factories, checks and recorder, assembled once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from peertube_conformance.conformance.checks import Judgement, judge
from peertube_conformance.conformance.checks.unexpected_answers import violation_of
from peertube_conformance.conformance.execution.announced_limits import AnnouncedLimits
from peertube_conformance.conformance.execution.contradicted_ids import contradicted_id
from peertube_conformance.conformance.execution.current_test import CurrentTest
from peertube_conformance.conformance.execution.failure_causes import FailureCauses
from peertube_conformance.conformance.execution.missing_routes import MissingRoutes
from peertube_conformance.conformance.execution.recorded_outages import record_outage
from peertube_conformance.conformance.execution.repetition import Repetition
from peertube_conformance.conformance.execution.uniform_answers import UniformAnswers
from peertube_conformance.conformance.generation.example_database import Examples
from peertube_conformance.conformance.generation.schemathesis_driver import Generator
from peertube_conformance.conformance.options import Options
from peertube_conformance.fixtures.cleanup.orphaned_files import remove_own_files
from peertube_conformance.fixtures.http.exchange_steps import Send
from peertube_conformance.fixtures.http.outage import Death
from peertube_conformance.fixtures.messages.precondition_errors import MissingRoute, UnexpectedAnswer, Unjudgeable
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.rate_limit.repetition_count import RepetitionCount
from peertube_conformance.fixtures.rate_limit.request_count import RequestCount
from peertube_conformance.fixtures.run.run import Shared, WorkerEnvironment
from peertube_conformance.fixtures.safety.ownership.proofs import Contradiction
from peertube_conformance.reports import Exchange, Finding, Intent
from peertube_conformance.reports.model.confirmation import Obstacle
from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT
from peertube_conformance.reports.recording.known_deviations import KnownDeviations
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import Contract, Operation, load_contract
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.judgement_limits import LIMITS
from peertube_conformance.spec.synthetic_operations import is_outside

# 40 hexadecimal digits, as PeerTube's own tokens; no server issued it.
FOREIGN_TOKEN = "0" * 40
# Schemathesis' mode for each intent of a generated request.
_DRAWN = {Intent.VALID: "positive", Intent.INVALID: "negative"}


class Session:
    """One worker's client, generator and recorder; every exchange is judged and recorded as it happens."""

    def __init__(
        self,
        options: Options,
        shared: Shared,
        contract: Contract,
        deviations: Sequence[Deviation],
        worker: str,
        *,
        redactor: Redactor | None = None,
    ) -> None:
        self.options = options
        self.contract = contract
        self.shared = shared
        self.known = KnownDeviations(deviations, shared.config)
        self.worker = worker
        self._redactor = redactor or Redactor()
        self._redactor.harmless(f"Bearer {FOREIGN_TOKEN}")
        self.current = CurrentTest()
        self.repetition = Repetition(self)
        self.repetitions = RepetitionCount(shared.folder)
        self.reported: list[Finding] = []
        self.recorder = Recorder(
            options.report_dir,
            worker,
            self._redactor,
            self.known,
            recipe=lambda: self.current.recipe,
            found=self._reported,
        )
        self.examples = Examples(options.example_database)
        # Values that one test leaves for a later one, by name.
        self.left: dict[str, Any] = {}
        self.bases: dict[tuple[str, str], Draft] = {}
        self._announced = AnnouncedLimits()
        self._limits = replace(LIMITS, seconds=options.item_timeout)
        self._found: list[Finding] = []
        self._watching: list[Callable[[Exchange], None]] = []
        self._uniform = UniformAnswers()
        self._is_stopped = False
        self._is_closing = False
        self.missing_routes = MissingRoutes(
            [contract, load_contract(None)],
            shared.folder / "missing-routes.ndjson",
            self.recorder,
            environment_of=self._environment_of,
            valid_draft=self._valid_draft,
        )
        self._steps = (FailureCauses(self.recorder), self._watched, self._judge_target)
        # Counts the requests to all targets of this worker.
        self.requests = RequestCount(shared.folder)
        self.environment = self._environment(shared)
        self._others: list[WorkerEnvironment] = []

    @cached_property
    def generator(self) -> Generator:
        """The request generator, made when first needed: it loads the whole contract into Schemathesis."""
        return Generator(self.contract, self.options.seed, self.examples)

    def environments(self) -> Iterator[WorkerEnvironment]:
        """The target, then the further targets that offer what it does not; each is opened when first needed."""
        yield self.environment
        for number, state in enumerate(self.shared.others):
            if number == len(self._others):
                self._others.append(self._environment(Shared.load(Path(state))))
            yield self._others[number]

    def collect(self, operation: Operation | None = None) -> list[Finding]:
        """The findings since the last call, of this operation or of all; clears them."""
        found, self._found = self._found, []
        return [finding for finding in found if operation is None or finding.operation_id == operation.id]

    def unexplained(self, findings: Sequence[Finding]) -> list[Finding]:
        """The recorded findings that fail the run: no deviation explains them, and they count at the chosen level."""
        weakest = self.options.fail_on
        return [each for each in findings if each.deviation is None and each.level.is_at_least(weakest)]

    @contextmanager
    def repeating(self, *, fresh: bool = True) -> Iterator[list[Finding]]:
        """Records what is sent inside the context as made again; yields the findings. `fresh`: with new resources."""
        before = self.bases, self.reported, self._found
        self.bases, self.reported, self._found = {}, [], []
        with ExitStack() as stack:
            stack.enter_context(self.recorder.repeating())
            for environment in (self.environment, *self._others) if fresh else ():
                stack.enter_context(environment.world.afresh())
            try:
                yield self.reported
            finally:
                self.bases, self.reported, self._found = before

    @property
    def stop_reason(self) -> str:
        """Why the run cannot continue; empty where it can."""
        gone = [each for each in (self.environment, *self._others) if each.client.is_target_gone]
        return self._uniform.reason or (f"{gone[0].shared.base_url} no longer answers" if gone else "")

    def blocked(self, test: str, reason: str) -> None:
        """Notes a test, an operation or a flow that was blocked."""
        if not self.recorder.is_repeating:
            self._uniform.blocked(test, reason)

    def stop(self) -> str:
        """Why the run cannot continue, recorded where no answer of the target can be judged; empty where it can."""
        reason = self.stop_reason
        if reason and reason == self._uniform.reason and not self._is_stopped:
            self._is_stopped = True
            self.recorder.stop(reason, unjudgeable=True)
        return reason

    def check(self) -> None:
        """Raises OutOfTime or OutOfRequests where the run may not go on."""
        self.environment.deadline.check()
        self.requests.check_run()

    def close(self) -> None:
        """Removes the worker's files, writes the totals and closes everything."""
        self._is_closing = True
        for environment in (self.environment, *self._others):
            with self.requests.clean_up(len(environment.ledger.entries())):
                remove_own_files(environment.client, environment.contract, environment.ledger)
            budget = environment.budget
            figures = {"requests": budget.requests, "throttledSeconds": budget.throttled_seconds}
            refused = {"self429": budget.self_429, "provoked429": budget.provoked_429}
            self.recorder.note("budget", {"worker": self.worker, **figures, **refused})
            self.recorder.note("refusals", {"refusals": environment.guard.refusals})
            if environment.ledger.unwritable:
                self.recorder.note("failures", {"failures": {environment.ledger.unwritable: 1}})
            environment.close()
        self.requests.close()
        self.examples.close()
        self.recorder.close()

    @contextmanager
    def watched_by(self, saw: Callable[[Exchange], None]) -> Iterator[None]:
        """Calls `saw` with every exchange inside the context, before the exchange is judged."""
        self._watching.append(saw)
        try:
            yield
        finally:
            self._watching.remove(saw)

    def explain(self, exchange: Exchange, findings: Sequence[Finding], *, valid: bool = False) -> None:
        """Raises MissingRoute where the findings of an exchange only show that its route is missing.

        `valid` is for exchanges in which the contract demands a success.
        """
        # What stock servers do outside the contract is known, and is no reason for further requests.
        known = [self.known.explained(exchange, finding) for finding in findings]
        if findings and (not is_outside(exchange.operation) or self.unexplained(known)):
            self.missing_routes.explain(exchange, valid=valid)

    def judge(self, draft: Draft, exchange: Exchange, send: Send) -> Exchange:
        """Judges and records an exchange; the last of its steps."""
        self._judged(draft, exchange, send)
        return exchange

    def _judge_target(self, draft: Draft, exchange: Exchange, send: Send) -> Exchange:
        """As `judge`; raises Unjudgeable once the target answered so much alike that nothing can be judged."""
        violates = bool(self._judged(draft, exchange, send))
        if not self.recorder.is_repeating:
            self._uniform.saw(exchange, violates=violates)
        if self._uniform.reason and not self._is_closing:
            raise Unjudgeable(self._uniform.reason)
        return exchange

    def _judged(self, draft: Draft, exchange: Exchange, send: Send) -> list[Finding]:
        judged = self._judgement(exchange)
        if self.missing_routes.saw(draft, exchange, send):
            judged.evidence.append(ROUTE_REQUIREMENT)
        try:
            self.explain(exchange, judged.findings, valid=exchange.intent is Intent.VALID)
        except MissingRoute:
            self.recorder.exchange(exchange, (), ())
            raise
        return self._recorded(exchange, judged)

    def _judge_read(self, exchange: Exchange) -> None:
        """Judges and records a read of the gate that failed."""
        self._recorded(exchange, self._judgement(exchange))

    def _judgement(self, exchange: Exchange) -> Judgement:
        judged = judge(exchange, self._limits)
        changed, compared = self._announced.judge(exchange)
        return Judgement([*judged.findings, *changed], [*judged.evidence, *compared], judged.in_part)

    def _reported(self, findings: Sequence[Finding]) -> None:
        self.reported.extend(findings)
        if self._is_closing:
            self.repetition.leave(findings, Obstacle.CLEAN_UP)

    def _recorded(self, exchange: Exchange, judged: Judgement) -> list[Finding]:
        found = self.recorder.exchange(exchange, judged.evidence, judged.findings, judged.in_part)
        self._found.extend(found)
        if exchange.intent in _DRAWN and self.unexplained(found):
            self.examples.showed(exchange.operation.id, _DRAWN[exchange.intent], self.options.seed)
        return found

    def blame(self, error: UnexpectedAnswer) -> Finding | None:
        """The finding of the answer that could not be used, recorded unless the checks of its exchange found it.

        None where the answer breaks no requirement.
        """
        if error.exchange is None:
            return None
        finding, is_recorded = violation_of(error, error.exchange)
        if finding is not None and not is_recorded:
            finding = self.recorder.finding(error.exchange, finding)
            self._found.append(finding)
        return finding

    def _watched(self, _draft: Draft, exchange: Exchange, _send: Send) -> Exchange:
        for saw in self._watching:
            saw(exchange)
        return exchange

    def _environment(self, shared: Shared) -> WorkerEnvironment:
        return WorkerEnvironment(
            shared,
            self.worker,
            self._redactor,
            self._steps,
            requests=self.requests,
            died=self._died,
            contradicted=self._contradicted,
            read_failed=self._judge_read,
            admits=lambda draft: self.missing_routes.refuse(shared.base_url, draft.operation),
            call_failed=lambda exchange: self.missing_routes.explain(exchange, valid=True),
        )

    def _environment_of(self, origin: str) -> WorkerEnvironment | None:
        known = (self.environment, *self._others)
        return next((each for each in known if each.shared.base_url.rstrip("/") == origin), None)

    def _valid_draft(self, environment: WorkerEnvironment, operation: Operation) -> Draft:
        # Imported here because requests are built for a session, whose module this is.
        from peertube_conformance.conformance.execution.valid_requests import Drafting  # noqa: PLC0415

        drafting = Drafting(self, operation)
        drafting.environment = environment
        return drafting.base()

    def _contradicted(self, contradiction: Contradiction) -> None:
        finding = self.recorder.finding(contradiction.exchange, contradicted_id(contradiction))
        self._found.append(finding)

    def _died(self, death: Death) -> None:
        record_outage(self.recorder, self._redactor, self.worker, death)
