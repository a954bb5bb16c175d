"""Two runs compared."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from peertube_conformance.reports import Finding, Intent, Level, Purpose, Situation, Verdict
from peertube_conformance.reports.comparison.change import Change, Kind
from peertube_conformance.reports.comparison.compare import Comparison, compare
from peertube_conformance.reports.views.comparison import lines, rendered, summary
from peertube_conformance.spec import Defect

Run = Any
Told = tuple[Kind, str, str]
WRONG = Finding("/response/body/total", "2 is not of type string", "type", 2, requirement="PT-BODY-02")
ABSENT = Situation("absent-resource", "a thing that does not exist")


@pytest.fixture
def told(new_run: Callable[..., Run]) -> Callable[..., Comparison]:
    """Compares what two functions let a run see; both see `getVideos` answered eight times before."""

    def compared(before: Callable[[Run], object], after: Callable[[Run], object], **facts: Any) -> Comparison:
        documents = []
        for see in (before, after):
            run = new_run()
            run.facts |= facts
            see(run)
            for operation in run.contract.operations:
                run.ended(operation.id, Verdict.PASSED)
            documents.append(run.document())
        return compare(*documents)

    return compared


def seen(comparison: Comparison) -> list[Told]:
    return [(change.kind, change.operation_id, change.message) for change in comparison.changes]


def page(*members: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"total": len(members), "data": list(members), **more}


def answers(body: Any, times: int = 8, **more: Any) -> Callable[[Run], object]:
    return lambda run: run.saw("getVideos", 200, body, times=times, **more)


def test_a_run_equals_itself(faulty: dict[str, Any]) -> None:
    comparison = compare(faulty, copy.deepcopy(faulty))
    assert not comparison.changes
    assert not comparison.unsure
    assert comparison.sentence == "no change in 4 operations: PeerTube 6.2.0 to PeerTube 6.2.0"


def test_ids_times_and_order_do_not_count(told: Callable[..., Comparison]) -> None:
    before = answers(page({"id": 1, "name": "a"}), milliseconds=3)
    after = answers({"data": [{"name": "b", "id": 99}], "total": 1}, milliseconds=7)
    assert not seen(told(before, after))


# Findings


def test_a_finding_that_came_is_a_regression(told: Callable[..., Comparison]) -> None:
    comparison = told(answers(page()), lambda run: run.saw("getVideos", 200, page(), WRONG, times=8))
    (change,) = comparison.changes
    assert change.kind is Kind.REGRESSION
    assert comparison.has_regressions
    assert (change.before, change.after) == ("type", 2)
    assert change.curl.startswith("curl ")
    assert change.needs == ("BASE_URL", "TOKEN")


def test_a_finding_that_went_is_a_fix(told: Callable[..., Comparison]) -> None:
    comparison = told(lambda run: run.saw("getVideos", 200, page(), WRONG, times=8), answers(page()))
    (change,) = comparison.changes
    assert change.kind is Kind.FIX
    assert not comparison.has_regressions


def test_a_finding_in_both_is_no_change(told: Callable[..., Comparison]) -> None:
    def see(run: Run) -> None:
        run.saw("getVideos", 200, page(), WRONG, times=8)

    assert not told(see, see).changes


def test_a_rare_finding_that_went_may_be_chance(told: Callable[..., Comparison]) -> None:
    def rarely(run: Run) -> None:
        run.saw("getVideos", 200, page(), WRONG)
        answers(page())(run)

    comparison = told(rarely, answers(page()))
    assert not comparison.changes
    assert [change.kind for change in comparison.unsure] == [Kind.FIX]


def test_what_the_earlier_run_did_not_ask_is_new(told: Callable[..., Comparison]) -> None:
    def after(run: Run) -> None:
        answers(page())(run)
        run.saw(
            "getVideos",
            200,
            page(),
            WRONG,
            intent=Intent.INVALID,
            purpose=Defect("query", "/count", "maximum"),
        )

    comparison = told(answers(page()), after)
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


def test_what_the_later_run_did_not_ask_is_gone(told: Callable[..., Comparison]) -> None:
    comparison = told(
        lambda run: run.saw("getVideos", 200, page(), WRONG), lambda run: run.saw("getVideo", 200, {})
    )
    assert {change.kind for change in comparison.changes} == {Kind.GONE, Kind.NEW}
    assert any("the later run did not check this" in change.message for change in comparison.changes)


@pytest.mark.parametrize(("fail_on", "regresses"), [("must", False), ("should", True)])
def test_levels_below_the_one_that_fails_do_not_regress(
    told: Callable[..., Comparison], fail_on: str, regresses: bool
) -> None:
    weak = replace(WRONG, level=Level.SHOULD)
    comparison = told(
        answers(page()), lambda run: run.saw("getVideos", 200, page(), weak, times=8), failOn=fail_on
    )
    assert comparison.has_regressions is regresses
    assert comparison.changes


def test_a_known_deviation_does_not_regress(sound: dict[str, Any], known: dict[str, Any]) -> None:
    assert not compare(sound, known).has_regressions


# Answers


@pytest.mark.parametrize(
    ("intent", "purpose"),
    [
        (Intent.PROVOKED, ABSENT),
        (Intent.INVALID, Defect("query", "/count", "maximum")),
        (Intent.UNAUTHORISED, Situation("no-token", "without a token")),
    ],
)
def test_a_situation_answered_otherwise(
    told: Callable[..., Comparison], intent: Intent, purpose: Purpose
) -> None:
    comparison = told(
        lambda run: run.saw("getVideo", 404, intent=intent, purpose=purpose),
        lambda run: run.saw("getVideo", 410, intent=intent, purpose=purpose),
    )
    (change,) = comparison.changes
    assert (change.kind, change.before, change.after) == (Kind.STATUS, ["404"], ["410"])
    assert change.subject == f"{intent}: {purpose} (user)"


def test_a_new_wording_is_no_other_situation(told: Callable[..., Comparison]) -> None:
    other = Finding("/response/status/404", "410 instead of 404", 404, 410, requirement="PT-STATUS-08")
    reworded = replace(ABSENT, text="an id that nothing has")

    def see(status: int, situation: Situation, *findings: Finding) -> Callable[[Run], object]:
        def saw(run: Run) -> None:
            run.saw("getVideo", 200, {})
            run.saw("getVideo", status, None, *findings, intent=Intent.PROVOKED, purpose=situation)

        return saw

    (change,) = told(see(404, ABSENT), see(410, reworded)).changes
    assert (change.kind, change.before, change.after) == (Kind.STATUS, ["404"], ["410"])
    assert change.subject == "provoked: an id that nothing has (user)"
    # What a finding tells of the situation is not told again, and that it was asked before is known.
    (change,) = told(see(410, ABSENT, other), see(404, reworded)).changes
    assert change.kind is Kind.FIX
    assert not told(see(404, ABSENT), see(404, reworded)).changes
    another = Situation("another", "another one")
    assert not told(see(404, ABSENT), see(410, another)).changes


def test_an_error_code_that_changed(told: Callable[..., Comparison]) -> None:
    def see(code: str) -> Callable[[Run], object]:
        return lambda run: run.saw("getVideo", 404, {"code": code}, intent=Intent.PROVOKED, purpose=ABSENT)

    (change,) = told(see("not_here"), see("not_there")).changes
    assert (change.before, change.after) == (["404 not_here"], ["404 not_there"])


def test_roles_are_told_apart(told: Callable[..., Comparison]) -> None:
    comparison = told(
        lambda run: [run.saw("getVideo", 404, role="user"), run.saw("getVideo", 200, {}, role="admin")],
        lambda run: [run.saw("getVideo", 404, role="user"), run.saw("getVideo", 200, {}, role="admin")],
    )
    assert not comparison.changes


def test_valid_requests_answered_otherwise_now_and_then_may_be_chance(
    told: Callable[..., Comparison],
) -> None:
    def mixed(refused: int) -> Callable[[Run], object]:
        def see(run: Run) -> None:
            answers(page())(run)
            if refused:
                run.saw("getVideos", 409, times=refused)

        return see

    assert not told(mixed(0), mixed(2)).changes
    assert [change.kind for change in told(mixed(0), mixed(40)).changes] == [Kind.STATUS]


def test_a_finding_about_the_status_is_told_once(told: Callable[..., Comparison]) -> None:
    other = Finding("/response/status/404", "200 instead of 404", 404, 200, requirement="PT-STATUS-08")

    def see(status: int, *findings: Finding) -> Callable[[Run], object]:
        def saw(run: Run) -> None:
            run.saw("getVideo", 200, {})
            run.saw("getVideo", status, None, *findings, intent=Intent.PROVOKED, purpose=ABSENT)

        return saw

    comparison = told(see(404), see(200, other))
    assert [change.kind for change in comparison.changes] == [Kind.REGRESSION]


# Shapes


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ({"id": 1}, {"id": 1, "language": "fr"}, "/data/*/language added (string) in 200"),
        ({"id": 1, "language": "fr"}, {"id": 1}, "/data/*/language removed (string) in 200"),
        ({"id": 1}, {"id": "1"}, "the type of /data/*/id changed in 200"),
        ({"id": 1}, {"id": None}, "/data/*/id may now be null in 200"),
        ({"id": None}, {"id": 1}, "/data/*/id is no longer null in 200"),
        ({"a": 1}, {"a": {"deep": {"er": 1}}}, "the type of /data/*/a changed in 200"),
        ({"id": 1}, {"id": 1, "a": {"deep": [1]}}, "/data/*/a added (object) in 200"),
    ],
)
def test_a_changed_shape(
    told: Callable[..., Comparison], before: dict[str, Any], after: dict[str, Any], message: str
) -> None:
    comparison = told(answers(page(before)), answers(page(after)))
    assert seen(comparison) == [(Kind.SHAPE, "getVideos", message)]


def test_integers_are_numbers(told: Callable[..., Comparison]) -> None:
    assert not told(answers(page({"ratio": 1})), answers(page({"ratio": 1.5}))).changes


def test_few_responses_prove_no_change_of_shape(told: Callable[..., Comparison]) -> None:
    comparison = told(answers(page({"id": 1}), 2), answers(page({"id": 1, "language": "fr"}), 2))
    assert not comparison.changes
    assert [change.pointer for change in comparison.unsure] == ["/data/*/language"]


def test_a_member_that_is_there_now_and_then_is_no_change(told: Callable[..., Comparison]) -> None:
    def mixed(run: Run) -> None:
        answers(page({"id": 1}), 6)(run)
        answers(page({"id": 1, "language": "fr"}), 2)(run)

    comparison = told(mixed, answers(page({"id": 1})))
    assert not comparison.changes
    assert not comparison.unsure


def test_a_member_that_is_not_always_there_any_more(told: Callable[..., Comparison]) -> None:
    def mixed(run: Run) -> None:
        answers(page({"id": 1}), 20)(run)
        answers(page({"id": 1, "language": "fr"}), 20)(run)

    (change,) = told(answers(page({"id": 1, "language": "fr"}), 40), mixed).changes
    assert change.message == "/data/*/language is no longer always present in 200"


def test_an_empty_list_proves_nothing(told: Callable[..., Comparison]) -> None:
    assert not told(answers(page({"id": 1})), answers(page())).changes


def test_members_named_by_data_are_no_change(told: Callable[..., Comparison]) -> None:
    def refused(*fields: str) -> Callable[[Run], object]:
        def see(run: Run) -> None:
            for field in fields:
                run.saw("getVideos", 400, {"invalid-params": {field: {"msg": "no"}}}, times=8)

        return see

    assert not told(refused("start", "count"), refused("sort", "search")).changes


def test_null_depends_on_the_data_where_the_contract_allows_it(
    told: Callable[..., Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "peertube_conformance.reports.run_document.builder.nullable",
        lambda _operation, _status, shape: list(shape),
    )
    assert not told(answers(page({"id": 1})), answers(page({"id": None}))).changes


def test_a_header_that_came_and_one_that_went(told: Callable[..., Comparison]) -> None:
    comparison = told(answers(page(), headers={"x-old": "1"}), answers(page(), headers={"x-new": "1"}))
    assert seen(comparison) == [
        (Kind.SHAPE, "getVideos", "header x-new is now sent"),
        (Kind.SHAPE, "getVideos", "header x-old is no longer sent"),
    ]


def test_a_media_type_that_changed(told: Callable[..., Comparison]) -> None:
    after = answers(page(), headers={"content-type": "application/ld+json; charset=utf-8"})
    (change,) = told(answers(page()), after).changes
    assert (change.before, change.after) == (["application/json"], ["application/ld+json"])


# Latency


@pytest.mark.parametrize(("after", "slower"), [(40, True), (14, False), (5, False)])
def test_slower_beyond_noise(told: Callable[..., Comparison], after: float, slower: bool) -> None:
    comparison = told(answers(page(), milliseconds=12), answers(page(), milliseconds=after))
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


def test_what_is_not_tested_any_more_is_gone(sound: dict[str, Any]) -> None:
    after = copy.deepcopy(sound)
    after["operations"][0] |= {"verdict": "not-applicable", "reason": "the instance does not offer it"}
    (change,) = compare(sound, after).changes
    assert (change.kind, change.message) == (
        Kind.GONE,
        "no longer tested: the instance does not offer it",
    )
    assert [change.kind for change in compare(after, sound).changes] == [Kind.NEW]


def test_a_requirement_without_evidence_is_gone(sound: dict[str, Any]) -> None:
    after = copy.deepcopy(sound)
    entry = next(entry for entry in after["requirements"] if entry["verdict"] == "passed")
    entry["verdict"] = "no-evidence"
    (change,) = compare(sound, after).changes
    assert (change.kind, change.subject) == (Kind.GONE, entry["id"])


# Announced


def test_what_is_announced_is_marked_but_never_a_regression(
    sound: dict[str, Any], faulty: dict[str, Any]
) -> None:
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
    after = sound | {"depth": "smoke", "exitCode": 2}
    assert compare(sound, after).remarks == [
        "depth differs: standard before, smoke after",
        "the later run did not end normally",
    ]
    offering = sound | {"target": {**sound["target"], "capabilities": ["hls", "user-export"]}}
    assert compare(sound, offering).remarks == [
        "only the later instance offers hls, user-export",
        "only the earlier instance offers registration",
    ]


# Renderings


@pytest.fixture
def several(told: Callable[..., Comparison]) -> Comparison:
    """A regression, and a change of shape that two operations share."""

    def before(run: Run) -> None:
        answers(page())(run)
        run.saw("getVideo", 200, {"id": 1}, times=8)
        run.saw("getVideos", 200, {"id": 1}, role="admin", times=8)

    def after(run: Run) -> None:
        run.saw("getVideos", 200, page(), WRONG, times=8, headers={"x-new": "1"})
        run.saw("getVideo", 200, {"id": 1}, times=8, headers={"x-new": "1"})
        run.saw("getVideos", 200, {"id": 1}, role="admin", times=8, headers={"x-new": "1"})

    return told(before, after)


def test_in_the_terminal(several: Comparison) -> None:
    text = lines(several, 100)
    assert text[0].startswith("1 regression, 1 other change in 4 operations: PeerTube 6.2.0")
    assert "regressions (1)" in text
    assert "      expected type, got 2" in text
    assert any(line.startswith("      curl ") for line in text)
    assert "  getVideo, getVideos: header x-new is now sent" in text


def test_as_markdown(several: Comparison, sound: dict[str, Any]) -> None:
    text = summary(several)
    assert text.startswith("# ❌ 1 regression")
    assert "## Regressions" in text
    assert "```sh" in text
    assert summary(compare(sound, sound)).startswith("# ✅ no change")


def test_as_a_page(several: Comparison, sound: dict[str, Any], hostile: dict[str, Any]) -> None:
    told = rendered(several, "html")
    assert told.startswith("<!doctype html>")
    assert f"<h1>{several.to_json()['regressions']} regression" in told
    assert "curl -sS" in told
    assert "http:" not in told.partition("</style>")[0]
    assert "<h1>No regression</h1>" in rendered(compare(sound, sound), "html")
    assert "<img" not in rendered(compare(sound, hostile), "html")


def test_as_json(several: Comparison) -> None:
    members = json.loads(rendered(several, "json"))
    assert members["regressions"] == 1
    assert [change["kind"] for change in members["changes"]] == ["regression", "shape", "shape"]
    assert [group["kind"] for group in members["groups"]] == ["regression", "shape"]
    assert members["groups"][1]["entries"][0]["operations"] == ["getVideo", "getVideos"]


def test_a_hostile_run_steers_nothing(sound: dict[str, Any], hostile: dict[str, Any]) -> None:
    comparison = compare(sound, hostile)
    assert "\x1b" not in "".join(lines(comparison, 100))
    outside_code = "".join("".join(line.split("``")[::2]) for line in summary(comparison).splitlines())
    assert "<img" not in outside_code.replace("\\<img", "")
    json.loads(rendered(comparison, "json"))


def test_what_may_be_chance_is_told_apart(told: Callable[..., Comparison]) -> None:
    comparison = told(answers(page({"id": 1}), 2), answers(page({"id": 1, "language": "fr"}), 2))
    text = lines(comparison, 120)
    assert text[0].startswith("no change")
    assert text[-1] == "  getVideos: /data/*/language added (string) in 200"
    assert "1 further difference seen too rarely" in summary(comparison)
