"""Starts a run, joins its workers' parts and ends it with a report: the controller's side of a pytest session."""

from __future__ import annotations

import dataclasses
import datetime
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from peertube_conformance.conformance.execution.cost import Cost
from peertube_conformance.conformance.exit_codes import FINDINGS, HARNESS_FAILED, INTERRUPTED, NOTHING_RAN, PASSED
from peertube_conformance.conformance.options import OptionError, Options
from peertube_conformance.conformance.pytest_plugin.operation_selection import chosen, in_shard
from peertube_conformance.conformance.pytest_plugin.report_recovery import note_beginning
from peertube_conformance.conformance.pytest_plugin.run_cost import cost_of_items, set_ceilings
from peertube_conformance.fixtures.cleanup.removal import Cleaned
from peertube_conformance.fixtures.mailboxes.open_by_url import MailboxError
from peertube_conformance.fixtures.rate_limit.redis_store import BudgetError
from peertube_conformance.fixtures.run.reap import reap
from peertube_conformance.fixtures.run.run import CannotRun, Run, Setup, Shared, budget_of, default_safety
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.safety.ledger.secure_files import LedgerError
from peertube_conformance.fixtures.target.embedded_process import InstanceError
from peertube_conformance.fixtures.target.probe import TargetError, is_loopback
from peertube_conformance.reports.comparison.compare import compare
from peertube_conformance.reports.model.product import PRODUCT, VERSION
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.recording.recorder import Recorder, part_files, read_parts
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory.file_recognition import EXCHANGES
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.reports.run_document.run_json import RunFileError, read_run
from peertube_conformance.reports.views.report_files import write_views
from peertube_conformance.spec import Contract, load_contract
from peertube_conformance.spec.deviations import Deviation, DeviationError, check_deviations, load_deviations
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


def known_deviations(contract: Contract, options: Options, server_version: str) -> list[Deviation]:
    """The contract's own deviations and those of `--deviations` that apply to this release today."""
    today = datetime.datetime.now(datetime.UTC).date()
    return [entry for entry in _deviations(contract, options) if entry.applies_to(server_version, today)]


def _deviations(contract: Contract, options: Options) -> list[Deviation]:
    """Loads all deviations.

    The contract's are of stock servers: the embedded instance, a model answer, gets none of them.
    """
    stock = contract.deviations if options.base_url else None
    return load_deviations(path for path in (stock, options.deviations) if path is not None and path.exists())


def _check_deviations(contract: Contract, options: Options) -> None:
    # Flows use the package's own contract, whatever document the operations are tested against.
    operations = {operation.id for each in (contract, load_contract(None)) for operation in each.operations}
    check_deviations(_deviations(contract, options), operations, load_requirements())


def _check_disposable(options: Options) -> None:
    """Raises CannotRun where the tier disposable is not confirmed with the name of the target's host."""
    if options.safety is not Safety.DISPOSABLE or not options.base_url or is_loopback(options.base_url):
        return
    host = urlsplit(options.base_url).hostname or ""
    if options.disposable_host.lower() != host.lower():
        raise CannotRun(
            f"--safety=disposable may change and delete everything on {host}: confirm that with --disposable-host={host} "
            "on the command line, or use --safety=sandbox"
        )


def _reap(options: Options, say: Callable[[str], None]) -> None:
    """Removes what earlier runs left on the target, with `--reap`."""
    if not options.reap or not options.base_url:
        return
    if not options.admin_username:
        raise CannotRun("--reap needs an administrator: set --admin-username")
    if default_safety(options.base_url, options.safety) is Safety.OBSERVE:
        raise CannotRun(
            "--reap removes resources, and the tier observe only reads: add --safety=sandbox, or call "
            "peertube-conformance reap"
        )
    reap(options.base_url, options.admin_username, options.admin_password, say=say)


@dataclass
class Conclusion:
    """How a run ended: the exit code, the document, and further messages."""

    exit_code: int
    document: Mapping[str, Any]
    errors: Sequence[str] = ()
    advice: Sequence[str] = ()


