"""The pytest plugin: options, one item per operation and phase, and the run around them.

The plugin is loaded wherever the package is installed, and does nothing in sessions that do not collect its packages.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.options import OPTIONS, Options
from peertube_conformance.conformance.pytest_plugin.given_options import given_options
from peertube_conformance.conformance.pytest_plugin.item_ordering import put_in_order

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
_STATE_INPUT = "peertube_conformance_state"
_DEFAULT_REPORT_CHARACTERS = "fE"
HARNESS_FAILED = 3
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


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Sets up the run in the controller; joins it in a worker."""
    config = session.config
    config.stash[_BEGUN] = True
    if not config.stash.get(_ACTIVE, False) or config.option.collectonly:
        return
    from peertube_conformance.conformance.pytest_plugin.signals import Ending, heed_in_worker, heed_signals

    if _is_worker(config):
        heed_in_worker(config, _shared(config))
        return
    interruption = heed_signals(config, config.stash[_OPTIONS])
    from peertube_conformance.conformance.pytest_plugin.controller import USER_MISTAKES, Controller
    from peertube_conformance.conformance.pytest_plugin.header_and_summary import announce, console_of
    from peertube_conformance.reports.redaction.safe_output import sentence

    redactor = config.stash[_REDACTOR]
    try:
        controller = Controller(config.stash[_OPTIONS], console_of(config, redactor).say, redactor)
    except USER_MISTAKES as error:
        raise pytest.UsageError(sentence(str(error), redactor)) from None
    config.stash[_CONTROLLER] = controller
    config.pluginmanager.register(Ending(interruption, controller.interrupt))
    announce(config, controller, redactor)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Passes the path of the run's private state to an xdist worker."""
    controller = node.config.stash.get(_CONTROLLER, None)
    if controller is not None:
        node.workerinput[_STATE_INPUT] = str(controller.state_file)


def _shared(config: pytest.Config) -> Shared | None:
    """The run's state; None where no run was begun, as with --collect-only."""
    if _is_worker(config):
        from peertube_conformance.fixtures.run.run import Shared

        state = config.workerinput.get(_STATE_INPUT)  # type: ignore[attr-defined]
        return None if state is None else Shared.load(Path(state))
    controller = config.stash.get(_CONTROLLER, None)
    return None if controller is None else controller.shared


def _session(config: pytest.Config) -> Session:
    """This process's session, created when the first test needs it."""
    session = config.stash.get(_SESSION, None)
    if session is None:
        from peertube_conformance.conformance.execution.worker_session import Session
        from peertube_conformance.conformance.pytest_plugin.controller import known_deviations
        from peertube_conformance.spec import load_contract

        options = config.stash[_OPTIONS]
        shared = _shared(config)
        assert shared is not None, "no test runs where the run was not begun"
        worker = config.workerinput["workerid"] if _is_worker(config) else "main"  # type: ignore[attr-defined]
        contract = load_contract(options.spec or None)
        deviations = known_deviations(contract, options, shared.server_version)
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
    return _session(request.config)


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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The scheduler that keeps an operation's phases in one worker, and goes on where a worker is killed."""
    controller = config.stash.get(_CONTROLLER, None)
    if controller is None or config.getoption("dist", "no") != "load":
        return None
    from peertube_conformance.conformance.pytest_plugin.xdist_scheduler import Scheduling

    together = controller.operations if config.stash[_OPTIONS].max_time is None else ()
    return Scheduling(config, log, {operation.id for operation in together})


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport, sched: Any) -> None:  # noqa: ARG001
    """Records a worker that was killed, because it cannot record that itself."""
    controller = sched.config.stash.get(_CONTROLLER, None)
    if controller is not None:
        controller.crashed(crashitem)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Ends the session if nothing can be recorded or the target did not come back."""
    result = yield
    session = item.config.stash.get(_SESSION, None)
    if session is not None and session.stop_reason:
        from peertube_conformance.reports.redaction.safe_output import sentence

        item.session.shouldstop = sentence(session.stop_reason, session.environment.redactor)
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
    controller = config.stash.get(_CONTROLLER, None)
    if controller is None:
        return
    conclusion = controller.finish(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
    config.stash[_CONCLUSION] = conclusion
    if exitstatus == pytest.ExitCode.INTERNAL_ERROR:
        return
    code = conclusion.exit_code
    # An item failed without a finding that explains it: that is no verdict on the target.
    unexplained = exitstatus == pytest.ExitCode.TESTS_FAILED and code == pytest.ExitCode.OK
    session.exitstatus = HARNESS_FAILED if unexplained else code


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Skips the last garbage collections, which take a third of a second; the system reclaims the memory."""
    if config.stash.get(_ACTIVE, False):
        gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the summary of the run, which users read first."""
    conclusion = config.stash.get(_CONCLUSION, None)
    if conclusion is None:
        return
    from peertube_conformance.conformance.pytest_plugin.header_and_summary import summarize

    summarize(terminalreporter, conclusion, config.stash[_OPTIONS].report_dir, config.stash[_REDACTOR])
