"""The pytest plugin: options, one item per operation and phase, and the run around them.

The plugin is loaded wherever the package is installed, and does nothing in sessions that do not collect its packages.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.options import OPTIONS, Options
from peertube_conformance.conformance.pytest_plugin.given_options import given_options
from peertube_conformance.conformance.pytest_plugin.item_ordering import put_in_order
from peertube_conformance.conformance.pytest_plugin.judged_operations import DESCRIPTION

if TYPE_CHECKING:
    # Sessions without a conformance run must not wait for these imports.
    from peertube_conformance.conformance.execution.phases import Exercise
    from peertube_conformance.conformance.execution.rate_limit_exhaustion import Exhaustion
    from peertube_conformance.conformance.execution.worker_session import Session
    from peertube_conformance.conformance.pytest_plugin.controller import Conclusion, Controller
    from peertube_conformance.fixtures.environment.run_state import Shared
    from peertube_conformance.reports.redaction.redactor import Redactor
    from peertube_conformance.spec import Operation

_REDACTOR: pytest.StashKey[Redactor] = pytest.StashKey()
_ACTIVE = pytest.StashKey[bool]()
_BEGUN = pytest.StashKey[bool]()
_OPTIONS = pytest.StashKey[Options]()
_CONTROLLER: pytest.StashKey[Controller] = pytest.StashKey()
_SESSION: pytest.StashKey[Session] = pytest.StashKey()
_OPERATIONS: pytest.StashKey[list[Operation]] = pytest.StashKey()
_CONCLUSION: pytest.StashKey[Conclusion] = pytest.StashKey()
_LOST = pytest.StashKey[str]()
_DEFAULT_REPORT_CHARACTERS = "fE"
_UNRECORDED = "the report cannot be written"
_PACKAGES = ("peertube_conformance.conformance", "peertube_conformance.stateful")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of a run, except --base-url, which belongs to pytest-base-url."""
    group = parser.getgroup("peertube-conformance", "conformance with the PeerTube REST API")
    for option in OPTIONS:
        group.addoption(option.flag, **option.arguments)


def pytest_configure(config: pytest.Config) -> None:
    """Activates the plugin with --pyargs, because pytest then reads the packages' conftest files too late."""
    if config.option.pyargs and any(argument.startswith(_PACKAGES) for argument in config.args):
        activate(config)


def activate(config: pytest.Config) -> None:
    """Makes this session a conformance run; called by the conftest files of the packages that hold its tests."""
    if config.stash.get(_ACTIVE, False):
        return
    if config.stash.get(_BEGUN, False) and not config.option.collectonly:
        packages = " ".join(_PACKAGES)
        raise pytest.UsageError(f"peertube-conformance is not loaded: run pytest --pyargs {packages}")
    config.stash[_ACTIVE] = True
    config.addinivalue_line("markers", "requirement(*ids): the requirements of the catalogue that a test proves")
    config.addinivalue_line("markers", DESCRIPTION)
    config.addinivalue_line("markers", "late: the test waits for something during the run, so it runs last")
    config.stash[_OPTIONS] = given_options(config)
    # The summary reports each finding once, with its curl line; pytest's own sections would repeat them all.
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"
    if config.option.reportchars == _DEFAULT_REPORT_CHARACTERS:
        config.option.reportchars = ""
    # Imported here so that sessions without a conformance run do not wait for them.
    from peertube_conformance.conformance.pytest_plugin.allure_plugin import AllureFolder
    from peertube_conformance.conformance.pytest_plugin.item_requests import ItemRequests
    from peertube_conformance.conformance.pytest_plugin.output_redaction import knowing, redact

    config.stash[_REDACTOR] = knowing()
    config.pluginmanager.register(ItemRequests(lambda: config.stash.get(_SESSION, None)))
    redact(config, redactor := partial(_redactor, config))
    # The report has its own results for Allure; what Allure's plugin writes of items is for those who ask for it.
    if config.getoption("allure_report_dir", None) and not config.option.collectonly:
        folder = Path(config.option.allure_report_dir).absolute()
        config.pluginmanager.register(AllureFolder(folder, redactor))


def _redactor(config: pytest.Config) -> Redactor:
    """The redactor of this process; a worker needs it before it has a session."""
    redactor = config.stash[_REDACTOR]
    if _is_worker(config) and config.stash.get(_SESSION, None) is None:
        from peertube_conformance.conformance.pytest_plugin.output_redaction import learn

        learn(redactor, partial(_shared, config))
    return redactor


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[Any]:
    """Sets up the run in the controller, before xdist starts workers; joins it in a worker."""
    config = session.config
    config.stash[_BEGUN] = True
    if not config.stash.get(_ACTIVE, False) or config.option.collectonly:
        return (yield)
    from peertube_conformance.conformance.pytest_plugin.signals import heed_in_worker, held_back

    if _is_worker(config):
        heed_in_worker(config, _shared(config))
        return (yield)
    from peertube_conformance.conformance.pytest_plugin.run_begin import begin_run

    begin_run(config, config.stash[_OPTIONS], config.stash[_REDACTOR], _CONTROLLER)
    with held_back() if config.getoption("numprocesses", None) else nullcontext():
        return (yield)


def _shared(config: pytest.Config) -> Shared | None:
    """The run's state; None where no run was begun, as with --collect-only."""
    if _is_worker(config):
        from peertube_conformance.conformance.pytest_plugin.worker_channel import STATE_INPUT
        from peertube_conformance.fixtures.run.run import Shared

        state = config.workerinput.get(STATE_INPUT)  # type: ignore[attr-defined]
        return None if state is None else Shared.load(Path(state))
    controller = config.stash.get(_CONTROLLER, None)
    return None if controller is None else controller.shared


