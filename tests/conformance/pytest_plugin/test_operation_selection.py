"""What `--operations` and `--tags` leave of a run, and what the report says of it."""

from __future__ import annotations

import pytest

from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.judged_operations import operations_of
from peertube_conformance.conformance.pytest_plugin.operation_selection import narrowing
from peertube_conformance.spec import load_contract

CONTRACT = load_contract()
ITEMS = (
    "test_operations.py::test_valid[getVideo]",
    "test_roles.py::test_roles[getVideo]",
    "test_identifiers.py::test_short_form",
    "test_files.py::test_whole[public]",
    "test_history.py::test_watch_history",
)


@pytest.mark.parametrize("options", [Options(operations="getVideo*"), Options(tags="Video")])
def test_the_report_counts_the_tests_beside_those_of_each_operation(options: Options) -> None:
    assert narrowing(options, ITEMS) == {"narrowed": {"handWrittenTests": 2, "flows": 1}}


def test_a_whole_run_is_not_narrowed() -> None:
    assert narrowing(Options(), ITEMS) == {}


def test_a_marker_names_operations_by_id_by_parameter_and_by_property() -> None:
    marks = (
        pytest.mark.judges("getConfig").mark,
        pytest.mark.judges(kind={"one": "getVideo", "both": ("putVideo", "delVideo")}).mark,
        pytest.mark.judges(operation=...).mark,
        pytest.mark.judges(where=lambda operation: operation.id.startswith("getLic")).mark,
        pytest.mark.late.mark,
    )
    parameters = {"kind": "both", "operation": "ping"}
    expected = {"getConfig", "putVideo", "delVideo", "ping", "getLicences"}
    assert operations_of(marks, parameters, CONTRACT) == expected


def test_a_test_that_judges_no_operation_says_so() -> None:
    assert operations_of([pytest.mark.judges.mark], {}, CONTRACT) == frozenset()
