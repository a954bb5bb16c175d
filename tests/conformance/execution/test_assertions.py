"""What a test asserts of a request that was sent again after a failure of the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import httpx
import pytest

from peertube_conformance.conformance.execution import assertions
from peertube_conformance.conformance.execution.assertions import Examination
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.reports import Request, Response
from tests.stateful.faulty_instance import session

_PROBLEM = httpx.Headers({"content-type": "application/problem+json"})
_CONFLICT = Response(500, _PROBLEM, b'{"detail": "deadlock detected"}')
_REFUSAL = Response(422, _PROBLEM, b'{"detail": "The file cannot be read."}')
_SUCCESS = Response(200, httpx.Headers({"content-type": "text/plain"}), b"pong")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with session(tmp_path_factory.mktemp("run")) as made:
        yield made
        made.close()


def _found(own: Session, monkeypatch: pytest.MonkeyPatch, answers: Sequence[Response]) -> list[str]:
    """Requirements and statuses of what is found where a request that should succeed is answered so."""
    left = iter(answers)
    monkeypatch.setattr(assertions, "_RETRY_SECONDS", 0)

    def send(_request: Request, _within: float) -> Response:
        return next(left)

    monkeypatch.setattr(own.environment.client._wire, "send", send)
    examine = Examination(own, own.environment, "test_ping")
    examine.expect(examine.send("ping"), 200, requirement="PT-RESUME-14", situation="a ping")
    assert list(left) == []
    return [f"{found.requirement} {found.status}" for found in examine.findings]


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([_SUCCESS], []),
        ([_REFUSAL], ["PT-RESUME-14 422"]),
        ([_CONFLICT, _SUCCESS], []),
        ([_CONFLICT, _REFUSAL], ["PT-STATUS-10 500"]),
        ([_CONFLICT, _CONFLICT, _REFUSAL], ["PT-STATUS-10 500"]),
    ],
)
def test_a_refusal_of_the_repetition_is_not_held_against_the_server(
    own: Session, monkeypatch: pytest.MonkeyPatch, answers: Sequence[Response], found: list[str]
) -> None:
    assert _found(own, monkeypatch, answers) == found
