"""What kind of test an item is, by its node id alone: who hands items out, or counts them, knows nothing else."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def is_flow(nodeid: str) -> bool:
    """Whether it is a flow. The file says so: ids begin with the folder only where pytest was called beside it."""
    return _file_of(nodeid) in _files_of_flows()


def is_generated(nodeid: str) -> bool:
    """Whether it is about one operation, and draws what it sends."""
    return _file_of(nodeid) == "test_operations.py"


def _file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0].rpartition("/")[2]


@cache
def _files_of_flows() -> frozenset[str]:
    names = (entry.name for entry in files("peertube_conformance.stateful").iterdir())
    return frozenset(name for name in names if name.startswith("test_") and name.endswith(".py"))
