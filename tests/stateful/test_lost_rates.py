"""A server may skip a rating of an archive whose transaction met another: a second import has to bring it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from peertube_conformance.conformance.session import Session
from peertube_conformance.reports import Request, Response, Verdict
from peertube_conformance.stateful import walking
from peertube_conformance.stateful.test_export_import import ExportImport
from tests.stateful.faulty import session

_IMPORT = re.compile(r"/users/\d+/imports/import-resumable\?upload_id")
_RATINGS = re.compile(r"/accounts/[^/]+/ratings")
_NONE = b'{"total": 0, "data": []}'


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(walking, "_SHORTENING_SECONDS", 0)
    with session(tmp_path) as made:
        yield made
        made.close()


@pytest.mark.parametrize(("kept_from", "verdict"), [(2, Verdict.PASSED), (1000, Verdict.FAILED)])
def test_ratings_may_come_with_the_second_import_and_no_later(
    own: Session, monkeypatch: pytest.MonkeyPatch, kept_from: int, verdict: Verdict
) -> None:
    imports: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    send = own.ground.client._wire.send

    def losing(request: Request) -> Response:
        answer = send(request)
        who = dict(request.headers).get("Authorization", "")
        if _IMPORT.search(request.url) and answer.status == 200:
            imports[who] += 1
        if _RATINGS.search(request.url) and 0 < imports[who] < kept_from:
            hidden[who] += answer.body != _NONE
            return Response(answer.status, answer.headers, _NONE)
        return answer

    monkeypatch.setattr(own.ground.client._wire, "send", losing)
    ended = walking.walk(own, ExportImport)
    assert ended.verdict is verdict, ended
    assert hidden.total() > 0
    assert {finding.requirement for finding in ended.findings} <= {"PT-IMPORT-04"}
