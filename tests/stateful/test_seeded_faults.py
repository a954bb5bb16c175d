"""Each flow finds the faults that are seeded for it, by the requirement that they break, in a short sequence."""

from __future__ import annotations

import pytest

from peertube_conformance.reports import Verdict
from peertube_conformance.stateful.engine import runner
from tests.faults.registry import load
from tests.stateful.faulty_instance import walked
from tests.stateful.flows import flows, marked
from tests.stateful.test_flow_markers import GENERAL

_LEAST = 4


SEEDED = [fault for fault in load().values() if fault.flow]
# One fault of each flow, which few steps show, is tried always, the others at night: each takes an instance of its own.
ALWAYS = {
    flow: min((fault for fault in SEEDED if fault.flow == flow), key=lambda fault: fault.shortest).id
    for flow in {fault.flow: None for fault in SEEDED}
}
CASES = [
    pytest.param(fault, id=fault.id, marks=[] if ALWAYS[fault.flow] == fault.id else [pytest.mark.nightly])
    for fault in SEEDED
]


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is judged at night is how short a walk can be told, not how fast a busy machine makes it so."""
    if request.node.get_closest_marker("nightly") is not None:
        monkeypatch.setattr(runner, "_SHORTENING_SECONDS", 3 * runner._SHORTENING_SECONDS)


@pytest.mark.parametrize("fault", CASES)
def test_a_flow_finds_the_fault(fault, tmp_path) -> None:
    ended = walked(flows()[fault.flow], tmp_path, fault.id)
    assert ended.verdict is Verdict.FAILED, ended
    reported = [finding for finding in ended.findings if finding.requirement in fault.breaks]
    assert reported, ended
    assert {finding.requirement for finding in ended.findings} <= {*marked(fault.flow), *GENERAL}
    for finding in reported:
        calls = [step for step in finding.steps if "(" in step.call and not step.call.startswith(("#", "begin("))]
        assert len(calls) <= 2 * fault.shortest, "\n".join(
            line for step in finding.steps for line in (step.call, *step.lines)
        )


@pytest.mark.parametrize("flow", flows())
def test_enough_faults_are_seeded_for_each_flow(flow: str) -> None:
    assert sum(fault.flow == flow for fault in SEEDED) >= _LEAST
