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


def is_of_operation(nodeid: str) -> bool:
    """Whether the item is repeated for each operation of the contract."""
    return _file_of(nodeid) in {"test_operations.py", "test_roles.py"}


def short_id(nodeid: str) -> str:
    """The node id without the folder, which depends on how pytest was called."""
    return f"{_file_of(nodeid)}::{nodeid.partition('::')[2]}"


def test_of(nodeid: str) -> str:
    """The name of the item's function."""
    return nodeid.partition("[")[0].rpartition("::")[2]


def parameter_of(nodeid: str) -> str:
    """What the item's function is repeated for; empty where it is not."""
    return nodeid.partition("[")[2].removesuffix("]")


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0].rpartition("/")[2]


@cache
def _files_of_flows() -> frozenset[str]:
    names = (entry.name for entry in files("peertube_conformance.stateful").iterdir())
    return frozenset(name for name in names if name.startswith("test_") and name.endswith(".py"))
