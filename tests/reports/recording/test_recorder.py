"""What a worker saw is on disk when the call returns, readable after a kill, and free of secrets."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from peertube_conformance.fixtures.messages.request_draft import Draft, Upload
from peertube_conformance.reports import Exchange, Finding, Intent, Response, Situation, Verdict
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.report_directory.file_recognition import PARTS
from peertube_conformance.spec import Defect
from tests.fixtures.sample_requests import account, draft

# Known by value; and never told to anybody, but under telling names.
KNOWN, UNKNOWN = "known-s3cret+1/x", "unknown-s3cret-2"
USER = account()


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path, "gw0", Redactor({**USER.secrets(), KNOWN: "ROOT_PASSWORD"}))
    yield recorder
    recorder.close()


def exchange(
    made: Draft | None = None, body: bytes = b"{}", headers: Any = None, status: int = 200, **known: Any
) -> Exchange:
    made = made or draft("getThing", path={"id": 7})
    fields = httpx.Headers(headers or {"content-type": "application/json"})
    response = Response(status, fields, body, 0.0123456)
    return Exchange(made.operation, made.request("http://h"), response, sent_at=1_700_000_000.12345, **known)


def recorded(recorder: Recorder, seen: Exchange, *findings: Finding, evidence: tuple[str, ...] = ()) -> dict[str, Any]:
    recorder.exchange(seen, evidence, findings)
    return list(read_parts(_folder(recorder)))[-1]


def _folder(recorder: Recorder) -> Path:
    return recorder._directory


def test_a_line_is_on_disk_when_the_call_returns(recorder: Recorder, tmp_path: Path) -> None:
    recorder.exchange(exchange(), ["PT-A-01"], [])
    recorder.outcome("getThing", "valid", Verdict.PASSED)
    recorder.note("budget", {"requests": 1})
    lines = (tmp_path / PARTS / "gw0.ndjson").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["exchange", "outcome", "budget"]


def test_a_situation_is_recorded_by_id_and_text(recorder: Recorder) -> None:
    line = recorded(recorder, exchange(purpose=Situation("taken-name", "A name that is taken")))
    assert (line["violation"], line["defect"], line["situation"]) == ("A name that is taken", None, "taken-name")
    line = recorded(recorder, exchange())
    assert (line["violation"], line["defect"], line["situation"]) == ("", None, None)


def test_what_an_exchange_tells(recorder: Recorder) -> None:
    seen = exchange(
        draft("putThing", USER, path={"id": 7}, body={"name": "é"}),
        b'{"total": 1}',
        status=400,
        intent=Intent.INVALID,
        purpose=Defect("body", "/name", "maxLength"),
        role="user",
    )
    line = recorded(recorder, seen, evidence=("PT-B-01", "PT-A-01", "PT-B-01"))
    assert line["id"] == "gw0-1"
    assert (line["operationId"], line["intent"], line["violation"], line["role"]) == (
        "putThing", "invalid", "body/name maxLength", "user",
    )  # fmt: skip
    assert line["defect"] == {"location": "body", "pointer": "/name", "keyword": "maxLength"}
    assert line["situation"] is None
    assert line["evidence"] == ["PT-A-01", "PT-B-01"]
    assert (line["request"]["method"], line["request"]["target"]) == ("PUT", "/api/v1/things/7")
    assert line["request"]["body"] == '{"name": "é"}'
    assert ["Authorization", "Bearer $USER_TOKEN"] in line["request"]["headers"]
    response = line["response"]
    assert (response["status"], response["body"], response["bytes"]) == (400, '{"total": 1}', 12)
    assert response["milliseconds"] == 12.35
    assert response["shape"] == {"": ["object"], "/total": ["integer"]}
    assert line["curl"].startswith("curl ")
    assert line["needs"] == ["BASE_URL", "USER_TOKEN"]


def test_no_answer_is_told_with_its_reason(recorder: Recorder) -> None:
    made = draft("getThing")
    seen = Exchange(made.operation, made.request("http://h"), None, failure=f"ReadError: token={UNKNOWN}")
    line = recorded(recorder, seen)
    assert line["response"] is None
    assert line["failure"] == "ReadError: token=[redacted]"


def test_a_finding_gets_what_is_needed_to_repeat_it(recorder: Recorder) -> None:
    finding = Finding("/response/body", "wrong", 1, 2, check="c", requirement="PT-A-01", operation_id="getThing")
    (completed,) = recorder.exchange(exchange(), [], [finding])
    assert completed.curl.startswith("curl ")
    assert completed.needs == ("BASE_URL",)
    assert completed.fingerprint == finding.fingerprint
    (line,) = read_parts(_folder(recorder))
    assert [Finding.from_json(members) for members in line["findings"]] == [completed]


def test_of_one_defect_three_are_told_and_all_are_counted(recorder: Recorder, tmp_path: Path) -> None:
    finding = Finding("/response/body", "wrong", operation_id="getThing", requirement="PT-A-01", status=200)
    for _ in range(5):
        recorder.exchange(exchange(), [], [finding])
    lines = list(read_parts(tmp_path))
    assert [len(line["findings"]) for line in lines] == [1, 1, 1, 0, 0]
    assert [line["more"] for line in lines] == [[], [], [], [finding.fingerprint], [finding.fingerprint]]


@pytest.mark.parametrize("torn", [b'{"kind": "exch', b"{", b'{"kind": "\xc3', b"\xff\n"])
def test_a_torn_last_line_is_passed_over(recorder: Recorder, tmp_path: Path, torn: bytes) -> None:
    recorder.outcome("getThing", "valid", Verdict.PASSED, "né")
    with (tmp_path / PARTS / "gw0.ndjson").open("ab") as file:
        file.write(torn)
    assert [line["reason"] for line in read_parts(tmp_path)] == ["né"]


def test_every_worker_is_read(recorder: Recorder, tmp_path: Path) -> None:
    other = Recorder(tmp_path, "gw1", Redactor())
    for each in (other, recorder):
        each.outcome("getThing", "valid", Verdict.PASSED, each._worker)
        each.close()
    assert [line["reason"] for line in read_parts(tmp_path)] == ["gw0", "gw1"]
    assert list(read_parts(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", ""),
        ("é\n".encode(), "é\n"),
        (b"x" * 9000, "x" * 8192 + "…"),
        (b"x" + "é".encode() * 8191, "x" + "é" * 8191),
        (b"\xff" * 3, f"base64:{base64.b64encode(bytes([255] * 3)).decode()}"),
        (b"\x00\xff" * 400, f"base64:{base64.b64encode(bytes([0, 255] * 128)).decode()}…"),
    ],
    ids=["empty", "text", "long", "characters", "bytes", "many bytes"],
)
def test_bodies_are_readable_and_short(body: bytes, shown: str, recorder: Recorder) -> None:
    assert recorded(recorder, exchange(body=body))["response"]["body"] == shown


@pytest.mark.parametrize("body", [b'"\\ud800"', b'{"a": "\xed\xa0\x80"}', b'{"\\ud800": 1}'])
def test_no_body_is_too_odd_to_be_recorded(body: bytes, recorder: Recorder) -> None:
    finding = Finding("/response/body", "odd \ud800", actual=json.loads(body.decode("utf-8", "replace")))
    assert recorded(recorder, exchange(body=body), finding)["findings"]


# Secrets

_JSON = {"password": UNKNOWN, "deep": [{"access_token": UNKNOWN}], "videoPasswords": [UNKNOWN, KNOWN], "note": KNOWN}
_REQUESTS = {
    "headers": draft(
        "getThing", USER, path={"id": 1}, headers={"X-PeerTube-OTP": UNKNOWN, "Cookie": f"s={UNKNOWN}", "X-Note": KNOWN}
    ),
    "query": draft("listThings", query={"videoFileToken": UNKNOWN, "note": KNOWN, "token": [UNKNOWN, "x"]}),
    "path": draft("getThing", path={"id": KNOWN}),
    "json": draft("addThing", body=_JSON),
    "form": draft("addThing", body=_JSON, media_type="application/x-www-form-urlencoded"),
    "multipart": draft("addThing", body=_JSON, media_type="multipart/form-data"),
    "file": draft(
        "addThing",
        body={"password": UNKNOWN, "note": KNOWN, "file": Upload("a.mp4", "video/mp4", bytes(range(256)))},
        media_type="multipart/form-data",
    ),
    "text": draft("addThing", body=f"it is {KNOWN}, token={UNKNOWN}", media_type="text/plain"),
}


def _nowhere(tmp_path: Path) -> None:
    """Neither in the file as it is, nor behind base64 or escapes."""
    for line in read_parts(tmp_path):
        texts = [json.dumps(line, ensure_ascii=False), str(line)]
        for part in ("request", "response"):
            body = (line.get(part) or {}).get("body", "")
            if body.startswith("base64:"):
                texts.append(base64.b64decode(body.removeprefix("base64:").rstrip("…")).decode("latin-1"))
        for secret in (KNOWN, UNKNOWN, USER.token, USER.password, "known-s3cret%2B1", "s3cret"):
            assert not [text for text in texts if secret in text], secret


@pytest.mark.parametrize("name", _REQUESTS)
def test_no_secret_of_a_request_is_recorded(name: str, recorder: Recorder, tmp_path: Path) -> None:
    finding = Finding("/x", f"{KNOWN} password={UNKNOWN}", KNOWN, {"secret": UNKNOWN, "of": [f"token={UNKNOWN}"]})
    seen = exchange(_REQUESTS[name])
    recorder.exchange(seen, [], [finding])
    recorder.outcome("getThing", "valid", Verdict.BLOCKED, f"{KNOWN}, token={UNKNOWN}")
    _nowhere(tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(_JSON).encode(),
        json.dumps(_JSON, indent=2).encode(),
        f"<a href='/x?token={UNKNOWN}'>{KNOWN}</a>".encode(),
        f"otpauth://totp/x?secret={UNKNOWN}".encode(),
        f'{{"token": "{UNKNOWN}", "rest": "'.encode() + b"\xff" * 300,
        b"\xff" * 245 + f"token={UNKNOWN}".encode(),
        b"x" * 8185 + KNOWN.encode(),
        "é".encode() * 4094 + KNOWN.encode(),
        (f'"token": "{UNKNOWN * 50}", ' * 155).encode()[: 131072 - 7] + KNOWN.encode() * 2,
    ],
    ids=[
        "json",
        "indented",
        "html",
        "otp",
        "text before bytes",
        "across the bytes",
        "across the cut",
        "é",
        "across all",
    ],
)
def test_no_secret_of_a_response_is_recorded(body: bytes, recorder: Recorder, tmp_path: Path) -> None:
    headers = [
        ("Set-Cookie", f"a={UNKNOWN}"),
        ("set-cookie", f"b={UNKNOWN}"),
        ("Location", f"/?token={UNKNOWN}&{KNOWN}"),
    ]
    recorder.exchange(exchange(body=body, headers=headers), [], [])
    _nowhere(tmp_path)
