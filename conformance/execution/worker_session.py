"""The session of one worker: client, resource factories, checks and recorder, assembled once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from peertube_conformance.conformance.checks import judge
from peertube_conformance.conformance.execution.failure_causes import FailureCauses
from peertube_conformance.conformance.execution.missing_routes import MissingRoutes
from peertube_conformance.conformance.generation.example_database import Examples
from peertube_conformance.conformance.generation.schemathesis_driver import Generator
from peertube_conformance.conformance.options import Options
from peertube_conformance.fixtures.cleanup.orphaned_files import remove_own_files
from peertube_conformance.fixtures.http.exchange_steps import Send
from peertube_conformance.fixtures.http.outage import Death
from peertube_conformance.fixtures.messages.precondition_errors import MissingRoute
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.run.run import Shared, WorkerEnvironment
from peertube_conformance.fixtures.safety.ownership.proofs import Contradiction
from peertube_conformance.reports import Exchange, Finding, Intent, Level
from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import Contract, Operation, load_contract
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import load_requirements
from peertube_conformance.spec.synthetic_operations import is_outside

# 40 hexadecimal digits, as PeerTube's own tokens; no server issued it.
FOREIGN_TOKEN = "0" * 40
# The requirement broken where a read contradicts a creation, whichever test created the resource.
_CREATED_IDS = "PT-ID-08"
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
        self.deviations = deviations
        self.worker = worker
        self._redactor = redactor or Redactor()
        self._redactor.harmless(f"Bearer {FOREIGN_TOKEN}")
        self.recorder = Recorder(options.report_dir, worker, self._redactor)
        self.examples = Examples(options.example_database)
        # Values that one test leaves for a later one, by name.
        self.left: dict[str, Any] = {}
        self.bases: dict[tuple[str, str], Draft] = {}
        self._found: list[Finding] = []
        self._watching: list[Callable[[Exchange], None]] = []
        self.missing_routes = MissingRoutes(
            [contract, load_contract(None)],
            shared.folder / "missing-routes.ndjson",
            self.recorder,
            environment_of=self._environment_of,
            valid_draft=self._valid_draft,
        )
        self._steps = (FailureCauses(self.recorder), self._watched, self.judge)
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
        """The findings that fail the run: no deviation explains them, and they count at the chosen level."""
        return [
            finding
            for finding in findings
            if finding.level.is_at_least(self.options.fail_on)
            and not any(deviation.explains(finding.fingerprint) for deviation in self.deviations)
        ]

    @property
    def stop_reason(self) -> str:
        """Why the run cannot continue; empty where it can."""
        return self.recorder.lost or next(
            (
                f"{environment.shared.base_url} no longer answers"
                for environment in (self.environment, *self._others)
                if environment.client.outage.is_gone
            ),
            "",
        )

    def close(self) -> None:
        """Removes the worker's files, writes the totals and closes everything."""
        for environment in (self.environment, *self._others):
            remove_own_files(environment.client, environment.contract, environment.ledger)
            budget = environment.budget
            self.recorder.note(
                "budget",
                {"requests": budget.requests, "throttledSeconds": budget.throttled_seconds, "self429": budget.self_429},
            )
            self.recorder.note("refusals", {"refusals": environment.guard.refusals})
            environment.close()
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
        if findings and (not is_outside(exchange.operation) or self.unexplained(findings)):
            self.missing_routes.explain(exchange, valid=valid)

    def judge(self, draft: Draft, exchange: Exchange, send: Send) -> Exchange:
        """Judges and records an exchange; the last of its steps."""
        findings, evidence = judge(exchange)
        if self.missing_routes.saw(draft, exchange, send):
            evidence = [*evidence, ROUTE_REQUIREMENT]
        try:
            self.explain(exchange, findings, valid=exchange.intent is Intent.VALID)
        except MissingRoute:
            self.recorder.exchange(exchange, (), ())
            raise
        found = self.recorder.exchange(exchange, evidence, findings)
        self._found.extend(found)
        if exchange.intent in _DRAWN and self.unexplained(found):
            mode = _DRAWN[exchange.intent]
            self.examples.showed(exchange.operation.id, mode, self.options.seed)
        return exchange

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
            died=self._died,
            contradicted=self._contradicted,
            admits=lambda draft: self.missing_routes.refuse(shared.base_url, draft.operation),
            failed=lambda exchange: self.missing_routes.explain(exchange, valid=True),
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
        """Records a finding where the response to a creation identified another resource than the one created."""
        exchange = contradiction.exchange
        finding = Finding(
            f"/response/body/*/{contradiction.member}",
            f"a {contradiction.kind} was created, but the answer identifies another one",
            True,
            False,
            check="created_ids",
            requirement=_CREATED_IDS,
            level=Level(load_requirements()[_CREATED_IDS].level),
            operation_id=exchange.operation.id,
            status=exchange.status,
            request=exchange.summary,
        )
        self._found.append(self.recorder.finding(exchange, finding))

    def _died(self, death: Death) -> None:
        guilty = None if death.guilty is None else self.recorder.named(death.guilty)
        self.recorder.note(
            "death",
            {
                "worker": self.worker,
                "at": round(death.at, 3),
                "reason": self._redactor.text(death.reason),
                "isBack": death.is_back,
                "seconds": round(death.seconds, 1),
                "replayed": death.replayed,
                "guilty": guilty,
            },
        )
