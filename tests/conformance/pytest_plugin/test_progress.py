"""How long a run is said to take, while it runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from peertube_conformance.conformance.execution.cost import Cost
from peertube_conformance.conformance.pytest_plugin.console_writer import Console
from peertube_conformance.conformance.pytest_plugin.progress import Progress
from peertube_conformance.reports.redaction.redactor import Redactor

FLOW, OPERATION, OTHER = (
    "stateful/test_lists.py::test_lists",
    "conformance/test_operations.py::test_valid[getVideo]",
    "conformance/test_cors.py::test_preflight",
)
CONSOLE = Console(lambda line: None, Redactor)
COST = Cost(100, 200.0, "", {"flows": 60, "operations": 30, "hand-written": 10})


def finished(progress: Progress, *items: str) -> None:
    for item in items:
        report: Any = SimpleNamespace(when="call", skipped=False, nodeid=item)
        progress.pytest_runtest_logreport(report)


def test_the_announced_time_holds_until_something_is_done() -> None:
    progress = Progress(CONSOLE, COST)
    assert progress.left(20) == 180
    assert progress.left(300) == 0


@pytest.mark.parametrize(("done", "left"), [([FLOW], 80), ([OPERATION], 140), ([FLOW, OPERATION, OTHER], 0)])
def test_an_item_counts_as_much_as_its_kind_sends(done: list[str], left: int) -> None:
    progress = Progress(CONSOLE, COST)
    progress.collected([FLOW, OPERATION, OTHER])
    finished(progress, *done)
    assert progress.left(60) == left


def test_a_flow_is_one_wherever_pytest_is_called() -> None:
    progress = Progress(CONSOLE, COST)
    elsewhere = [item.rpartition("/")[2] for item in (FLOW, OPERATION, OTHER)]
    progress.collected(elsewhere)
    finished(progress, elsewhere[0])
    assert progress.left(60) == 80


def test_a_run_that_takes_longer_than_announced_has_more_left() -> None:
    progress = Progress(CONSOLE, COST)
    progress.collected([FLOW, OPERATION, OTHER])
    finished(progress, FLOW)
    assert progress.left(400) == 160


def test_what_sends_nothing_is_counted_for_nothing() -> None:
    progress = Progress(CONSOLE, Cost(0, 5.0, "", {}))
    progress.collected([OTHER])
    finished(progress, OTHER)
    assert progress.left(1) == 4
