"""A flow that cannot be walked to its end says what stood in its way: the server's fault is not the harness's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Request, Response, Verdict
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.stateful.engine import runner
from peertube_conformance.stateful.engine.context import Context, Halted
from peertube_conformance.stateful.test_history import WatchHistory

_HISTORY = "/api/v1/users/me/history/videos"


def _listing(own: Session, monkeypatch: pytest.MonkeyPatch, reported: Callable[[Any], Any]) -> None:
    """Has the history listed as `reported` makes it from what the instance says."""
    send = own.environment.client._wire.send

    def sent(request: Request, within: float) -> Response:
        answer = send(request, within)
        if request.method != "GET" or urlsplit(request.url).path != _HISTORY:
            return answer
        return Response(answer.status, answer.headers, json.dumps(reported(json.loads(answer.body))).encode())

    monkeypatch.setattr(own.environment.client._wire, "send", sent)


def test_a_body_that_lacks_what_a_flow_reads_blocks_it(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    _listing(own, monkeypatch, lambda _: {})
    ended = runner.walk(own, WatchHistory)
    assert ended.verdict is Verdict.BLOCKED, ended
    assert ended.reason == (
        "listMyHistory answered nothing at /data instead of an array (listMyHistory|PT-BODY-02|200|/response/body/data)"
    )
    assert {finding.requirement for finding in own.collect()} == {"PT-BODY-02"}


def test_a_slip_of_a_flow_is_the_harness_s_own(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def slip(_flow: WatchHistory, _number: int) -> None:
        raise KeyError("a slip")

    monkeypatch.setattr(WatchHistory, "video", slip)
    ended = runner.walk(own, WatchHistory)
    assert ended.verdict is Verdict.ERROR, ended


def test_what_goes_wrong_now_so_and_now_otherwise_is_found(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    times = 0

    def reported(history: Any) -> Any:
        nonlocal times
        if history["data"]:
            times += 1
            if times % 2:
                return history | {"total": history["total"] + 1}
            history["data"][0]["userHistory"]["currentTime"] += 1
        return history

    _listing(own, monkeypatch, reported)
    ended = runner.walk(own, WatchHistory)
    assert ended.verdict is Verdict.FAILED, ended
    assert {finding.requirement for finding in ended.findings} <= {"PT-HISTORY-01", "PT-HISTORY-02"}


def test_what_goes_wrong_once_is_an_intermittent_finding(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    once: list[Any] = []

    def reported(history: Any) -> Any:
        if not history["data"] or once:
            return history
        once.append(history)
        return history | {"total": history["total"] + 1}

    _listing(own, monkeypatch, reported)
    ended = runner.walk(own, WatchHistory)
    assert ended.verdict is Verdict.FAILED, ended
    assert {finding.requirement for finding in ended.findings} <= {"PT-HISTORY-01", "PT-HISTORY-02"}
    (found,) = ended.findings
    assert found.steps
    (noted,) = [line for line in read_parts(own.options.report_dir) if line["kind"] == "confirmation"]
    assert (noted["fingerprint"], noted["state"]) == (found.fingerprint, "intermittent")


def test_time_that_is_up_while_steps_are_tried_again_does_not_lose_the_finding(
    own: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two steps at least, so that one can be left out.
    _listing(own, monkeypatch, lambda history: history | ({"total": 0} if len(history["data"]) > 1 else {}))
    begin, failed = Context.begin, runner._failed
    is_over: list[bool] = []

    def begun(context: Context) -> None:
        if is_over:
            raise Halted(OutOfTime("--max-time has passed"))
        begin(context)

    def judged(*given: Any) -> runner.Walked:
        is_over.append(True)
        monkeypatch.setattr(runner, "_SHORTENING_SECONDS", 10)
        return failed(*given)

    monkeypatch.setattr(Context, "begin", begun)
    monkeypatch.setattr(runner, "_failed", judged)
    ended = runner.walk(own, WatchHistory)
    assert ended.verdict is Verdict.FAILED, ended
    assert is_over
    assert {finding.requirement for finding in ended.findings} == {"PT-HISTORY-02"}


def test_time_that_is_up_between_walks_is_told_as_such(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Context.begin

    def begun(context: Context) -> None:
        if context.walks >= 3:
            raise Halted(OutOfTime("--max-time has passed"))
        begin(context)

    monkeypatch.setattr(Context, "begin", begun)
    ended = runner.walk(own, WatchHistory)
    assert (ended.verdict, ended.reason) == (Verdict.PASSED, "--max-time has passed")


def test_what_was_found_is_shortened_by_few_requests(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_SHORTENING_SECONDS", 600)
    _listing(own, monkeypatch, lambda history: history | ({"total": 0} if len(history["data"]) > 1 else {}))
    with own.requests.item(100):
        ended = runner.walk(own, WatchHistory)
        assert own.requests.of_item <= 2 * 100
    assert ended.verdict is Verdict.FAILED, ended
    assert {finding.requirement for finding in ended.findings} == {"PT-HISTORY-02"}


def test_the_ceiling_does_not_lose_what_was_found(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_SHORTENING_SECONDS", 600)
    _listing(own, monkeypatch, lambda history: history | ({"total": 0} if len(history["data"]) > 1 else {}))
    # Without a part for shortening, Hypothesis goes on until no request is left.
    monkeypatch.setattr(Context, "_is_long_shortened", False)
    with own.requests.item(40):
        ended = runner.walk(own, WatchHistory)
        assert own.requests.is_item_over
    assert ended.verdict is Verdict.FAILED, ended
    assert {finding.requirement for finding in ended.findings} == {"PT-HISTORY-02"}
    assert all(finding.steps for finding in ended.findings)


def test_a_flow_without_requests_left_is_blocked(own: Session) -> None:
    with own.requests.item(5):
        ended = runner.walk(own, WatchHistory)
    assert (ended.verdict, ended.reason) == (Verdict.BLOCKED, "reached its ceiling of 15 requests")
