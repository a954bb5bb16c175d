"""Starts a run, joins its workers' parts and ends it with a report: the controller's side of a pytest session."""

from __future__ import annotations

import datetime
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from peertube_conformance.conformance.checks import CHECKS
from peertube_conformance.conformance.execution.cost import Cost
from peertube_conformance.conformance.execution.recorded_preparation import RecordedCleanUp, record_set_up
from peertube_conformance.conformance.exit_codes import PASSED
from peertube_conformance.conformance.option_values import OptionError
from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.applicable_deviations import (
    check_given_deviations,
    decision_for,
    known_deviations,
)
from peertube_conformance.conformance.pytest_plugin.operation_selection import chosen, in_shard, narrowing
from peertube_conformance.conformance.pytest_plugin.preconditions import (
    check_disposable,
    check_reading,
    reap_first,
    setup_of,
)
from peertube_conformance.conformance.pytest_plugin.report_recovery import note_beginning
from peertube_conformance.conformance.pytest_plugin.run_cost import cost_of_items, set_ceilings
from peertube_conformance.fixtures.cleanup.removal import Cleaned
from peertube_conformance.fixtures.mailboxes.open_by_url import MailboxError
from peertube_conformance.fixtures.rate_limit.redis_store import BudgetError
from peertube_conformance.fixtures.run.run import CannotRun, Run, Shared, budget_of
from peertube_conformance.fixtures.safety.ledger.secure_files import LedgerError
from peertube_conformance.fixtures.target.embedded_process import InstanceError
from peertube_conformance.fixtures.target.probe import TargetError
from peertube_conformance.fixtures.timing.deadline import SIGNAL
from peertube_conformance.reports.comparison.comparable import check_shards
from peertube_conformance.reports.comparison.compare import compare
from peertube_conformance.reports.model.product import PRODUCT, VERSION
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.recording.known_deviations import KnownDeviations
from peertube_conformance.reports.recording.record_files import join_parts, read_parts
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import CleanDocument, clean_document
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.reports.run_document.run_json import RunFileError, read_run
from peertube_conformance.reports.run_document.run_verdict import Ending, concluded
from peertube_conformance.reports.views.report_files import write_views
from peertube_conformance.spec import load_contract
from peertube_conformance.spec.deviations import DeviationError
from peertube_conformance.spec.errors import ContractError
from peertube_conformance.spec.requirements import load_requirements

USER_MISTAKES = (
    OptionError,
    BudgetError,
    TargetError,
    MailboxError,
    CannotRun,
    ContractError,
    DeviationError,
    InstanceError,
    LedgerError,
    ReportError,
    RunFileError,
)


@dataclass
class Conclusion:
    """How a run ended: the exit code, the document, further messages, and whether the whole report was written."""

    exit_code: int
    document: Mapping[str, Any]
    advice: Sequence[str] = ()
    is_written: bool = True


