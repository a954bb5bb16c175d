"""One cause is one entry of a comparison, and what can no longer be judged is no fix."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.reports import Finding, Intent, Situation, Verdict
from peertube_conformance.reports.comparison.advice import advice
from peertube_conformance.reports.comparison.change import Change, Kind, Subject
from peertube_conformance.reports.comparison.compare import Comparison, compare
from peertube_conformance.reports.comparison.grouping import Group
from tests.reports.comparison.compared_runs import Run, answers, page
from tests.reports.conftest import VIDEO, NewRun, SampleRun

ROUTE = Finding("/request", "DELETE is answered like a made-up sibling", [204], 404, requirement="PT-ROUTE-01")
STATUS = Finding("/response/status/204", "404 instead of 204", 204, 404, requirement="PT-STATUS-02")
ABSENT = Situation("absent-resource", "a thing that does not exist")
TEXT = {"content-type": "text/plain; charset=utf-8"}
NO_PROBLEM = Finding("/response/headers/content-type", "is no problem", "problem", "text", requirement="PT-ERR-01")
TITLE = Finding("/response/body/title", "is absent", "text", None, requirement="PT-ERR-04")


def ended(run: SampleRun, **facts: Any) -> dict[str, Any]:
    for operation in run.contract.operations:
        run.ended(operation.id, Verdict.PASSED)
    run.facts |= facts
    return run.document()


def entries(comparison: Comparison, *leaving_out: Kind) -> list[Group]:
    return [group for group in comparison.groups if group.kind not in leaving_out]


# Routes


def _vanished(new_run: NewRun) -> tuple[dict[str, Any], dict[str, Any]]:
    """A route that was answered before, and is not implemented now; another operation needs it."""
    before, after = new_run(), new_run()
    for run in (before, after):
        run.saw("getVideos", 200, page(VIDEO), times=8)
    before.saw("delVideo", 204, times=8)
    before.saw("delVideo", 404, {"title": 1}, TITLE, intent=Intent.PROVOKED, purpose=ABSENT, times=4)
    before.saw("getVideo", 200, VIDEO, times=8)
    after.saw("delVideo", 404, {}, STATUS, headers=TEXT, times=8)
    after.saw("delVideo", 404, {}, ROUTE, headers=TEXT)
    cause = "delVideo|PT-ROUTE-01|404|/request"
    after.ended("getVideo", Verdict.BLOCKED, "the target does not implement delVideo", cause=cause)
    return ended(before), ended(after)


def test_a_vanished_route_is_one_regression(new_run: NewRun) -> None:
    before, after = _vanished(new_run)
    (group,) = entries(compare(before, after), Kind.UNJUDGED)
    assert (group.kind, group.operations) == (Kind.REGRESSION, ["delVideo"])
    assert group.message == "DELETE /api/v1/videos/{id} is no longer served"
    assert group.change.curl.startswith("curl ")
    assert group.includes.startswith("1 finding of PT-ERR-04, 1 finding of PT-ROUTE-01")
    assert "no longer judged: getVideo" in group.includes
    assert "before you upgrade" in group.advice
    assert not any(change.kind is Kind.FIX for change in group.echoes)


def test_a_route_that_is_served_now_is_one_fix(new_run: NewRun) -> None:
    before, after = _vanished(new_run)
    comparison = compare(after, before)
    (group,) = [group for group in comparison.groups if "delVideo" in group.operations]
    assert (group.kind, group.message) == (Kind.FIX, "DELETE /api/v1/videos/{id} is now served")
    assert not comparison.has_regressions


def test_a_route_that_neither_run_has_is_no_change(new_run: NewRun) -> None:
    _, after = _vanished(new_run)
    again = copy.deepcopy(after)
    (finding,) = again["findings"]
    finding |= {"fingerprint": "delVideo|PT-ROUTE-01|200|/request", "status": 200}
    assert not compare(after, again).groups


@pytest.mark.parametrize("was_served", [True, False])
def test_a_route_that_the_earlier_harness_did_not_check(new_run: NewRun, was_served: bool) -> None:
    before, after = _vanished(new_run)
    before["requirements"] = [entry for entry in before["requirements"] if entry["id"] != "PT-ROUTE-01"]
    if not was_served:
        entry = next(o for o in before["operations"] if o["operationId"] == "delVideo")
        entry["mediaTypes"] = {"404": {"text/plain": 12}}
        entry["statuses"] = {"404": 12}
    comparison = compare(before, after)
    assert comparison.has_regressions is was_served
    kinds = [group.kind for group in comparison.groups if "delVideo" in group.operations]
    assert kinds == [Kind.REGRESSION if was_served else Kind.NEWLY_CHECKED]


# Bodies


def _refused(*findings: Finding, text: bool) -> Callable[[Run], None]:
    """`getVideo` and `delVideo` answer 404 with a problem, or with text."""

    def see(run: Run) -> None:
        for name in ("getVideo", "delVideo"):
            run.saw(name, 200, {}, times=8)
            body = None if text else {"status": 404, "code": "not_here", "title": 1}
            more: dict[str, Any] = {"headers": TEXT} if text else {}
            run.saw(name, 404, body, *findings, intent=Intent.PROVOKED, purpose=ABSENT, times=8, **more)

    return see


def test_a_body_that_became_text_is_one_regression(reported: Callable[..., Comparison]) -> None:
    comparison = reported(_refused(TITLE, text=False), _refused(NO_PROBLEM, text=True))
    (group,) = entries(comparison, Kind.UNJUDGED)
    assert (group.kind, group.operations) == (Kind.REGRESSION, ["delVideo", "getVideo"])
    assert group.message == "the media type of 404 changed"
    assert group.change.curl.startswith("curl ")
    assert group.includes == "2 findings of PT-ERR-01, 2 findings of PT-ERR-04, 2 other differences"
    assert [change.kind for change in group.echoes].count(Kind.UNJUDGED) == 2


def test_a_finding_whose_body_vanished_is_no_fix(reported: Callable[..., Comparison]) -> None:
    comparison = reported(_refused(TITLE, text=False), _refused(text=True))
    (group,) = entries(comparison, Kind.UNJUDGED)
    assert group.kind is Kind.SHAPE
    assert {change.kind for change in (*group.changes, *group.echoes)} == {Kind.SHAPE, Kind.STATUS, Kind.UNJUDGED}
    assert comparison.sentence.startswith("1 other change in ")


def test_a_finding_in_a_member_that_was_removed_is_the_same_change(reported: Callable[..., Comparison]) -> None:
    deep = Finding("/response/body/support/mail", "is no text", "string", 7, requirement="PT-BODY-02")
    comparison = reported(
        lambda run: run.saw("getVideo", 200, {"id": 1, "support": {"mail": 7}}, deep, times=8),
        lambda run: run.saw("getVideo", 200, {"id": 1}, times=8),
    )
    (group,) = entries(comparison, Kind.UNJUDGED)
    assert (group.kind, group.message) == (Kind.SHAPE, "/support removed (object) in 200")
    assert group.includes == "1 finding of PT-BODY-02"
    assert "read it before you upgrade" in group.advice


def test_a_finding_of_a_member_that_was_removed_is_one_regression(reported: Callable[..., Comparison]) -> None:
    absent = Finding("/response/body/name", "name is a required property", "required", None, requirement="PT-BODY-02")
    comparison = reported(
        lambda run: run.saw("getVideo", 200, {"id": 1, "name": "a"}, times=8),
        lambda run: run.saw("getVideo", 200, {"id": 1}, absent, times=8),
    )
    (group,) = entries(comparison, Kind.UNJUDGED)
    assert (group.kind, group.message) == (Kind.REGRESSION, "/name removed (string) in 200")


def test_members_of_one_object_are_one_entry(reported: Callable[..., Comparison]) -> None:
    comparison = reported(
        lambda run: [answers(page({"id": 1}))(run), run.saw("getVideo", 200, {"id": 1}, times=8)],
        lambda run: [
            answers(page({"id": 1, "a": "x", "b": 2}))(run),
            run.saw("getVideo", 200, {"id": 1, "a": "x", "b": 2}, times=8),
        ],
    )
    (group,) = entries(comparison, Kind.UNJUDGED)
    assert group.operations == ["getVideo", "getVideos"]
    assert group.message.startswith("2 members of ")
    assert group.message.endswith(" added in 200: a, b")


def test_a_finding_in_a_body_that_is_not_always_text_is_not_a_fix(reported: Callable[..., Comparison]) -> None:
    def see(*findings: Finding, problems: int) -> Callable[[Run], None]:
        def saw(run: Run) -> None:
            run.saw("getVideo", 200, {})
            if problems:
                run.saw("getVideo", 404, {"title": 1}, *findings, times=problems)
            run.saw("getVideo", 404, None, headers=TEXT, times=8)

        return saw

    comparison = reported(see(TITLE, problems=8), see(problems=0))
    assert Kind.FIX not in comparison.grouped()
    (change,) = [change for change in comparison.changes if change.is_finding]
    assert change.reason == "the later run's responses do not have what was wrong"


def test_a_finding_in_an_item_of_an_empty_list_is_not_a_fix(reported: Callable[..., Comparison]) -> None:
    item = Finding("/response/body/data/*/name", "is no text", "string", 7, requirement="PT-BODY-02")
    comparison = reported(lambda run: run.saw("getVideos", 200, page({"name": 7}), item, times=8), answers(page()))
    assert [change.kind for change in comparison.changes] == [Kind.UNJUDGED]


# Situations


def test_one_change_of_several_operations_is_one_entry(reported: Callable[..., Comparison]) -> None:
    def see(status: int) -> Callable[[Run], None]:
        def saw(run: Run) -> None:
            for name in ("getVideo", "delVideo"):
                run.saw(name, status, None, intent=Intent.UNAUTHORISED, purpose=Situation("no-token", "no token"))

        return saw

    (group,) = reported(see(401), see(403)).groups
    assert (group.kind, group.operations) == (Kind.STATUS, ["delVideo", "getVideo"])


def test_a_finding_that_several_operations_have_is_one_entry(reported: Callable[..., Comparison]) -> None:
    error = Finding("/request/query/start", "the server failed", "no 500", 500, requirement="PT-STATUS-01")

    def see(*findings: Finding) -> Callable[[Run], None]:
        def saw(run: Run) -> None:
            for name in ("getVideo", "getVideos"):
                run.saw(name, 500, None, *findings, times=8)

        return saw

    (group,) = entries(reported(see(), see(error)), Kind.NEW)
    assert (group.kind, group.operations) == (Kind.REGRESSION, ["getVideo", "getVideos"])
    assert "server's log" in group.advice


def test_preparing_requests_differ_between_runs_of_different_depths(new_run: NewRun) -> None:
    before, after = new_run(), new_run()
    before.saw("getVideo", 200, {}, intent=Intent.ARRANGED, times=30)
    before.saw("getVideo", 404, {}, intent=Intent.ARRANGED, times=30)
    after.saw("getVideo", 200, {}, intent=Intent.ARRANGED, times=30)
    documents = ended(before), ended(after)
    assert [group.kind for group in compare(*documents).groups] == [Kind.STATUS]
    assert not compare(documents[0], documents[1] | {"depth": "smoke"}).groups


# What an operator does


@pytest.mark.parametrize("about", list(Subject))
@pytest.mark.parametrize("kind", list(Kind))
def test_every_change_has_one_sentence_of_advice(kind: Kind, about: Subject) -> None:
    text = advice(Change(kind, "getVideo", "subject", "changed", about=about))
    assert text.endswith(".")
    assert text.count(". ") == 0


def test_a_comparison_is_the_same_every_time(new_run: NewRun) -> None:
    before, after = _vanished(new_run)
    shuffled = {**after, "findings": after["findings"][::-1], "operations": after["operations"][::-1]}
    assert compare(before, after).to_json() == compare(before, shuffled).to_json()
