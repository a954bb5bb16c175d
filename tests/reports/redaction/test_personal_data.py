"""Responses are masked before they are recorded, by the contract; what they say is masked in everything else, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Exchange, Finding, Response
from peertube_conformance.reports.model.variables import NamedText
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.common_words import common_words
from peertube_conformance.reports.redaction.personal_data import PersonalData
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import load_contract

CONTRACT = load_contract(None)
WORDS = common_words(CONTRACT.document)
PEOPLE = ("zebulon", "wilhelmina", "quatermain", "tewkesbury")
ACCOUNT = {
    "id": 7,
    "name": "wilhelmina.q",
    "displayName": "Wilhelmina Quatermain",
    "description": "Bees of Tewkesbury",
    "host": "h.example",
    "url": "http://h.example/accounts/wilhelmina.q",
}
RSS = (
    b"<?xml version='1.0'?><rss><channel><title>Bees of Tewkesbury</title><item><title>Wilhelmina's hives</title>"
    b"<author>zebulon@h.example (Zebulon)</author><link>http://h.example/w/1</link></item></channel></rss>"
)
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nZebulon, here in Tewkesbury\n"
PAGE = b'<html><title>Wilhelmina</title><meta property="og:title" content="Tewkesbury"><p>Zebulon</p></html>'


def data(*, is_remote: bool = True, writes: bool = False) -> PersonalData:
    personal = PersonalData("k", WORDS, is_remote=is_remote, writes=writes)
    personal.own("ptcabc123", "root")
    return personal


def exchange(
    body: bytes | Any,
    operation: str = "getAccounts",
    media_type: str = "application/json",
    status: int = 200,
    made: Draft | None = None,
    **headers: str,
) -> Exchange:
    draft = made or Draft(CONTRACT.operation(operation))
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = httpx.Headers(
        {"content-type": media_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
    )
    return Exchange(draft.operation, draft.request("http://h.example"), Response(status, fields, content, 0.01))


def recognised(text: str) -> list[str]:
    return [word for word in PEOPLE if word in text.lower()]


def test_a_body_is_masked_by_the_contract_and_keeps_the_rest() -> None:
    body = {
        "total": 1,
        "data": [ACCOUNT, {**ACCOUNT, "name": "ptcabc123user", "description": "", "displayName": "root"}],
    }
    masked = data().read(exchange(body))
    assert masked is not None
    assert recognised(masked.replace("accounts/wilhelmina.q", "")) == [], "the address is masked when it is written"
    first, second = json.loads(masked)["data"]
    assert {name: first[name] for name in ("id", "host")} == {"id": 7, "host": "h.example"}
    assert first["displayName"].startswith("‹text ≤32 #")
    assert (second["name"], second["description"], second["displayName"]) == ("ptcabc123user", "", "root")
    assert first["name"] != first["displayName"]


def test_a_body_without_personal_texts_is_kept_as_it_is() -> None:
    assert data().read(exchange({"total": 0, "data": []})) is None


@pytest.mark.parametrize(
    ("body", "media_type", "outline"),
    [
        (
            RSS,
            "application/rss+xml",
            "‹application/rss+xml ≤256 bytes: title ×2, author ×1, link ×1, item ×1, channel ×1, rss ×1›",
        ),
        (VTT, "text/vtt", "‹text/vtt ≤64 bytes: cue ×1›"),
        (PAGE, "text/html", "‹text/html ≤128 bytes›"),
        (b"Zebulon", "text/plain", "‹text/plain ≤8 bytes›"),
        (b"\x00\xffname7:zebulon", "application/x-bittorrent", "‹application/x-bittorrent ≤16 bytes›"),
        (b'{"data": [{"name": "Zebulon Ott", "na', "application/json", "‹application/json ≤64 bytes›"),
    ],
)
@pytest.mark.parametrize("is_remote", [True, False])
def test_of_other_documents_only_an_outline_is_written(
    body: bytes, media_type: str, outline: str, is_remote: bool
) -> None:
    assert data(is_remote=is_remote).read(exchange(body, "getSyndicatedVideos", media_type)) == outline


@pytest.mark.parametrize(
    ("body", "media_type", "written"),
    [
        (RSS, "application/xml", "the title is 'Bees of Tewkesbury'"),
        (VTT, "text/vtt", "the cue 'Zebulon, here in Tewkesbury'"),
        (PAGE, "text/html", "the page Wilhelmina of Tewkesbury"),
        (b"Zebulon's file\n", "text/plain", "Zebulon's file"),
        (b'{"data": [{"name": "Zebulon Ott", "na', "application/json", "after Zebulon Ott"),
        (b'{"detail": "not for zebulon@h.example"}', "application/problem+json", "zebulon@h.example"),
    ],
)
def test_what_a_document_says_is_masked_elsewhere(body: bytes, media_type: str, written: str) -> None:
    redactor = Redactor()
    redactor.mask_personal(data()).read(exchange(body, "getSyndicatedVideos", media_type))
    assert recognised(redactor.text(written)) == []
    assert recognised(redactor.error(f"ValueError: {written!r}")) == []


@pytest.mark.parametrize("draft", ["marked", "prefix"])
def test_documents_of_the_runs_own_are_kept_on_this_machine(draft: str) -> None:
    name = NamedText("x", "USER_NAME") if draft == "marked" else "ptcabc123user"
    own = Draft(CONTRACT.operation("getSyndicatedVideos"), path={"format": "rss"}, query={"accountName": name})
    asked = exchange(RSS, media_type="application/rss+xml", made=own)
    assert data(is_remote=False, writes=True).read(asked) is None
    assert data(is_remote=False, writes=False).read(asked) is not None
    assert data(is_remote=True, writes=True).read(asked) is not None


def test_error_pages_are_kept_on_this_machine() -> None:
    page = exchange(b"<pre>Cannot GET /x</pre>", media_type="text/html", status=404)
    assert data(is_remote=False).read(page) is None
    assert data(is_remote=True).read(page) == "‹text/html ≤32 bytes›"


def test_a_text_that_the_run_sent_is_shown() -> None:
    personal = data()
    made = Draft(CONTRACT.operation("putUserInfo")).json(description="Bees of Tewkesbury", displayName="Zebulon")
    assert personal.read(exchange({"description": "Bees of Tewkesbury", "displayName": "Zebulon"}, made=made)) is None
    assert personal.read(exchange({"displayName": "Wilhelmina"})) is not None


def record(folder: Path, redactor: Redactor, seen: Exchange, *findings: Finding) -> tuple[str, dict[str, Any]]:
    recorder = Recorder(folder, "gw0", redactor)
    recorder.exchange(seen, (), findings)
    recorder.close()
    line = list(read_parts(folder))[-1]
    return json.dumps(line, ensure_ascii=False), line


def test_a_record_shows_nobody_and_the_fingerprint_stays(tmp_path: Path) -> None:
    made = Draft(
        CONTRACT.operation("getAccountVideos"), path={"name": "wilhelmina.q@h.example"}, query={"search": "zebulon"}
    )
    seen = exchange(
        {
            "total": 2,
            "data": [{"account": ACCOUNT}, {"account": {**ACCOUNT, "displayName": "Zebulon", "name": "zebulon"}}],
        },
        made=made,
        location="/accounts/wilhelmina.q",
        content_disposition="attachment; filename*=UTF-8''Wilhelmina%20in%20Tewkesbury.mp4",
        x_served="Wilhelmina Quatermain",
        x_file="Wilhelmina in Tewkesbury",
    )
    violated = Finding(
        at="/response/body/data/*/account/displayName",
        message="'Wilhelmina Quatermain' is too long, not 'Zebulon'",
        expected="maxLength",
        actual=["zebulon", "Wilhelmina Quatermain", {"wilhelmina.q": 1}],
        requirement="PT-BODY-01",
        operation_id="getAccountVideos",
        status=200,
        request=seen.summary,
    )
    written, line = record(tmp_path, masking(), seen, violated)
    assert recognised(written) == []
    assert "$PERSONAL_" in line["curl"]
    assert set(line["needs"]) > {"BASE_URL"}
    assert line["request"]["target"].startswith("/api/v1/accounts/‹text ≤16 #")
    assert line["findings"][0]["fingerprint"] == violated.fingerprint
    assert line["findings"][0]["expected"] == "maxLength"
    assert line["findings"][0]["request"].startswith("GET /api/v1/accounts/‹text ≤16 #")
    assert line["response"]["shape"]["/data/*/account/name"] == ["string"]


def test_a_pointer_with_a_name_in_it_is_the_same_in_each_run() -> None:
    redactors = [Redactor(), Redactor()]
    for key, redactor in zip("kl", redactors, strict=True):
        personal = redactor.mask_personal(PersonalData(key, WORDS, is_remote=True, writes=False))
        personal.read(exchange({"data": [ACCOUNT]}))
    pointers = {redactor.pointer("/response/body/wilhelmina.q/name") for redactor in redactors}
    assert pointers == {"/response/body/‹text›/name"}


def test_a_short_name_is_masked_in_a_path_and_as_a_whole_value(tmp_path: Path) -> None:
    made = Draft(CONTRACT.operation("getAccount"), path={"name": "jo"})
    seen = exchange({**ACCOUNT, "name": "jo", "url": "http://h.example/x"}, made=made)
    violated = Finding(message="wrong", actual="jo", request=seen.summary)
    written, _ = record(tmp_path, masking(), seen, violated)
    assert '"jo"' not in written
    assert "/jo" not in written


def test_nothing_is_masked_unless_asked(tmp_path: Path) -> None:
    written, line = record(tmp_path, Redactor(), exchange({"total": 1, "data": [ACCOUNT]}))
    assert recognised(written) == ["wilhelmina", "quatermain", "tewkesbury"]
    assert json.loads(line["response"]["body"])["data"] == [ACCOUNT]


def masking() -> Redactor:
    redactor = Redactor()
    redactor.mask_personal(data())
    return redactor
