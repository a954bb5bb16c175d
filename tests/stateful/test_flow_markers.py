"""The requirements that a flow's test is marked with are those that the flow judges."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from peertube_conformance import stateful
from peertube_conformance.conformance.pytest_plugin.requirement_marker import ids_of
from peertube_conformance.spec.requirements import load_requirements
from tests.faults.registry import load
from tests.stateful.flows import flows, marked

# Any request of any test may break them: the flow is not there for them.
GENERAL = {"PT-STATUS-01", "PT-STATUS-07", "PT-STATUS-10"}


def _named() -> Iterator[str]:
    """The ids that occur in the flows' code, as texts of their own, outside of markers."""
    known = load_requirements()
    for path in Path(next(iter(stateful.__path__))).rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        markers = {id(inner) for node in functions for mark in node.decorator_list for inner in ast.walk(mark)}
        yield from (
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value in known
            and id(node) not in markers
        )


def test_what_flows_name_is_what_they_are_marked_with() -> None:
    assert set(_named()) - GENERAL == {name for flow in flows() for name in marked(flow)}


@pytest.mark.parametrize("flow", flows())
def test_each_seeded_fault_of_a_flow_breaks_what_it_is_marked_with(flow: str) -> None:
    faults = [fault for fault in load().values() if fault.flow == flow]
    assert [fault.id for fault in faults if not {*fault.breaks} & {*marked(flow)}] == []


def test_ids_are_read_from_requirement_markers_alone() -> None:
    marks = [pytest.mark.requirement("PT-A-01", "PT-A-02").mark, pytest.mark.late.mark]
    assert ids_of(marks) == ["PT-A-01", "PT-A-02"]
