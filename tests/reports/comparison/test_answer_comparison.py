"""Changed statuses, error codes, bodies, headers and media types between two runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from peertube_conformance.reports import Finding, Intent, Purpose, Situation
from peertube_conformance.reports.comparison.change import Kind
from peertube_conformance.reports.comparison.compare import Comparison
from peertube_conformance.spec import Defect
from tests.reports.comparison.compared_runs import Run, answers, page, seen

ABSENT = Situation("absent-resource", "a thing that does not exist")


# Answers


@pytest.mark.parametrize(
    ("intent", "purpose"),
    [
        (Intent.PROVOKED, ABSENT),
        (Intent.INVALID, Defect("query", "/count", "maximum")),
        (Intent.UNAUTHORISED, Situation("no-token", "without a token")),
    ],
)
def test_a_situation_answered_otherwise(reported: Callable[..., Comparison], intent: Intent, purpose: Purpose) -> None:
    comparison = reported(
        lambda run: run.saw("getVideo", 404, intent=intent, purpose=purpose),
        lambda run: run.saw("getVideo", 410, intent=intent, purpose=purpose),
    )
    (change,) = comparison.changes
    assert (change.kind, change.before, change.after) == (Kind.STATUS, ["404"], ["410"])
    assert change.subject == f"{intent}: {purpose} (user)"


def test_a_new_wording_is_no_other_situation(reported: Callable[..., Comparison]) -> None:
    other = Finding("/response/status/404", "410 instead of 404", 404, 410, requirement="PT-STATUS-08")
    reworded = replace(ABSENT, text="an id that nothing has")

    def see(status: int, situation: Situation, *findings: Finding) -> Callable[[Run], object]:
        def saw(run: Run) -> None:
            run.saw("getVideo", 200, {})
            run.saw("getVideo", status, None, *findings, intent=Intent.PROVOKED, purpose=situation)

        return saw

    (change,) = reported(see(404, ABSENT), see(410, reworded)).changes
    assert (change.kind, change.before, change.after) == (Kind.STATUS, ["404"], ["410"])
    assert change.subject == "provoked: an id that nothing has (user)"
    # What a finding tells of the situation is not told again, and that it was asked before is known.
    (change,) = reported(see(410, ABSENT, other), see(404, reworded)).changes
    assert change.kind is Kind.FIX
    assert not reported(see(404, ABSENT), see(404, reworded)).changes
    another = Situation("another", "another one")
    assert not reported(see(404, ABSENT), see(410, another)).changes


def test_an_error_code_that_changed(reported: Callable[..., Comparison]) -> None:
    def see(code: str) -> Callable[[Run], object]:
        return lambda run: run.saw("getVideo", 404, {"code": code}, intent=Intent.PROVOKED, purpose=ABSENT)

    (change,) = reported(see("not_here"), see("not_there")).changes
    assert (change.before, change.after) == (["404 not_here"], ["404 not_there"])


def test_roles_are_told_apart(reported: Callable[..., Comparison]) -> None:
    comparison = reported(
        lambda run: [run.saw("getVideo", 404, role="user"), run.saw("getVideo", 200, {}, role="admin")],
        lambda run: [run.saw("getVideo", 404, role="user"), run.saw("getVideo", 200, {}, role="admin")],
    )
    assert not comparison.changes


def test_valid_requests_answered_otherwise_now_and_then_may_be_chance(reported: Callable[..., Comparison]) -> None:
    def mixed(refused: int) -> Callable[[Run], object]:
        def see(run: Run) -> None:
            answers(page())(run)
            if refused:
                run.saw("getVideos", 409, times=refused)

        return see

    assert not reported(mixed(0), mixed(2)).changes
    assert [change.kind for change in reported(mixed(0), mixed(40)).changes] == [Kind.STATUS]


def test_a_finding_about_the_status_is_told_once(reported: Callable[..., Comparison]) -> None:
    other = Finding("/response/status/404", "200 instead of 404", 404, 200, requirement="PT-STATUS-08")

    def see(status: int, *findings: Finding) -> Callable[[Run], object]:
        def saw(run: Run) -> None:
            run.saw("getVideo", 200, {})
            run.saw("getVideo", status, None, *findings, intent=Intent.PROVOKED, purpose=ABSENT)

        return saw

    comparison = reported(see(404), see(200, other))
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
    reported: Callable[..., Comparison], before: dict[str, Any], after: dict[str, Any], message: str
) -> None:
    comparison = reported(answers(page(before)), answers(page(after)))
    assert seen(comparison) == [(Kind.SHAPE, "getVideos", message)]


def test_integers_are_numbers(reported: Callable[..., Comparison]) -> None:
    assert not reported(answers(page({"ratio": 1})), answers(page({"ratio": 1.5}))).changes


def test_few_responses_prove_no_change_of_shape(reported: Callable[..., Comparison]) -> None:
    comparison = reported(answers(page({"id": 1}), 2), answers(page({"id": 1, "language": "fr"}), 2))
    assert not comparison.changes
    assert [change.pointer for change in comparison.unsure] == ["/data/*/language"]


def test_a_member_that_is_there_now_and_then_is_no_change(reported: Callable[..., Comparison]) -> None:
    def mixed(run: Run) -> None:
        answers(page({"id": 1}), 6)(run)
        answers(page({"id": 1, "language": "fr"}), 2)(run)

    comparison = reported(mixed, answers(page({"id": 1})))
    assert not comparison.changes
    assert not comparison.unsure


def test_a_member_that_is_not_always_there_any_more(reported: Callable[..., Comparison]) -> None:
    def mixed(run: Run) -> None:
        answers(page({"id": 1}), 20)(run)
        answers(page({"id": 1, "language": "fr"}), 20)(run)

    (change,) = reported(answers(page({"id": 1, "language": "fr"}), 40), mixed).changes
    assert change.message == "/data/*/language is no longer always present in 200"


def test_an_empty_list_proves_nothing(reported: Callable[..., Comparison]) -> None:
    assert not reported(answers(page({"id": 1})), answers(page())).changes


def test_members_named_by_data_are_no_change(reported: Callable[..., Comparison]) -> None:
    def refused(*fields: str) -> Callable[[Run], object]:
        def see(run: Run) -> None:
            for field in fields:
                run.saw("getVideos", 400, {"invalid-params": {field: {"msg": "no"}}}, times=8)

        return see

    assert not reported(refused("start", "count"), refused("sort", "search")).changes


def test_null_depends_on_the_data_where_the_contract_allows_it(
    reported: Callable[..., Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "peertube_conformance.reports.run_document.builder.nullable", lambda _operation, _status, shape: list(shape)
    )
    assert not reported(answers(page({"id": 1})), answers(page({"id": None}))).changes


def test_a_header_that_came_and_one_that_went(reported: Callable[..., Comparison]) -> None:
    comparison = reported(answers(page(), headers={"x-old": "1"}), answers(page(), headers={"x-new": "1"}))
    assert seen(comparison) == [
        (Kind.SHAPE, "getVideos", "header x-new is now sent"),
        (Kind.SHAPE, "getVideos", "header x-old is no longer sent"),
    ]


def test_a_media_type_that_changed(reported: Callable[..., Comparison]) -> None:
    after = answers(page(), headers={"content-type": "application/ld+json; charset=utf-8"})
    (change,) = reported(answers(page()), after).changes
    assert (change.before, change.after) == (["application/json"], ["application/ld+json"])
