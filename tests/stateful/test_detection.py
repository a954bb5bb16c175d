"""Each flow finds the faults that are seeded for it, by the requirement that they break, in a short sequence."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "faults"))
sys.path.insert(0, str(Path(__file__).parent))

from faulty import walked
from registry import load

from peertube_conformance import stateful
from peertube_conformance.reports import Verdict
from peertube_conformance.stateful import walking
from peertube_conformance.stateful.flow import Flow

_LEAST = 4


def _flows() -> dict[str, type[Flow]]:
    modules = [
        importlib.import_module(f"{stateful.__name__}.{path.stem}")
        for path in sorted(Path(next(iter(stateful.__path__))).glob("test_*.py"))
    ]
    return {
        name: member
        for module in modules
        for name, member in vars(module).items()
        if isinstance(member, type) and issubclass(member, Flow) and member.__module__ == module.__name__
    }


FLOWS = _flows()
SEEDED = [fault for fault in load().values() if fault.flow]
# One fault of each flow is tried always, the others at night: each takes an instance and a search of its own.
ALWAYS = {fault.flow: fault.id for fault in reversed(SEEDED)}
CASES = [
    pytest.param(fault, id=fault.id, marks=[] if ALWAYS[fault.flow] == fault.id else [pytest.mark.nightly])
    for fault in SEEDED
]


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is judged at night is how short a walk can be told, not how fast a busy machine makes it so."""
    if request.node.get_closest_marker("nightly") is not None:
        monkeypatch.setattr(walking, "_SHORTENING_SECONDS", 3 * walking._SHORTENING_SECONDS)


@pytest.mark.parametrize("fault", CASES)
def test_a_flow_finds_the_fault(fault, tmp_path) -> None:
    ended = walked(FLOWS[fault.flow], tmp_path, fault.id)
    assert ended.verdict is Verdict.FAILED, ended
    told = [finding for finding in ended.findings if finding.requirement in fault.breaks]
    assert told, ended
    for finding in told:
        calls = [
            step for step in finding.steps if "(" in step.call and not step.call.startswith(("#", "begin("))
        ]
        assert len(calls) <= 2 * fault.shortest, "\n".join(
            line for step in finding.steps for line in (step.call, *step.lines)
        )


@pytest.mark.parametrize("flow", FLOWS)
def test_enough_faults_are_seeded_for_each_flow(flow: str) -> None:
    assert sum(fault.flow == flow for fault in SEEDED) >= _LEAST