class Controller:
    """Begins and ends a run. Every failure that is a user's mistake is one of USER_MISTAKES."""

    def __init__(
        self, options: Options, say: Callable[[str], None] = lambda _line: None, redactor: Redactor | None = None
    ) -> None:
        """`say` is called with every line about the clean-up of an earlier run, where that comes first."""
        self.options = options
        self._redactor = redactor or Redactor()
        # Nothing is sent to the target where the report cannot be written.
        self._folder = ReportFolder(options.report_dir)
        try:
            self._begin(options, say)
        except BaseException:
            self._folder.close()
            raise

    def _begin(self, options: Options, say: Callable[[str], None]) -> None:
        setup = Setup(
            base_url=options.base_url,
            admin_username=options.admin_username,
            admin_password=options.admin_password,
            mailbox=options.mailbox,
            safety=options.safety,
            seed=options.seed,
            allowed=options.allow,
            budget=options.budget,
            max_time=options.max_time,
            redactor=self._redactor,
        )
        # Any mistake of a user shows before anything is made on the target.
        _check_disposable(options)
        self.contract = load_contract(options.spec or None)
        self.operations = chosen(self.contract, options)
        if not self.operations and (options.operations or options.tags):
            given = [f"--operations {options.operations}"] if options.operations else []
            given += [f"--tags {options.tags}"] if options.tags else []
            raise CannotRun(f"no operation matches {' and '.join(given)}: check the pattern or tag")
        self.operations = in_shard(self.operations, options)
        _check_deviations(self.contract, options)
        self._baseline = None if options.baseline is None else read_run(options.baseline)
        _reap(options, say)
        self._run = Run(setup)
        self._began = time.time()
        self._cost: Cost | None = None
        self.shared: Shared = self._run.start()
        self.left_before = self._run.left_before
        self.deviations = known_deviations(self.contract, options, self.shared.server_version)
        self._folder.begin()
        self._note_beginning()

    @property
    def state_file(self) -> Path:
        """The file of the run's state, which workers load."""
        return self._run.state_file

    def interrupt(self) -> None:
        """Ends the run after a signal: see Run.interrupt."""
        self._run.interrupt()

    def announce(self, workers: int, items: Sequence[str]) -> Cost:
        """Estimates the cost of these pytest items for the target, and sets the ceilings of the run by it."""
        self._cost = cost_of_items(items, self.operations, self.options, self.shared, workers)
        set_ceilings(self._cost, self.options, self.shared)
        return self._cost

    def crashed(self, item: str) -> None:
        """Records that a worker was killed while it ran this pytest item."""
        name = item.rpartition("[")[2].rstrip("]") if "[" in item else item.rpartition("::")[2]
        recorder = Recorder(self.options.report_dir, "controller", self._redactor)
        recorder.outcome(name, "call", Verdict.ERROR, "a worker ended during this test")
        recorder.close()

    def finish(self, *, interrupted: bool) -> Conclusion:
        """Cleans up, writes the report, and returns how the run ended.

        A report that cannot be written is an error of the harness: what was recorded stays where it is then.
        """
        limits = budget_of(self.shared).limits()
        cleaned = self._run.finish()
        interrupted = interrupted or self._run.is_interrupted
        document = self._document(cleaned, limits)
        document.add(read_parts(self.options.report_dir))
        content = document.to_json()
        errors = document.harness_errors()
        code = self._exit_code(document, errors, interrupted=interrupted or _is_gone(content))
        if code == PASSED and content["requests"]["reached"]:
            code = HARNESS_FAILED
        if self._baseline is not None:
            content["comparison"] = compare(self._baseline, content | {"exitCode": code}).to_json()
        content["exitCode"] = code
        clean = clean_document(content, self._redactor)
        try:
            self._merge_parts()
            write_views(clean, self._folder, self.deviations)
            self._folder.remove_parts()
        except OSError as error:
            code = HARNESS_FAILED
            errors = [*errors, f"the report is not complete: {error.strerror or error}"]
        finally:
            self._folder.close()
        return Conclusion(code, clean, errors, [self.options.how_to_clean] if cleaned.left else [])

    def _exit_code(self, document: RunDocument, errors: Sequence[str], *, interrupted: bool) -> int:
        if interrupted:
            return INTERRUPTED
        if errors:
            return HARNESS_FAILED
        if not document.ran:
            return NOTHING_RAN
        stale = self.options.strict_deviations and document.stale_deviations()
        return FINDINGS if document.new_findings(self.options.fail_on) or stale else PASSED

    def _note_beginning(self) -> None:
        """Writes what is known now, so that a run which is killed has a report too."""
        note_beginning(
            self._folder,
            {
                "at": self._began,
                "facts": self._facts(Cleaned(), self.shared.limits),
                "spec": self.options.spec,
                "operations": [operation.id for operation in self.operations],
                "deviations": [dataclasses.asdict(deviation) for deviation in self.deviations],
                "ledger": self.shared.ledger,
            },
        )

    def _document(self, cleaned: Cleaned, limits: Mapping[str, Any]) -> RunDocument:
        facts = self._facts(cleaned, limits)
        return RunDocument(self.contract, self.operations, load_requirements(), self.deviations, facts)

    def _facts(self, cleaned: Cleaned, limits: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "harness": {"name": PRODUCT, "version": VERSION},
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
            "requests": self._requests(),
            "ledger": cleaned.to_json(),
        }

    def _requests(self) -> dict[str, int]:
        """The requests that were announced and sent."""
        if self._cost is None:
            return {}
        return {"announced": self._cost.requests, "ceiling": self._cost.ceiling, "sent": self._run.requests_sent}

    def _merge_parts(self) -> None:
        """Joins the exchanges of all workers in one file."""
        with self._folder.writing(EXCHANGES) as file:
            for part in part_files(self.options.report_dir):
                with part.open("rb") as lines:
                    shutil.copyfileobj(lines, file)


def _is_gone(document: Mapping[str, Any]) -> bool:
    """Whether the target no longer answered at the end, so that the run is incomplete."""
    return any(not death["isBack"] for death in document["deaths"][-1:])
