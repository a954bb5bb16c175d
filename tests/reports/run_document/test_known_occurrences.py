"""Each occurrence of a finding is judged by itself: one that no deviation explains makes the finding a new one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from peertube_conformance.reports import Finding, Verdict
from peertube_conformance.reports.run_document.older_formats import finding_in
from peertube_conformance.reports.views.console import lines
from peertube_conformance.reports.views.run_summary import known_by_deviation
from peertube_conformance.spec.deviations import Category
from peertube_conformance.spec.deviations.conditions import read_condition
from tests.reports.conftest import SampleRun
from tests.reports.run_document.built_runs import KNOWN

MISSING = Finding("/response/body/id", "the id is missing", "a number", None, requirement="PT-BODY-02")
WRONG = replace(MISSING, message="the id is wrong", actual="seven")
ABSENT_ONLY = replace(KNOWN, when=read_condition([{"actual": "absent"}]), category=Category.FORM)


def found(run: SampleRun) -> tuple[dict[str, Any], dict[str, Any]]:
    document = run.document()
    (finding,) = document["findings"]
    return document, finding


@pytest.mark.parametrize("order", [(MISSING, WRONG), (WRONG, MISSING)])
def test_one_unexplained_occurrence_makes_a_new_finding(order: tuple[Finding, Finding], run: SampleRun) -> None:
    run.deviations = [ABSENT_ONLY]
    for number, each in enumerate(order):
        run.saw("getVideo", 200, None, each, times=1 + 9 * (1 - number))
    document, finding = found(run)
    assert (finding["deviation"], finding["deviationClass"], finding["message"]) == (None, None, WRONG.message)
    assert (finding["alsoKnownAs"], finding["occurrences"]) == (["known-id"], 11)
    assert document["totals"]["newFindings"] == 1
    assert document["deviations"] == {"used": ["known-id"], "stale": []}


def test_an_unexplained_occurrence_after_many_explained_ones_is_recorded(run: SampleRun) -> None:
    run.deviations = [ABSENT_ONLY]
    run.saw("getVideo", 200, None, MISSING, times=20)
    run.saw("getVideo", 200, None, WRONG)
    assert found(run)[1]["deviation"] is None


@pytest.mark.parametrize(("category", "verdict"), [(Category.FORM, "passed"), (Category.BEHAVIOUR, "known")])
def test_an_operation_that_differs_in_form_only_is_passed(category: Category, verdict: str, run: SampleRun) -> None:
    run.deviations = [replace(ABSENT_ONLY, category=category)]
    run.saw("getVideo", 200, None, MISSING)
    run.ended("getVideo", Verdict.PASSED)
    document, finding = found(run)
    entry = next(each for each in document["operations"] if each["operationId"] == "getVideo")
    assert (entry["verdict"], finding["deviation"]) == (verdict, "known-id")
    assert finding["deviationClass"] == category.value


def test_records_of_earlier_versions_are_explained_by_the_fingerprint() -> None:
    finding = replace(WRONG, operation_id="getVideo", status=200)
    members = finding.to_json()
    assert finding_in(members, [ABSENT_ONLY]).deviation is None
    del members["deviationClass"]
    assert finding_in(members, [ABSENT_ONLY]).deviation == "known-id"


def test_deviations_of_security_are_listed_first(run: SampleRun) -> None:
    grave = replace(KNOWN, id="z-grave", fingerprint=("getVideos|*",), category=Category.SECURITY)
    run.deviations = [replace(KNOWN, id="a-form", category=Category.FORM), grave]
    run.saw("getVideo", 200, None, WRONG)
    run.saw("getVideos", 200, None, WRONG)
    document = run.document()
    assert list(known_by_deviation(document)) == ["z-grave", "a-form"]
    assert "known deviations: 2 findings (1 of security, 1 of form) under z-grave, a-form" in lines(document, 200)
