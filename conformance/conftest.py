"""Makes a pytest session over this package a conformance run, and provides the fixtures of hand-written tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import pytest

from peertube_conformance.conformance.pytest_plugin.item_results import report
from peertube_conformance.conformance.pytest_plugin.plugin import activate
from peertube_conformance.conformance.pytest_plugin.requirement_marker import marked_requirements
from peertube_conformance.reports import Verdict

if TYPE_CHECKING:
    # The checks are loaded when the first test asks for them; collecting must not wait for them.
    from peertube_conformance.conformance.execution.assertions import Examination
    from peertube_conformance.conformance.execution.worker_session import Session


def pytest_configure(config: pytest.Config) -> None:
    """Activates the plugin, which does nothing in sessions that do not collect this package."""
    activate(config)


@pytest.fixture
def examine(request: pytest.FixtureRequest, conformance_session: Session) -> Examination:
    """The sender and judge of a hand-written test, marked with the requirements that the test proves."""
    from peertube_conformance.conformance.execution.assertions import Examination  # noqa: PLC0415 - as above

    return Examination(conformance_session, conformance_session.environment, request.function.__name__)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Fails a hand-written test by its findings; a precondition error becomes the verdict of its requirements."""
    examination = cast("Examination | None", pyfuncitem.funcargs.get("examine"))
    if examination is None:
        return (yield)
    from peertube_conformance.conformance.execution.outcome import PRECONDITION_ERRORS, Outcome, outcome_of  # noqa: PLC0415 - as above

    session = examination.session
    session.collect()
    outcome = Outcome(Verdict.PASSED)
    try:
        session.check()
        yield
    except PRECONDITION_ERRORS as blocker:
        outcome = outcome_of(blocker, session)
    finally:
        session.recorder.evidence(examination.evidence)
    if outcome.verdict is not Verdict.PASSED:
        session.current.ended(outcome.verdict, outcome.reason)
        marked = marked_requirements(pyfuncitem)
        session.recorder.unjudged(marked, outcome.verdict, outcome.reason, outcome.cause)
    if outcome.verdict is Verdict.BLOCKED:
        session.blocked(pyfuncitem.name, outcome.reason)
    report(session, [*examination.findings, *session.collect()])
    if outcome.verdict is not Verdict.PASSED:
        pytest.skip(f"{outcome.verdict.value}: {outcome.reason}")
    return None
