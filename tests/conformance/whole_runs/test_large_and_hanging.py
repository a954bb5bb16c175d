"""Answers that are huge, deep or never come: the run goes on, ends, and says what it did not judge."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.whole_runs.recording_proxy import listening
from tests.conformance.whole_runs.run_process import Running, running, without_traceback
from tests.fixtures.altering_proxy import Answered, altering

# Far less than a run that waits for each answer takes, and enough for a busy machine.
SOON_SECONDS = 120


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedInstance]:
    with EmbeddedInstance() as instance:
        yield instance


@contextmanager
def against(base_url: str, target: EmbeddedInstance, folder: Path, *arguments: str) -> Iterator[Running]:
    given = (f"--base-url={base_url}", f"--admin-username={ADMIN_NAME}", "--depth=smoke", "-k", "test_operations")
    with running(folder, *given, *arguments, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=target.password) as run:
        yield run


def operation(run: Running, name: str) -> dict[str, Any]:
    (found,) = [entry for entry in run.document["operations"] if entry["operationId"] == name]
    return found


def test_a_route_that_hangs_is_given_up_after_three_requests(target: EmbeddedInstance, tmp_path: Path) -> None:
    asked: list[str] = []

    def hang(answer: Answered) -> Answered:
        if answer.path == "/api/v1/videos":
            asked.append(answer.target)
            time.sleep(4)
        return answer

    chosen = ("--operations=getVideos", "--item-timeout=1")
    with altering(target.base_url, hang) as proxy, against(proxy, target, tmp_path, *chosen) as run:
        assert run.end() == 1, run.text()
    assert len(asked) == 3
    assert without_traceback(run.text())
    assert operation(run, "getVideos")["verdict"] == "failed"
    found = [finding for finding in run.document["findings"] if finding["operationId"] == "getVideos"]
    # The third request is the repetition that confirms the finding.
    assert [(finding["requirement"], finding["occurrences"]) for finding in found] == [("PT-STATUS-07", 2)]
    assert "after 3 such requests the run sends no more to this operation" in found[0]["message"]
    assert run.document["ledger"]["left"] == []


@pytest.mark.nightly
def test_a_target_that_hangs_as_a_whole_ends_the_run(target: EmbeddedInstance, tmp_path: Path) -> None:
    hangs: list[bool] = []
    with (
        listening(target.base_url, hangs=lambda: bool(hangs)) as proxy,
        against(proxy.base_url, target, tmp_path, "--item-timeout=2") as run,
    ):
        run.wait_for_exchanges(150)
        hangs.append(True)
        began = time.monotonic()
        # The requests without an answer are findings; pytest calls a run that ends early interrupted.
        assert run.end() == 2, run.text()
        assert time.monotonic() - began < SOON_SECONDS
    assert without_traceback(run.text()), run.text()
    assert "no longer answers" in run.text()
    # The proxy asks with its own Host, which is a finding of its own.
    unanswered = {finding["requirement"] for finding in run.document["findings"] if finding["status"] is None}
    assert unanswered == {"PT-STATUS-07"}


def listed(item: Callable[[int], Any], count: int) -> bytes:
    return json.dumps({"total": count, "data": [item(number) for number in range(count)]}).encode()


LARGE = {
    "objects": (listed(lambda number: {"id": number, "name": "x"}, 30_000), "the first "),
    "numbers": (listed(lambda number: number, 1_000_000), "the first 200 of 1,000,000 items of /data"),
    "a text": (json.dumps({"total": 1, "data": [], "more": "x" * 10_000_000}).encode(), ""),
    "arrays": (b'{"total": 1, "data": %s}' % (b"[" * 100_000 + b"]" * 100_000), "the first 200 levels of the body"),
}


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind == "arrays" else [pytest.mark.nightly]) for kind in LARGE]
)
def test_a_large_answer_ends_no_run(kind: str, target: EmbeddedInstance, tmp_path: Path) -> None:
    content, part = LARGE[kind]

    def enlarge(answer: Answered) -> Answered:
        is_list = answer.path == "/api/v1/videos" and answer.status == 200
        return answer.with_content(content) if is_list else answer

    with altering(target.base_url, enlarge) as proxy, against(proxy, target, tmp_path, "--operations=getVideos") as run:
        assert run.end() == (1 if part else 0), run.text()
    assert without_traceback(run.text())
    judged = operation(run, "getVideos")["judgedInPart"]
    assert any(each.startswith(part) for each in judged) if part else judged == []
    assert ("responses judged in part, of 1 operation" in run.text()) == bool(part)
    assert ("Judged in part" in (run.report / "summary.md").read_text()) == bool(part)
    assert ("Responses judged in part" in (run.report / "report.html").read_text()) == bool(part)
    assert (run.report / "run.json").stat().st_size < 5_000_000
