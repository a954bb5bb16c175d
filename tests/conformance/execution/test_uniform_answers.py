"""A target that answers everything alike is recognised soon, and no other is taken for one."""

from __future__ import annotations

import httpx
import pytest

from peertube_conformance.conformance.execution.uniform_answers import UniformAnswers
from peertube_conformance.reports import Exchange, Intent, Request, Response
from peertube_conformance.spec import load_contract

OPERATIONS = load_contract("6.2").operations


def exchange(number: int, status: int | None, body: bytes = b"", expects: int | None = None) -> Exchange:
    """The answer to a request of one operation."""
    operation = OPERATIONS[number]
    return Exchange(
        operation=operation,
        request=Request(operation.method, f"https://videos.example.com{operation.path}"),
        response=None if status is None else Response(status, httpx.Headers(), body, 0.01),
        intent=Intent.VALID,
        role="user",
        expects=expects,
    )


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def seen(clock: list[float]) -> UniformAnswers:
    return UniformAnswers(clock=lambda: clock[0])


@pytest.mark.parametrize(("status", "what"), [(401, "401"), (429, "429"), (503, "503"), (None, "no response")])
def test_refusals_of_many_operations_are_enough(seen: UniformAnswers, status: int | None, what: str) -> None:
    for number in range(7):
        seen.saw(exchange(number, status, str(number).encode()), violates=False)
        assert seen.reason == ""
    seen.saw(exchange(7, status), violates=False)
    assert seen.reason == (
        f"the target answered every request to 8 operations with {what}, so that nothing can be judged"
    )


@pytest.mark.parametrize(("status", "number"), [(429, 1), (401, 2), (None, 2)])
def test_after_some_time_fewer_are_enough(
    seen: UniformAnswers, clock: list[float], status: int | None, number: int
) -> None:
    for each in range(number):
        assert seen.reason == ""
        seen.saw(exchange(each, status), violates=False)
    assert seen.reason == ""
    clock[0] = 30.0
    assert seen.reason != ""


def test_one_answer_of_another_kind_is_enough_to_go_on(seen: UniformAnswers, clock: list[float]) -> None:
    seen.saw(exchange(0, 200, b"{}"), violates=False)
    for number in range(20):
        seen.saw(exchange(number, 429), violates=False)
    clock[0] = 300.0
    assert seen.reason == ""


def test_one_operation_alone_is_not_enough(seen: UniformAnswers, clock: list[float]) -> None:
    for _ in range(50):
        seen.saw(exchange(0, 401), violates=False)
    clock[0] = 300.0
    assert seen.reason == ""


def test_an_expected_refusal_says_nothing(seen: UniformAnswers) -> None:
    for number in range(20):
        seen.saw(exchange(number, 401, expects=401), violates=False)
    assert seen.reason == ""
    for number in range(8):
        seen.saw(exchange(number, 401), violates=False)
        seen.saw(exchange(number, 404, expects=404), violates=False)
    assert "8 operations with 401" in seen.reason


def test_the_same_success_is_enough_only_where_it_violates_the_contract(clock: list[float]) -> None:
    right, wrong = UniformAnswers(clock=lambda: clock[0]), UniformAnswers(clock=lambda: clock[0])
    for number in range(20):
        right.saw(exchange(number, 200, b'{"total":0,"data":[]}'), violates=False)
        wrong.saw(exchange(number, 200, b"{}"), violates=number % 4 > 0)
    assert right.reason == ""
    assert "20 operations with 200 with the same body" in wrong.reason


def test_successes_with_different_bodies_are_of_different_kinds(seen: UniformAnswers) -> None:
    for number in range(20):
        seen.saw(exchange(number, 200, str(number).encode()), violates=True)
    assert seen.reason == ""


def test_tests_that_are_blocked_for_one_reason_are_enough(seen: UniformAnswers) -> None:
    for name in ("a", "b", "c", "d", "d", "d"):
        seen.blocked(name, "the owner of a token could not be read")
    seen.blocked("e", "another reason")
    assert seen.reason == ""
    seen.blocked("f", "the owner of a token could not be read")
    assert seen.reason == (
        "the first 5 tests were blocked, so that nothing can be judged: the owner of a token could not be read"
    )


def test_blocked_tests_are_not_enough_once_something_was_judged(seen: UniformAnswers) -> None:
    seen.saw(exchange(0, 200, b"{}"), violates=False)
    seen.saw(exchange(1, 404), violates=False)
    for number in range(20):
        seen.blocked(str(number), "the quota is used up")
    assert seen.reason == ""
