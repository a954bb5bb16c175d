"""A server may skip a rating of an archive whose transaction met another: a second import brings it, which is told."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.reports import Exchange, Finding, Request, Response, Verdict
from peertube_conformance.reports.recording.known_deviations import KnownDeviations
from peertube_conformance.spec.deviations import load_deviations
from peertube_conformance.stateful.engine import runner
from peertube_conformance.stateful.test_export_import import ExportImport

_IMPORT = re.compile(r"/users/\d+/imports/import-resumable\?upload_id")
_RATINGS = re.compile(r"/accounts/[^/]+/ratings")
_RATES = "/response/body/rates"
_NONE = b'{"total": 0, "data": []}'


@pytest.mark.parametrize(
    ("kept_from", "is_known", "at"),
    [(2, True, f"{_RATES}/late"), (2, False, f"{_RATES}/late"), (1000, True, _RATES)],
    ids=["late and known", "late", "never"],
)
def test_lost_ratings_are_told_and_known_only_where_a_second_import_brings_them(
    own: Session, monkeypatch: pytest.MonkeyPatch, kept_from: int, is_known: bool, at: str
) -> None:
    if is_known:
        assert own.contract.deviations
        known = KnownDeviations(load_deviations([own.contract.deviations]))
        monkeypatch.setattr(own, "known", known)
        monkeypatch.setattr(own.recorder, "_known", known)
    imports: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    send = own.environment.client._wire.send

    def losing(request: Request, within: float) -> Response:
        answer = send(request, within)
        who = dict(request.headers).get("Authorization", "")
        if _IMPORT.search(request.url) and answer.status == 200:
            imports[who] += 1
        if _RATINGS.search(request.url) and 0 < imports[who] < kept_from:
            hidden[who] += answer.body != _NONE
            return Response(answer.status, answer.headers, _NONE)
        return answer

    monkeypatch.setattr(own.environment.client._wire, "send", losing)
    recorded: list[Finding] = []
    record = own.recorder.finding

    def recording(exchange: Exchange, finding: Finding) -> Finding:
        recorded.append(finding)
        return record(exchange, finding)

    monkeypatch.setattr(own.recorder, "finding", recording)
    ended = runner.walk(own, ExportImport)
    assert hidden.total() > 0
    assert ended.verdict is (Verdict.PASSED if is_known and kept_from == 2 else Verdict.FAILED), ended
    assert {(finding.requirement, finding.at) for finding in recorded} == {("PT-IMPORT-04", at)}
