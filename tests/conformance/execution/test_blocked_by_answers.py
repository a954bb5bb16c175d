"""What cannot be prepared is blocked by a finding of the operation whose answer prevented it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from peertube_conformance.conformance.execution.outcome import Outcome
from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.fixtures.resources import preparing_requests
from peertube_conformance.reports import Request, Response, Verdict
from peertube_conformance.reports.recording.record_files import read_parts
from tests.stateful.faulty_instance import session

_JSON = httpx.Headers({"content-type": "application/json"})
_PROBLEM = httpx.Headers({"content-type": "application/problem+json"})
_REFUSAL = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "No.", "error": "No.", "docs": "a:b"}
Answered = Callable[[Response], Response]


@pytest.fixture(scope="module")
def shared_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with session(tmp_path_factory.mktemp("run")) as made:
        yield made
        made.close()


@pytest.fixture
def own(shared_session: Session, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(preparing_requests, "_RETRY_SECONDS", 0)
    shared_session.collect()
    return shared_session


def _valid(own: Session, monkeypatch: pytest.MonkeyPatch, upload: Answered) -> Outcome:
    """The outcome of reading a video, where each upload is answered so."""
    send = own.environment.client._wire.send

    def sent(request: Request, within: float) -> Response:
        answer = send(request, within)
        is_upload = (request.method, urlsplit(request.url).path) == ("POST", "/api/v1/videos/upload")
        return upload(answer) if is_upload else answer

    monkeypatch.setattr(own.environment.client._wire, "send", sent)
    exercise = Exercise(own, own.contract.operation("getVideo"))
    return exercise.run(exercise.valid)


def _as_json(body: Any) -> Answered:
    return lambda right: Response(right.status, _JSON, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("upload", "sentence", "fingerprint"),
    [
        (
            _as_json(None),
            "uploadLegacy answered nothing at / instead of an object",
            "uploadLegacy|PT-BODY-02|200|/response/body",
        ),
        (
            _as_json({"video": {"id": "7", "uuid": "a", "shortUUID": "b"}}),
            "uploadLegacy answered a text at /video/id instead of a whole number",
            "uploadLegacy|PT-BODY-02|200|/response/body/video/id",
        ),
        (
            lambda _: Response(200, httpx.Headers({"content-type": "text/html"}), b"<html>"),
            "uploadLegacy answered 200 without a JSON body at / instead of JSON",
            "uploadLegacy|PT-BODY-01|200|/response/headers/content-type",
        ),
        (
            lambda _: Response(500, _JSON, b"{}"),
            "uploadLegacy answered 500 instead of 200",
            "uploadLegacy|PT-STATUS-01|500|/request",
        ),
        (
            lambda _: Response(403, _PROBLEM, json.dumps(_REFUSAL).encode()),
            "uploadLegacy answered 403 instead of 200: No.",
            "uploadLegacy|PT-STATUS-03|403|/request",
        ),
    ],
)
def test_a_phase_is_blocked_by_the_finding_of_the_answer(
    upload: Answered, sentence: str, fingerprint: str, own: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = _valid(own, monkeypatch, upload)
    assert outcome == Outcome(Verdict.BLOCKED, f"{sentence} ({fingerprint})", fingerprint)
    assert fingerprint in {finding.fingerprint for finding in own.collect()}
    recorded = list(read_parts(Path(own.options.report_dir)))
    assert fingerprint in {found["fingerprint"] for part in recorded for found in part.get("findings", [])}


def test_without_a_surprise_the_phase_passes(own: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _valid(own, monkeypatch, lambda right: right).verdict is Verdict.PASSED
    assert own.collect() == []
