"""What the controller learns of workers: what they could not record, and which tests were not run to the end."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin import controller
from peertube_conformance.conformance.pytest_plugin.controller import Controller
from peertube_conformance.conformance.pytest_plugin.worker_channel import LOST_OUTPUT
from peertube_conformance.conformance.pytest_plugin.workers import Workers
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder

ITEM = "conformance/test_operations.py::test_valid[getVideo]"


class Noting:
    """A controller that only notes what it is called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.state_file = Path("state.json")

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.calls.append((name, *arguments))


def workers() -> tuple[Workers, Noting, list[str]]:
    noting, said = Noting(), []  # type: ignore[var-annotated]
    return Workers(cast("Controller", noting), said.append), noting, said


def test_a_worker_is_given_the_state_and_returns_why_it_could_not_record() -> None:
    hooks, noting, _ = workers()
    node: Any = SimpleNamespace(workerinput={}, workeroutput={LOST_OUTPUT: "the report is not complete"})
    hooks.pytest_configure_node(node)
    assert [*node.workerinput.values()] == ["state.json"]
    hooks.pytest_testnodedown(node)
    # A worker that was killed returns nothing.
    hooks.pytest_testnodedown(SimpleNamespace())
    assert noting.calls == [("lost", "the report is not complete"), ("lost", "")]


def test_a_second_try_is_said_at_once_and_in_the_summary() -> None:
    hooks, noting, said = workers()
    hooks._retried(ITEM, "gw1")
    assert said == ["worker gw1 was killed during test_valid[getVideo]: this test is run a second time"]
    assert noting.calls == [("retried", *said)]


@pytest.mark.parametrize(("status", "count"), [(0, 1), (1, 1), (2, 0)])
def test_tests_that_no_worker_was_left_to_run_are_an_error_but_after_an_interruption(status: int, count: int) -> None:
    hooks, noting, _ = workers()
    hooks._scheduling = cast("Any", SimpleNamespace(unfinished=lambda: [ITEM, ITEM]))
    hooks.pytest_sessionfinish(status)
    assert noting.calls == [("failed", "2 tests not run, because too many workers were killed")] * count


def test_a_worker_of_another_scheduler_is_killed_once() -> None:
    hooks, noting, _ = workers()
    report = SimpleNamespace(node=SimpleNamespace(gateway=SimpleNamespace(id="gw3")))
    hooks.pytest_handlecrashitem(ITEM, report)
    assert noting.calls == [("crashed", "test_valid[getVideo]", ["gw3"])]


@pytest.mark.parametrize("raised", [ReportError("the report is not complete"), KeyboardInterrupt()])
def test_a_run_whose_report_cannot_be_begun_is_cleaned_up(
    raised: BaseException, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[str] = []

    class Begun:
        left_before = ()

        def __init__(self, _setup: object) -> None: ...

        def start(self) -> Any:
            return SimpleNamespace(server_version="6.2.0", software="peertube", embedded=False)

        def interrupt(self) -> None:
            done.append("interrupted")

        def finish(self) -> None:
            done.append("cleaned up")

    def fail(_folder: ReportFolder) -> None:
        raise raised

    monkeypatch.setattr(controller, "Run", Begun)
    monkeypatch.setattr(ReportFolder, "begin", fail)
    with pytest.raises(type(raised)):
        Controller(Options(report_dir=tmp_path))
    assert done == (["cleaned up"] if isinstance(raised, ReportError) else ["interrupted", "cleaned up"])
    # The directory is not locked any longer.
    ReportFolder(tmp_path).close()
