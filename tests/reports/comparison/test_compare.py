"""Two runs compared."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from peertube_conformance.reports import Intent, Level
from peertube_conformance.reports.comparison.change import Change, Kind
from peertube_conformance.reports.comparison.compare import Comparison, compare
from peertube_conformance.reports.run_document.run_verdict import Ending, concluded
from peertube_conformance.spec import Defect
from tests.reports.comparison.compared_runs import WRONG, Run, answers, page, seen


def test_a_run_equals_itself(faulty: dict[str, Any]) -> None:
    comparison = compare(faulty, copy.deepcopy(faulty))
    assert not comparison.changes
    assert not comparison.unsure
    assert comparison.sentence == "no change in 4 operations: PeerTube 6.2.0 to PeerTube 6.2.0"


def test_ids_times_and_order_do_not_count(reported: Callable[..., Comparison]) -> None:
    before = answers(page({"id": 1, "name": "a"}), milliseconds=3)
    after = answers({"data": [{"name": "b", "id": 99}], "total": 1}, milliseconds=7)
    assert not seen(reported(before, after))


# Findings


def test_a_finding_that_came_is_a_regression(reported: Callable[..., Comparison]) -> None:
    comparison = reported(answers(page()), lambda run: run.saw("getVideos", 200, page(), WRONG, times=8))
    (change,) = comparison.changes
    assert change.kind is Kind.REGRESSION
    assert comparison.has_regressions
    assert (change.before, change.after) == ("type", 2)
    assert change.curl.startswith("curl ")
    assert change.needs == ("BASE_URL", "TOKEN")


def test_a_finding_that_went_is_a_fix(reported: Callable[..., Comparison]) -> None:
    comparison = reported(lambda run: run.saw("getVideos", 200, page(), WRONG, times=8), answers(page()))
    (change,) = comparison.changes
    assert change.kind is Kind.FIX
    assert not comparison.has_regressions


def test_a_finding_in_both_is_no_change(reported: Callable[..., Comparison]) -> None:
    def see(run: Run) -> None:
        run.saw("getVideos", 200, page(), WRONG, times=8)

    assert not reported(see, see).changes


def test_a_rare_finding_that_went_may_be_chance(reported: Callable[..., Comparison]) -> None:
    def rarely(run: Run) -> None:
        run.saw("getVideos", 200, page(), WRONG)
        answers(page())(run)

    comparison = reported(rarely, answers(page()))
    assert not comparison.changes
    assert [change.kind for change in comparison.unsure] == [Kind.FIX]


def test_what_the_earlier_run_did_not_ask_is_new(reported: Callable[..., Comparison]) -> None:
    def after(run: Run) -> None:
        answers(page())(run)
        run.saw("getVideos", 200, page(), WRONG, intent=Intent.INVALID, purpose=Defect("query", "/count", "maximum"))

    comparison = reported(answers(page()), after)
    assert [change.kind for change in comparison.changes] == [Kind.NEW]
    assert not comparison.has_regressions


def test_a_known_finding_that_one_run_did_not_come_by_is_no_news(known: dict[str, Any]) -> None:
    elsewhere = copy.deepcopy(known)
    (finding,) = elsewhere["findings"]
    entry = next(o for o in elsewhere["operations"] if o["operationId"] == finding["operationId"])
    for outcomes in entry["situations"].values():
        outcomes.pop("404", None)
    entry["statuses"].pop("404")
    elsewhere["findings"] = []
    for pair in ((known, elsewhere), (elsewhere, known)):
        comparison = compare(*pair)
        assert not [change for change in comparison.changes if change.is_finding]
        assert [change.kind for change in comparison.unsure if change.is_finding] != []


def test_what_the_later_run_did_not_ask_is_gone(reported: Callable[..., Comparison]) -> None:
    comparison = reported(
        lambda run: run.saw("getVideos", 200, page(), WRONG), lambda run: run.saw("getVideo", 200, {})
    )
    assert {change.kind for change in comparison.changes} == {Kind.UNJUDGED, Kind.NEW}
    (group,) = comparison.grouped()[Kind.UNJUDGED]
    assert group.operations == ["getVideos"]


@pytest.mark.parametrize(("fail_on", "regresses"), [("must", False), ("should", True)])
def test_levels_below_the_one_that_fails_do_not_regress(
    reported: Callable[..., Comparison], fail_on: str, regresses: bool
) -> None:
    weak = replace(WRONG, level=Level.SHOULD)
    comparison = reported(answers(page()), lambda run: run.saw("getVideos", 200, page(), weak, times=8), failOn=fail_on)
    assert comparison.has_regressions is regresses
    assert comparison.changes


def test_a_known_deviation_does_not_regress(sound: dict[str, Any], known: dict[str, Any]) -> None:
    assert not compare(sound, known).has_regressions


# Latency


@pytest.mark.parametrize(("after", "slower"), [(40, True), (14, False), (5, False)])
def test_slower_beyond_noise(reported: Callable[..., Comparison], after: float, slower: bool) -> None:
    comparison = reported(answers(page(), milliseconds=12), answers(page(), milliseconds=after))
    assert [change.kind for change in comparison.changes] == [Kind.SLOWER] * slower


def test_a_slower_machine_is_one_change(sound: dict[str, Any]) -> None:
    before, after = copy.deepcopy(sound), copy.deepcopy(sound)
    for document, factor in ((before, 1), (after, 3)):
        document["operations"] = [
            {
                **document["operations"][0],
                "operationId": f"operation{number}",
                "path": f"/{number}",
                "latency": {"count": 20, "p50": 20.0 * factor, "p95": 30.0 * factor, "max": 90.0},
            }
            for number in range(12)
        ]
    (change,) = compare(before, after).changes
    assert (change.operation_id, change.after) == ("", 3.0)


# Operations


def test_operations_that_come_go_and_are_renamed(sound: dict[str, Any]) -> None:
    after = copy.deepcopy(sound)
    first, second, *rest = after["operations"]
    renamed = {**first, "operationId": "listVideos"}
    moved = {**second, "path": "/api/v1/videos/{videoId}"}
    extra = {**second, "operationId": "getVideoDescription", "path": "/api/v1/videos/{id}/description"}
    after["operations"] = [renamed, moved, *rest[1:], extra]
    assert seen(compare(sound, after)) == [
        (Kind.NEW, "getVideoDescription", "GET /api/v1/videos/{id}/description is not in the earlier run"),
        (Kind.GONE, "delVideo", "DELETE /api/v1/videos/{id} is not in the later run"),
    ]


def test_a_renamed_operation_keeps_its_findings(faulty: dict[str, Any]) -> None:
    after = copy.deepcopy(faulty)
    after["operations"][1]["operationId"] = "readVideo"
    for finding in after["findings"]:
        finding["operationId"] = "readVideo"
        finding["fingerprint"] = finding["fingerprint"].replace("getVideo|", "readVideo|")
    assert not compare(faulty, after).changes
    assert not compare(after, faulty).changes


def test_what_is_not_tested_any_more_is_no_longer_judged(sound: dict[str, Any]) -> None:
    after = copy.deepcopy(sound)
    after["operations"][0] |= {"verdict": "not-applicable", "reason": "the instance does not offer it"}
    (change,) = compare(sound, after).changes
    assert (change.kind, change.message) == (Kind.UNJUDGED, "no longer tested: the instance does not offer it")
    assert [change.kind for change in compare(after, sound).changes] == [Kind.NEW]


def test_a_requirement_without_evidence_is_no_longer_judged(sound: dict[str, Any]) -> None:
    after = copy.deepcopy(sound)
    entry = next(entry for entry in after["requirements"] if entry["verdict"] == "passed")
    entry["verdict"] = "no-evidence"
    (change,) = compare(sound, after).changes
    assert (change.kind, change.subject) == (Kind.UNJUDGED, entry["id"])


# Announced


def test_what_is_announced_is_marked_but_never_a_regression(sound: dict[str, Any], faulty: dict[str, Any]) -> None:
    asked: list[Change] = []

    def everything(change: Change) -> bool:
        asked.append(change)
        return True

    comparison = compare(sound, faulty, everything)
    assert comparison.has_regressions
    assert {change.announced for change in comparison.changes if change.kind is Kind.REGRESSION} == {False}
    assert all(change.kind is not Kind.REGRESSION for change in asked)
    assert all(change.announced for change in comparison.changes if change.kind is not Kind.REGRESSION)


def test_runs_that_are_hard_to_compare_are_remarked_on(sound: dict[str, Any]) -> None:
    after = concluded(sound | {"depth": "smoke"}, Ending(interrupted="a signal ended the run"))
    assert compare(sound, after).remarks == [
        "verdicts: conforms (4 of 4 tested) before, interrupted (4 of 4 tested) after",
        "this tool: 0.1.0 with the contract of PeerTube 6.2.0 before, 0.1.0 with the contract of PeerTube 6.2.0 after",
        "depth differs: standard before, smoke after",
        "the later run did not end normally: a signal ended the run",
    ]
    offering = sound | {"target": {**sound["target"], "capabilities": ["hls", "user-export"]}}
    assert compare(sound, offering).remarks[2:] == [
        "only the later instance offers hls, user-export",
        "only the earlier instance offers registration",
    ]
