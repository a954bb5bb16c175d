"""Several workers: what is asked of one operation is asked by one of them."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.conformance.processes import CLI, python_module

_ITEM = re.compile(r"^\[(gw\d)\].*::(\w+)\[(\w+)\]", re.MULTILINE)


def ran(tmp_path: Path, *options: str) -> list[tuple[str, str, str]]:
    """Worker, test and operation of each item, in the order in which they ended."""
    chosen = ("--operations=getVideoC*", "--depth=smoke", "-n2", "-v")
    return _ITEM.findall(python_module(CLI, tmp_path, "run", *chosen, *options, COLUMNS="200").stdout)


def test_one_worker_asks_everything_of_an_operation(tmp_path: Path) -> None:
    workers = defaultdict(set)
    for worker, _, operation in ran(tmp_path):
        workers[operation].add(worker)
    assert set(workers) == {
        "getVideoChannels", "getVideoChannel", "getVideoChannelFollowers", "getVideoChannelVideos"
    }  # fmt: skip
    assert [len(some) for some in workers.values()] == [1] * len(workers)


def test_where_time_is_short_no_operation_waits_for_all_of_another(tmp_path: Path) -> None:
    tests = [test for _, test, _ in ran(tmp_path, "--max-time=40")]
    last = max(number for number, test in enumerate(tests) if test == "test_valid")
    assert last < tests.index("test_refusals"), tests


@pytest.mark.parametrize("dist", ["loadfile", "worksteal"])
def test_another_way_to_distribute_is_obeyed(tmp_path: Path, dist: str) -> None:
    assert len({operation for _, _, operation in ran(tmp_path, f"--dist={dist}")}) == 4