def _session(config: pytest.Config) -> Session:
    """This process's session, created when the first test needs it."""
    session = config.stash.get(_SESSION, None)
    if session is None:
        from peertube_conformance.conformance.execution.worker_session import Session
        from peertube_conformance.conformance.pytest_plugin.applicable_deviations import known_deviations
        from peertube_conformance.spec import load_contract

        options = config.stash[_OPTIONS]
        shared = _shared(config)
        assert shared is not None, "no test runs where the run was not begun"
        worker = config.workerinput["workerid"] if _is_worker(config) else "main"  # type: ignore[attr-defined]
        contract = load_contract(options.spec or None)
        deviations = known_deviations(contract, options, shared)
        session = config.stash[_SESSION] = Session(
            options, shared, contract, deviations, worker, redactor=config.stash[_REDACTOR]
        )
    return session


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrises every test that asks for `exercise` with one item per operation."""
    if "exercise" not in metafunc.fixturenames or not metafunc.config.stash.get(_ACTIVE, False):
        return
    operations = metafunc.config.stash.get(_OPERATIONS, None)
    if operations is None:
        from peertube_conformance.conformance.execution.cost import spaced
        from peertube_conformance.conformance.pytest_plugin.operation_selection import chosen, in_shard
        from peertube_conformance.spec import load_contract

        options = metafunc.config.stash[_OPTIONS]
        operations = in_shard(chosen(load_contract(options.spec or None), options), options)
        shared = _shared(metafunc.config)
        operations = operations if shared is None else spaced(operations, shared.limits)
        metafunc.config.stash[_OPERATIONS] = operations
    metafunc.parametrize("operation_id", [operation.id for operation in operations], scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sorts the items, and deselects those that are left out."""
    if config.stash.get(_ACTIVE, False):
        config.hook.pytest_deselected(items=put_in_order(items, config.stash[_OPTIONS]))


@pytest.fixture(scope="session")
def conformance_session(request: pytest.FixtureRequest) -> Session:
    """This process's client, generator and recorder."""
    from peertube_conformance.reports.report_directory.lock_file import ReportError

    try:
        return _session(request.config)
    except ReportError as error:
        request.config.stash[_LOST] = str(error)
        request.session.shouldstop = _UNRECORDED
        pytest.skip(str(error))


@pytest.fixture
def exercise(operation_id: str, conformance_session: Session) -> Exercise:
    """One operation and its phases."""
    from peertube_conformance.conformance.execution.phases import Exercise

    return Exercise(conformance_session, conformance_session.contract.operation(operation_id))


@pytest.fixture(scope="session")
def exhaustion(conformance_session: Session) -> Iterator[Exhaustion]:
    """Exhausts the general limits and records the verdict on status 429."""
    from peertube_conformance.conformance.execution.rate_limit_exhaustion import Exhaustion

    begun = Exhaustion(conformance_session)
    yield begun
    begun.close()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Excludes from garbage collection everything loaded by now, because it stays until the end."""
    if session.config.stash.get(_ACTIVE, False) and not session.config.option.collectonly:
        gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Ends the session if nothing can be recorded or the target did not come back."""
    result = yield
    session = item.config.stash.get(_SESSION, None)
    if session is not None and session.recorder.lost:
        item.config.stash[_LOST] = session.recorder.lost
        item.session.shouldstop = _UNRECORDED
    elif session is not None and (reason := session.stop()):
        from peertube_conformance.reports.redaction.safe_output import sentence

        item.session.shouldstop = sentence(reason, session.environment.redactor)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Records an item that ends by an exception other than findings as an error of the harness."""
    session = item.config.stash.get(_SESSION, None)
    if session is not None and call.excinfo is not None:
        from peertube_conformance.conformance.pytest_plugin.item_results import record_error

        record_error(session, item, call.when, call.excinfo)
    return (yield)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Closes a worker's part; in the controller cleans up, writes the report and sets the exit code."""
    config = session.config
    own = config.stash.get(_SESSION, None)
    if own is not None:
        own.close()
    lost = config.stash.get(_LOST, "")
    if _is_worker(config):
        from peertube_conformance.conformance.pytest_plugin.worker_channel import LOST_OUTPUT

        config.workeroutput[LOST_OUTPUT] = lost  # type: ignore[attr-defined]
    controller = config.stash.get(_CONTROLLER, None)
    if controller is None:
        return
    controller.lost(lost)
    conclusion = controller.finish(
        interrupted=exitstatus == pytest.ExitCode.INTERRUPTED,
        failed=exitstatus == pytest.ExitCode.TESTS_FAILED,
        broken=exitstatus == pytest.ExitCode.INTERNAL_ERROR,
    )
    config.stash[_CONCLUSION] = conclusion
    session.exitstatus = conclusion.exit_code


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends a run that was interrupted before its session began, and skips the last garbage collections.

    These take a third of a second; the system reclaims the memory.
    """
    controller = config.stash.get(_CONTROLLER, None)
    if controller is not None and config.stash.get(_CONCLUSION, None) is None:
        config.stash[_CONCLUSION] = controller.finish(interrupted=True)
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            pytest_terminal_summary(reporter, config)
    if config.stash.get(_ACTIVE, False):
        gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the summary of the run, which users read first."""
    conclusion = config.stash.get(_CONCLUSION, None)
    if conclusion is None:
        return
    from peertube_conformance.conformance.pytest_plugin.header_and_summary import summarize

    summarize(terminalreporter, conclusion, config.stash[_OPTIONS].report_dir, config.stash[_REDACTOR])
