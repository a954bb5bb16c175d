"""Using a limit up on a target that was started by somebody else, as the first and only test of a run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from peertube_conformance.conformance.execution import rate_limit_exhaustion
from peertube_conformance.conformance.execution.rate_limit_exhaustion import Exhaustion
from peertube_conformance.conformance.test_rate_limits import test_exhaustion as exhaustion_item
from peertube_conformance.fixtures.http.client import TargetGone
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Verdict
from peertube_conformance.spec import load_contract
from tests.conformance.command_line import CLI, python_module
from tests.stateful.faulty_instance import FaultyInstance


def alone(instance: EmbeddedInstance, folder: Path) -> str:
    """What a run of this one test prints."""
    return python_module(
        CLI,
        folder,
        "run",
        f"--base-url={instance.base_url}",
        f"--admin-username={ADMIN_NAME}",
        "-k",
        "test_exhaustion",
        "-rs",
        PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=instance.password,
    ).stdout


def test_a_limit_that_the_first_answer_says_is_too_high_is_not_used_up(tmp_path: Path) -> None:
    with EmbeddedInstance(limits="raised") as instance:
        reported = " ".join(alone(instance, tmp_path).split())
    assert "requests is too high for a test to exhaust" in reported
    assert "PT-RATE-05]" not in reported


def test_a_limit_that_refuses_nobody_is_one_finding(tmp_path: Path) -> None:
    with FaultyInstance(limits="stock", fault="nobody-is-refused") as instance:
        reported = alone(instance, tmp_path)
    # The general limit, and that of the feeds.
    assert reported.count("PT-RATE-05]") == 2, reported


@pytest.mark.parametrize(
    ("blocker", "verdict"),
    [(OutOfTime("--max-time has passed"), Verdict.NOT_TESTED), (TargetGone("it does not answer"), Verdict.BLOCKED)],
)
def test_what_breaks_it_off_is_no_fault_of_the_harness(
    blocker: Exception, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(_session: Any) -> NoReturn:
        raise blocker

    recorded: list[tuple[Any, ...]] = []
    session: Any = SimpleNamespace(
        contract=load_contract(),
        collect=list,
        unexplained=list,
        recorder=SimpleNamespace(outcome=lambda *given: recorded.append(given)),
    )
    monkeypatch.setattr(rate_limit_exhaustion, "limited_client", broken_off)
    with pytest.raises(pytest.skip.Exception, match=f"{verdict.value}: {blocker}"):
        exhaustion_item(Exhaustion(session), session)
    assert recorded
    assert {(status, said, reason) for _, status, said, reason in recorded} == {("429", verdict, str(blocker))}
