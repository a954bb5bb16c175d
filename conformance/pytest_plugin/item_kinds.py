"""Kinds of test items, by node id alone: the scheduler and the progress display know nothing else of an item."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def is_flow(nodeid: str) -> bool:
    """Whether the item is a flow. The file says so: ids begin with the folder only where pytest was called beside it."""
    return _file_of(nodeid) in _files_of_flows()


def is_generated(nodeid: str) -> bool:
    """Whether the item tests one operation with generated requests."""
    return _file_of(nodeid) == "test_operations.py"


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0].rpartition("/")[2]


@cache
def _files_of_flows() -> frozenset[str]:
    names = (entry.name for entry in files("peertube_conformance.stateful").iterdir())
    return frozenset(name for name in names if name.startswith("test_") and name.endswith(".py"))
