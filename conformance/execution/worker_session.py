"""What one worker tests with: client, resources, checks and recorder, put together once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from peertube_conformance.conformance.checks import judge
from peertube_conformance.conformance.checks.status_codes import conflicted
from peertube_conformance.conformance.generation.example_database import Examples
from peertube_conformance.conformance.generation.failure_minimizer import Culprits
from peertube_conformance.conformance.generation.schemathesis_driver import Generator
from peertube_conformance.conformance.options import Options
from peertube_conformance.fixtures.cleanup.orphaned_files import remove_own_files
from peertube_conformance.fixtures.http.client import Client
from peertube_conformance.fixtures.http.outage import Death
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.run.run import Ground, Shared
from peertube_conformance.fixtures.safety.ownership.proofs import Contradiction
from peertube_conformance.reports import Exchange, Finding, Intent, Level
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import Contract, Operation
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import load_requirements

# 40 hexadecimal digits, as PeerTube's own tokens; no server issued it.
FOREIGN_TOKEN = "0" * 40
# What a read of the created thing contradicts, whichever test created it.
_CREATED_IDS = "PT-ID-08"
# How generated requests were drawn, in Schemathesis' terms.
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
        self.ground = Ground(shared, worker, redactor, self._contradicted)
        self.ground.redactor.harmless(f"Bearer {FOREIGN_TOKEN}")
        self.recorder = Recorder(options.report_dir, worker, self.ground.redactor)
        self._listen(self.ground)
        self.examples = Examples(options.example_database)
        # What one test leaves for a later one, by name.
        self.left: dict[str, Any] = {}
        self.bases: dict[tuple[str, str], Draft] = {}
        self.watch: Callable[[Exchange], None] | None = None
        self._others: list[Ground] = []
        self._found: list[Finding] = []
        self._culprits = Culprits()
        self._asks_why = False

    @cached_property
    def generator(self) -> Generator:
        """Made when first needed: it loads the whole contract into Schemathesis."""
        return Generator(self.contract, self.options.seed, self.examples)

    def grounds(self) -> Iterator[Ground]:
        """The target, then those that offer what it does not; each is opened when it is first needed."""
        yield self.ground
        for number, state in enumerate(self.shared.others):
            if number == len(self._others):
                other = Ground(
                    Shared.load(Path(state)), self.worker, self.ground.redactor, self._contradicted
                )
                self._listen(other)
                self._others.append(other)
            yield self._others[number]

    def collect(self, operation: Operation | None = None) -> list[Finding]:
        """The findings since the last call, of this operation or of all."""
        found, self._found = self._found, []
        return [finding for finding in found if operation is None or finding.operation_id == operation.id]

    def unexplained(self, findings: Sequence[Finding]) -> list[Finding]:
        """Those that fail the run: no deviation explains them, and they count at the chosen level."""
        return [
            finding
            for finding in findings
            if finding.level.is_at_least(self.options.fail_on)
            and not any(deviation.explains(finding.fingerprint) for deviation in self.deviations)
        ]

    @property
    def hindrance(self) -> str:
        """Why nothing more can be tested; empty where it can."""
        return self.recorder.lost or next(
            (
                f"{ground.shared.base_url} no longer answers"
                for ground in (self.ground, *self._others)
                if ground.client.outage.is_gone
            ),
            "",
        )

    def close(self) -> None:
        """Writes the sums and closes everything."""
        for ground in (self.ground, *self._others):
            remove_own_files(ground.client, ground.contract, ground.ledger)
            budget = ground.budget
            self.recorder.note(
                "budget",
                {
                    "requests": budget.requests,
                    "throttledSeconds": budget.throttled_seconds,
                    "self429": budget.self_429,
                },
            )
            self.recorder.note("refusals", {"refusals": ground.guard.refusals})
            ground.close()
        self.examples.close()
        self.recorder.close()

    def _listen(self, ground: Ground) -> None:
        ground.client.listener = self._saw
        ground.client.examine = partial(self._examined, ground.client)
        ground.client.outage.heard = self._died

    def _contradicted(self, contradiction: Contradiction) -> None:
        """Records that the answer to a creation named something else than what was created."""
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
                "reason": self.ground.redactor.text(death.reason),
                "isBack": death.is_back,
                "seconds": round(death.seconds, 1),
                "replayed": death.replayed,
                "guilty": guilty,
            },
        )

    def _examined(self, client: Client, draft: Draft, exchange: Exchange) -> Exchange:
        """The exchange with the cause of a failure: asked for where nothing is changed by asking."""
        status = exchange.status or 0
        failed = status >= 500 and exchange.operation.response_for(status) is None
        is_valid = exchange.intent in {Intent.VALID, Intent.ARRANGED} and exchange.purpose is None
        if self._asks_why or not (failed and is_valid and exchange.operation.is_safe) or conflicted(exchange):
            return exchange
        self._asks_why = True
        try:
            return replace(exchange, cause=self._culprits.of(draft, client.send))
        finally:
            self._asks_why = False

    def _saw(self, exchange: Exchange) -> None:
        if self._asks_why:
            # What it shows is told of the exchange that it was made from.
            self.recorder.exchange(exchange, (), ())
            return
        if self.watch is not None:
            self.watch(exchange)
        findings, evidence = judge(exchange)
        found = self.recorder.exchange(exchange, evidence, findings)
        self._found.extend(found)
        if exchange.intent in _DRAWN and self.unexplained(found):
            mode = _DRAWN[exchange.intent]
            self.examples.showed(exchange.operation.id, mode, self.options.seed)
