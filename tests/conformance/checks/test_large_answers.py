"""Whatever an answer holds, it is judged within limits, recorded, and what was not judged is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peertube_conformance.conformance.checks import CHECKS, Judgement, judge
from peertube_conformance.reports import Exchange, Intent, Request, Response
from peertube_conformance.reports.recording.record_files import part_files
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import load_contract
from peertube_conformance.spec.judgement_limits import LIMITS
from tests.conformance.checks.exchanges import THING, exchange, problem
from tests.reports.redaction.test_known_secrets import seconds

SMALL = replace(LIMITS, findings=3)
MOST_BYTES_RECORDED = 400_000


def strange(size: int) -> Iterator[tuple[str, bytes]]:
    """Bodies that are large in one way each; `size` is about how large."""
    yield "arrays", b"[" * size + b"]" * size
    yield "objects", b'{"id":' * size + b"1" + b"}" * size
    yield "arrays that do not end", b"[" * size
    yield "numbers", json.dumps(list(range(size))).encode()
    yield "objects in a list", json.dumps({"id": 7, "tags": [{"name": n} for n in range(size)]}).encode()
    yield "empty objects in a list", b'{"id": 7, "tags": [' + b"{}," * size + b"{}]}"
    yield "lists in a list", json.dumps({"id": 7, "tags": [[{}] * 100] * (size // 100)}).encode()
    yield "members", json.dumps({f"m{n}": n for n in range(size)}).encode()
    yield "a text", json.dumps({"id": "x" * size * 10, "tags": []}).encode()
    yield "a name", json.dumps({"x" * size * 10: 1}).encode()
    yield "digits", b'{"id": ' + b"9" * size + b', "tags": []}'
    yield "more than any number", b'{"id": 1e999, "tags": [{"name": -1e999}]}'
    yield "escapes", b'{"id": "' + b"\\ud800" * size + b'", "tags": []}'
    yield "invalid params", json.dumps(problem(400) | {"invalid-params": {f"p{n}": n for n in range(size)}}).encode()
    yield "a detail", json.dumps(problem(400) | {"detail": "\x1b[2J::error::" * size}).encode()
    yield "lines", b"\\n" * size
    yield "a path", b"/a" * size
    yield "bytes", b"\xff" * size
    yield "nothing", b""


NAMES = [name for name, _ in strange(1)]


def answers(body: bytes) -> Iterator[Exchange]:
    """The body in answers to valid and invalid requests."""
    for status in (200, 400, 500):
        for media_type in ("application/json", "application/problem+json", "text/html"):
            yield exchange(status, body, headers={"content-type": media_type})
    yield exchange(400, body, intent=Intent.INVALID, headers={"content-type": "application/problem+json"})
    yield exchange(204, body, operation="addThing")


def refused(constant: str) -> Any:
    raise AssertionError(f"{constant} is not JSON")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [300, 20_000])
def test_a_large_answer_is_judged_and_recorded(name: str, size: int, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "main", Redactor({"known-secret": "NAME"}))
    for answer in answers(dict(strange(size))[name]):
        judged = judge(answer, SMALL)
        recorder.exchange(answer, judged.evidence, judged.findings, judged.in_part)
        counts = [sum(finding.check == check.name for finding in judged.findings) for check in CHECKS]
        assert max(counts) <= SMALL.findings
    recorder.close()
    for file in part_files(tmp_path):
        for line in file.read_text().splitlines():
            assert len(line) < MOST_BYTES_RECORDED
            json.loads(line, parse_constant=refused)


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=6)
            | st.dictionaries(
                st.sampled_from(["id", "tags", "name", "invalid-params", "detail", "x"]), inner, max_size=6
            )
        ),
    ),
    st.sampled_from([200, 304, 400, 404, 429, 500]),
    st.integers(1, 400),
)
def test_no_shape_stops_a_check(value: Any, status: int, levels: int) -> None:
    body = b"[" * levels + json.dumps(value).encode() + b"]" * levels
    for content in (body, body[levels : -levels or None]):
        judged = judge(exchange(status, content, headers={"content-type": "application/problem+json"}))
        assert judged.evidence


# What was not judged


def test_a_deep_answer_is_a_finding_and_judged_to_its_limit() -> None:
    body = b'{"id": "x", "tags": [], "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    judged = judge(exchange(body=body))
    assert {finding.fingerprint for finding in judged.findings} == {
        "getThing|PT-BODY-02|200|/response/body/id",
        "getThing|PT-BODY-05|200|/response/body",
    }
    assert judged.in_part == ["the first 200 levels of the body"]


def test_of_a_long_list_the_part_that_was_judged_is_named() -> None:
    judged = judge(exchange(body={"id": 7, "tags": [{"name": number} for number in range(30_000)]}))
    assert [finding.at for finding in judged.findings] == ["/response/body/tags/*/name"]
    assert judged.in_part == ["the first 200 of 30,000 items of /tags"]


def test_of_a_long_error_the_part_that_was_searched_is_named() -> None:
    judged = judge(exchange(500, b"x" * 250_000, headers={"content-type": "text/html"}))
    assert judged.in_part == [
        "the first 100,000 of 250,000 bytes of the error response, which are searched for internals"
    ]


def test_after_so_many_findings_of_a_check_no_more_are_taken() -> None:
    params = {f"p{number}": {"param": f"p{number}"} for number in range(1_000)}
    judged = judge(exchange(400, problem(400, invalid_params=params)))
    own = [finding for finding in judged.findings if finding.check == "invalid_params_say_where_and_what"]
    assert len(own) == LIMITS.findings
    assert judged.in_part == ["the first 100 findings of the check invalid_params_say_where_and_what"]


def test_no_check_is_begun_after_the_time_for_one_answer() -> None:
    moments = iter([0.0, 10.0, 50.0, *[61.0] * len(CHECKS)])
    judged = judge(exchange(), LIMITS, lambda: next(moments))
    assert judged.in_part == [f"the first 2 of {len(CHECKS)} checks, within 60 s"]
    assert len(judged.evidence) <= 2


# What is large and in order


def test_a_long_list_that_is_in_order_is_judged_whole() -> None:
    tags = [{"name": "x" * 1_000, "more": {"of": [number]}} for number in range(5_000)]
    assert judge(exchange(body={**THING, "tags": tags}))[::2] == ([], [])
    tags[-1]["name"] = 5  # type: ignore[assignment]
    assert [finding.at for finding in judge(exchange(body={**THING, "tags": tags})).findings] == [
        "/response/body/tags/*/name"
    ]


def test_each_defect_of_an_ordinary_list_is_found() -> None:
    tags = [{"name": "long" * 2_500, "n": number} for number in range(100)]
    tags[99]["name"] = 5
    judged = judge(exchange(body={"id": 0, "tags": tags}))
    assert [finding.at for finding in judged.findings] == ["/response/body/id", "/response/body/tags/*/name"]
    assert judged.in_part == []


def test_a_large_video_file_is_judged_as_a_small_one() -> None:
    operation = load_contract().operation("downloadVideoFile")
    headers = httpx.Headers({"content-type": "video/mp4"})

    def judged(content: bytes) -> Judgement:
        response = Response(200, headers, content)
        return judge(Exchange(operation, Request("GET", "http://x/f"), response, Intent.VALID))

    assert judged(bytes(range(256)) * 20_000) == judged(b"small")
    assert judged(b"small").in_part == []


# Time


FRAGMENTS = [
    "\\n", "\\n ", "\\n at ", "\\n at x", "\n\t", "/a", "/", "/node_modules", "a", "a.", "/server/", "SELECT ",
    "SELECT a FRO ", "UPDATE ", "violates ", "violates a", "column ", "column x", "ENOENT", "Traceback (", "%41",
    "\\u0000", "é",
]  # fmt: skip


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_checks_run_over_a_text_once(fragment: str) -> None:
    """A quadratic pattern takes 64 times as long for 8 times as much."""
    short, long = fragment * (12_000 // len(fragment)), fragment * (96_000 // len(fragment))

    def do(text: str) -> object:
        return judge(exchange(500, text.encode(), headers={"content-type": "text/html"}))

    quick = min(seconds(do, short) for _ in range(3))
    assert min(seconds(do, long) for _ in range(2)) < 24 * quick + 0.05
