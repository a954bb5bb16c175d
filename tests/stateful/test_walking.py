"""A flow that cannot be walked to its end says what stood in its way: the server's fault is not the harness's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from peertube_conformance.conformance.session import Session
from peertube_conformance.reports import Request, Response, Verdict
from peertube_conformance.stateful import walking
from peertube_conformance.stateful.context import Context, Halted, OutOfTime
from peertube_conformance.stateful.test_history import WatchHistory
from tests.stateful.faulty import session

_HISTORY = "/api/v1/users/me/history/videos"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(walking, "_SHORTENING_SECONDS", 0)
    with session(tmp_path) as made:
        yield made
        made.close()


def test_a_body_that_lacks_what_a_flow_reads_blocks_it(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    send = own.ground.client._wire.send

    def lacking(request: Request) -> Response:
        answer = send(request)
        is_list = request.method == "GET" and urlsplit(request.url).path == _HISTORY
        return Response(answer.status, answer.headers, b"{}") if is_list else answer

    monkeypatch.setattr(own.ground.client._wire, "send", lacking)
    ended = walking.walk(own, WatchHistory)
    assert ended.verdict is Verdict.BLOCKED, ended
    assert "listMyHistory answered what the contract does not allow (PT-BODY-02" in ended.reason
    assert {finding.requirement for finding in own.collect()} == {"PT-BODY-02"}


def test_a_slip_of_a_flow_is_the_harness_s_own(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def slip(_flow: WatchHistory, _number: int) -> None:
        raise KeyError("a slip")

    monkeypatch.setattr(WatchHistory, "video", slip)
    ended = walking.walk(own, WatchHistory)
    assert ended.verdict is Verdict.ERROR, ended


def test_time_that_is_up_between_walks_is_told_as_such(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Context.begin

    def begun(context: Context) -> None:
        if context.walks >= 3:
            raise Halted(OutOfTime("--max-time was up"))
        begin(context)

    monkeypatch.setattr(Context, "begin", begun)
    ended = walking.walk(own, WatchHistory)
    assert (ended.verdict, ended.reason) == (Verdict.PASSED, "--max-time was up")
