"""What several differences have in common is told once, and what a contract announces needs little evidence."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.reports import Finding, Intent, Situation, Verdict
from peertube_conformance.reports.comparison.change import Change, Kind
from peertube_conformance.reports.comparison.compare import compare
from peertube_conformance.reports.comparison.statistical_tests import is_shifted
from tests.reports.conftest import VIDEO, NewRun, SampleRun

MISSING = Finding("/response/body/policy", "policy is a required property", "required", None, requirement="PT-BODY-02")
PAGE = {"content-type": "text/html; charset=utf-8"}


def ended(run: SampleRun) -> dict[str, Any]:
    for operation in run.contract.operations:
        run.ended(operation.id, Verdict.PASSED)
    return run.document()


def about_policy(change: Change) -> bool:
    return change.pointer.endswith("/policy")


def test_an_announced_member_is_no_fix_and_needs_little_evidence(new_run: NewRun) -> None:
    before, after = new_run(), new_run()
    before.saw("getVideo", 200, VIDEO, MISSING)
    after.saw("getVideo", 200, {**VIDEO, "policy": 1})
    documents = ended(before), ended(after)
    (group,) = compare(*documents, announced=about_policy).groups
    assert (group.change.announced, group.includes) == (True, "1 finding of PT-BODY-02")
    unannounced = compare(*documents, announced=lambda _: False)
    (group,) = unannounced.groups
    assert (group.kind, group.message) == (Kind.FIX, "/policy added (integer) in 200")
    assert not unannounced.doubtful


@pytest.mark.parametrize("times", [8, 7])
def test_a_route_that_a_page_answers_is_one_regression(new_run: NewRun, times: int) -> None:
    before, after = new_run(), new_run()
    before.saw("getVideo", 200, VIDEO, times=8)
    before.saw("getVideo", 404, {"status": 404}, intent=Intent.PROVOKED, purpose=Situation("none", "none"), times=2)
    wrong = Finding("/response/headers/content-type", "is no JSON", "json", "html", requirement="PT-BODY-01")
    after.saw("getVideo", 200, None, wrong, headers=PAGE, times=times)
    comparison = compare(ended(before), ended(after), announced=lambda _: False)
    if times == 8:
        (change,) = comparison.changes
        assert (change.kind, change.before, change.after) == (Kind.REGRESSION, "200, 404", "200")
        assert "is no longer served" in change.message
        assert not comparison.unsure
    else:
        assert [change.message for change in comparison.changes] == ["the media type of 200 changed"]


def test_findings_of_an_operation_that_is_tested_now_are_counted(new_run: NewRun) -> None:
    before, after = new_run(), new_run()
    before.ended("getVideo", Verdict.NOT_APPLICABLE, "available since PeerTube 6.3.0; the server is 6.2.0")
    after.saw("getVideo", 200, VIDEO, MISSING, times=8)
    after.ended("getVideo", Verdict.PASSED)
    (group,) = [g for g in compare(before.document(), after.document()).groups if g.operations == ["getVideo"]]
    assert group.message == "was not tested before: available since PeerTube 6.3.0; the server is 6.2.0"
    assert group.includes == "1 finding of PT-BODY-02"


@pytest.mark.parametrize(
    ("before", "after", "shifted"),
    [
        ([9, 0], [0, 9], True),
        ([0, 9], [9, 0], False),
        ([3, 3, 3], [2, 3, 4], False),
        ([3, 0], [0, 3], False),
        ([0, 0], [0, 9], False),
        ([200, 100], [100, 200], True),
    ],
)
def test_later_classes_beyond_chance(before: list[int], after: list[int], shifted: bool) -> None:
    assert is_shifted(before, after) is shifted
