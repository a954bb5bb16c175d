"""Makes a pytest session over this package a conformance run, and provides the fixture that runs a flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from peertube_conformance.conformance.pytest_plugin.item_results import break_off, report
from peertube_conformance.conformance.pytest_plugin.plugin import activate
from peertube_conformance.conformance.pytest_plugin.requirement_marker import marked_requirements

if TYPE_CHECKING:
    # Flows load Hypothesis and the checks; collecting must not wait for them.
    from peertube_conformance.conformance.execution.worker_session import Session
    from peertube_conformance.stateful.engine.flow import Flow


def pytest_configure(config: pytest.Config) -> None:
    """Activates the plugin, which does nothing in sessions that do not collect this package."""
    activate(config)


@pytest.fixture
def walk(conformance_session: Session, request: pytest.FixtureRequest) -> Callable[[type[Flow]], None]:
    """Runs a flow and turns its outcome into pytest's. The test is marked with the requirements that the flow proves."""
    from peertube_conformance.reports import Verdict  # noqa: PLC0415 - as above
    from peertube_conformance.stateful.engine import runner  # noqa: PLC0415

    def run(flow: type[Flow]) -> None:
        session = conformance_session
        if not runner.selected(session, flow):
            pytest.skip("not among --operations and --tags")
        session.collect()
        walked = runner.walk(session, flow, marked_requirements(request.node))
        session.current.ended(walked.verdict, walked.reason)
        if walked.verdict is Verdict.ERROR:
            break_off(session, walked.reason)
        report(session, [*walked.findings, *session.collect()])
        if walked.verdict is not Verdict.PASSED:
            pytest.skip(f"{walked.verdict.value}: {walked.reason}")

    return run