class Controller:
    """Begins and ends a run. Every failure that is a user's mistake is one of USER_MISTAKES."""

    def __init__(
        self, options: Options, say: Callable[[str], None] = lambda _line: None, redactor: Redactor | None = None
    ) -> None:
        """`say` is called with every line about the clean-up of an earlier run, where that comes first."""
        self.options = options
        self._redactor = redactor or Redactor()
        self._lost: list[str] = []
        self._failures: list[str] = []
        self._retried: list[str] = []
        self._is_signalled = False
        # Nothing is sent to the target where the report cannot be written.
        self._folder = ReportFolder(options.report_dir)
        try:
            self._begin(options, say)
        except BaseException:
            self._folder.close()
            raise

    def _begin(self, options: Options, say: Callable[[str], None]) -> None:
        # Any mistake of a user shows before anything is made on the target.
        check_disposable(options)
        check_reading(options)
        self.contract = load_contract(options.spec or None)
        self.operations = chosen(self.contract, options)
        if not self.operations and (options.operations or options.tags):
            given = [f"--operations {options.operations}"] if options.operations else []
            given += [f"--tags {options.tags}"] if options.tags else []
            raise CannotRun(f"no operation matches {' and '.join(given)}: check the pattern or tag")
        self.operations = in_shard(self.operations, options)
        check_given_deviations(self.contract, options)
        self._baseline = None if options.baseline is None else read_run(options.baseline)
        if self._baseline is not None:
            check_shards(self._baseline, {"shard": options.shard.to_json()})
        reap_first(options, say)
        self._run = Run(setup_of(options, self._redactor))
        self._began = time.time()
        self._cost: Cost | None = None
        self._items: Sequence[str] = ()
        self.shared: Shared = self._run.start()
        try:
            self.left_before = self._run.left_before
            self.deviations = known_deviations(self.contract, options, self.shared)
            self._folder.begin()
            self._note_beginning()
            self._known = KnownDeviations(self.deviations, self.shared.config)
            record_set_up(options.report_dir, self._redactor, self._known, self._run.exchanges)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                self._run.interrupt()
            self._run.finish()
            raise

    @property
    def state_file(self) -> Path:
        """The file of the run's state, which workers load."""
        return self._run.state_file

    def interrupt(self, why: str = "") -> None:
        """Ends the run for this reason, or after a signal: see Run.interrupt."""
        self._is_signalled = self._is_signalled or not why
        self._run.interrupt(why or SIGNAL)

    def announce(self, workers: int, items: Sequence[str]) -> Cost:
        """Estimates the cost of these pytest items for the target, and sets the ceilings of the run by it."""
        self._items = items
        self._cost = cost_of_items(items, self.operations, self.options, self.shared, workers)
        set_ceilings(self._cost, self.options, self.shared)
        return self._cost

    def retried(self, line: str) -> None:
        """Notes that a test is run again because its worker was killed, for the summary."""
        self._retried.append(line)

    def failed(self, reason: str) -> None:
        """Notes an error of the harness that no worker can record."""
        self._failures.append(reason)

    def crashed(self, test: str, workers: Sequence[str]) -> None:
        """Records that a test is not run again, because each of these workers was killed while it ran it."""
        reason = (
            f"{'each worker' if len(workers) > 1 else 'the worker'} that ran {test} was killed ({', '.join(workers)})"
        )
        self.failed(reason)
        try:
            recorder = Recorder(self.options.report_dir, "controller", self._redactor)
        except ReportError as error:
            self.lost(str(error))
            return
        recorder.outcome(test.rpartition("[")[2].rstrip("]"), "call", Verdict.BLOCKED, reason)
        self.lost(recorder.lost)
        recorder.close()

    def lost(self, reason: str) -> None:
        """Notes that a worker could not record everything, and why."""
        if reason:
            self._lost.append(reason)

    def finish(self, *, interrupted: bool = False, failed: bool = False, broken: bool = False) -> Conclusion:
        """Cleans up, writes the report, and returns how the run ended.

        pytest's session was `interrupted`, an item `failed`, or pytest itself was `broken` by an internal error. A report
        that cannot be written is an error of the harness: what was recorded stays where it is then.
        """
        limits = budget_of(self.shared).limits()
        record = RecordedCleanUp(
            self.options.report_dir, self._redactor, self._known, load_contract(None), lambda: self._run.is_interrupted
        )
        cleaned = self._run.finish((record,), record.saw_read)
        record.close()
        self.lost(record.lost)
        document = self._document(cleaned, limits)
        document.add(read_parts(self.options.report_dir))
        document.add([{"kind": "failures", "failures": dict.fromkeys(self._failures, 1)}])
        report = f"peertube-conformance report {shlex.quote(str(self.options.report_dir))}"
        ending = Ending(
            # A worker that cannot record anything ends the run, too.
            interrupted=self._interruption(document, interrupted=interrupted and not self._lost),
            harness_failure="pytest ended with an internal error" if broken else self._incompleteness("run again"),
            strict=self.options.strict_deviations,
        )
        content = document.to_json(ending)
        if failed and content["exitCode"] == PASSED:
            # An item failed without a finding that explains it: that is no verdict on the target.
            content = document.to_json(replace(ending, harness_failure="a test failed without a finding"))
        if self._baseline is not None:
            content["comparison"] = compare(self._baseline, content).to_json()
        clean = clean_document(content, self._redactor)
        unwritten = self._write(clean)
        if unwritten:
            self.lost(unwritten)
            incomplete = Ending(harness_failure=self._incompleteness(f"call `{report}`"))
            clean = clean_document(concluded(clean, incomplete), self._redactor)
        advice = [*self._retried, *([self.options.how_to_clean] if cleaned.left else [])]
        return Conclusion(clean["exitCode"], clean, advice, is_written=not unwritten)

    def _incompleteness(self, remedy: str) -> str:
        """Why not everything was recorded, with what to do; empty where everything was."""
        return "; ".join(f"{reason}, then {remedy}" for reason in dict.fromkeys(self._lost))

    def _write(self, document: CleanDocument) -> str:
        """Writes the report, the exchanges last, as they take most space; returns why it is not complete, or nothing."""
        try:
            write_views(document, self._folder, self.deviations)
            join_parts(self._folder)
        except ReportError as error:
            return str(error)
        finally:
            self._folder.close()
        return ""

    def _interruption(self, document: RunDocument, *, interrupted: bool) -> str:
        """Why the run is incomplete; empty where it ended by itself, or for a reason that a worker recorded."""
        if self._is_signalled:
            return SIGNAL
        return "the session was interrupted" if interrupted and not document.is_stopped else ""

    def _note_beginning(self) -> None:
        """Writes what is known now, so that a run which is killed has a report too."""
        note_beginning(
            self._folder,
            {
                "at": self._began,
                "facts": self._facts(Cleaned(), self.shared.limits),
                "spec": self.options.spec,
                "operations": [operation.id for operation in self.operations],
                "deviations": [deviation.to_json() for deviation in self.deviations],
                "ledger": self.shared.ledger,
            },
        )

    def _document(self, cleaned: Cleaned, limits: Mapping[str, Any]) -> RunDocument:
        facts = self._facts(cleaned, limits)
        return RunDocument(self.contract, self.operations, load_requirements(), self.deviations, facts)

    def _facts(self, cleaned: Cleaned, limits: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "harness": {"name": PRODUCT, "version": VERSION, "checks": sorted(check.name for check in CHECKS)},
            "startedAt": datetime.datetime.fromtimestamp(self._began, datetime.UTC).isoformat(timespec="seconds"),
            "durationSeconds": round(time.time() - self._began, 1),
            "target": {
                "baseUrl": self.shared.base_url,
                "serverVersion": self.shared.server_version,
                "embedded": self.shared.embedded,
                "capabilities": sorted(self.shared.capabilities),
                "limits": limits,
            },
            "contract": {
                "version": self.contract.version,
                "source": self.contract.source,
                "operations": len(self.contract.operations),
                "repairs": [str(repair) for repair in self.contract.repairs],
            },
            "seed": self.options.seed,
            "depth": self.options.depth.name,
            "safety": self.shared.safety.value,
            "failOn": self.options.fail_on.value,
            "shard": self.options.shard.to_json(),
            "selection": {"operations": self.options.operations, "tags": self.options.tags},
            "stockDeviations": asdict(decision_for(self.options, self.shared)),
            "personalData": self.shared.personal_data,
            "requests": self._requests(),
            **narrowing(self.options, self._items),
            "ledger": cleaned.to_json(),
        }

    def _requests(self) -> dict[str, int]:
        """The requests that were announced and sent."""
        if self._cost is None:
            return {}
        return {"announced": self._cost.requests, "ceiling": self._cost.ceiling, "sent": self._run.requests_sent}
