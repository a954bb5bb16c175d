"""A test, or a run, that has sent as many requests as it may ends: that is said, and the run is inconclusive."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.whole_runs.run_process import running

INCONCLUSIVE = 3
TEST = """
from peertube_conformance.conformance.execution import item_costs
item_costs.cost_of_phase = lambda *_: 2
"""
RUN = """
from peertube_conformance.conformance.execution.cost import Cost
Cost.ceiling = property(lambda cost: 60)
"""


def run_with(plugin: str, folder: Path, *arguments: str) -> tuple[int, str, dict[str, Any]]:
    """Exit code, console and document of a run in whose processes this module is loaded."""
    (folder / "lowering.py").write_text(plugin)
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    chosen = ("-p", "lowering", "--operations=listMyVideos", "--depth=standard", *arguments)
    with running(folder, *chosen, PYTHONPATH=path) as run:
        return run.end(), run.text(), run.document


def test_a_test_ends_at_its_ceiling(tmp_path: Path) -> None:
    code, console, document = run_with(TEST, tmp_path, "-k", "test_valid", "-n", "0")
    assert code == INCONCLUSIVE, console
    assert document["requests"]["reached"] == [
        {"item": "test_valid[listMyVideos]", "reason": "reached its ceiling of 6 requests"}
    ]
    (operation,) = document["operations"]
    assert "reached its ceiling of 6 requests" in operation["reason"]
    assert 0 < sum(operation["requests"].values()) <= 6
    assert "stopped: test_valid[listMyVideos] reached its ceiling of 6 requests" in console
    assert document["ledger"]["left"] == []
    for view in ("report.html", "summary.md"):
        assert "reached its ceiling of 6 requests" in (tmp_path / "report" / view).read_text()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_ends_at_its_ceiling_and_removes_what_it_made(workers: str, tmp_path: Path) -> None:
    code, console, document = run_with(RUN, tmp_path, "-n", workers)
    assert code == INCONCLUSIVE, console
    assert "the run ends at 60 requests" in console
    assert "stopped: the run reached its ceiling of 60 requests" in console
    assert {"item": "", "reason": "the run reached its ceiling of 60 requests"} in document["requests"]["reached"]
    assert document["ledger"]["left"] == []
    assert document["ledger"]["created"] == document["ledger"]["removed"] > 0
