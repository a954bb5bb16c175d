"""An answer that cannot be used is blamed on its operation, by the requirement that it breaks, if it breaks any."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from peertube_conformance.conformance.checks.unexpected_answers import violation_of
from peertube_conformance.fixtures.messages.json_response import Answer, header_of
from peertube_conformance.fixtures.messages.precondition_errors import UnexpectedAnswer
from peertube_conformance.reports import Exchange, Intent, Request, Response
from peertube_conformance.spec import load_contract

_CONTRACT = load_contract()
_ROOT = "/response/body"


def answered(body: Any, status: int = 200, operation: str = "addUser", kind: str = "application/json") -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = httpx.Headers({"content-type": kind, **_GENERAL})
    return Exchange(
        _CONTRACT.operation(operation), Request("POST", "http://a/api/v1/users"), Response(status, headers, content)
    )


_GENERAL = {
    "x-ratelimit-limit": "50",
    "x-ratelimit-remaining": "49",
    "x-ratelimit-reset": "1700000000",
    "access-control-allow-origin": "*",
}
_PROBLEM = {"type": "about:blank", "title": "No", "status": 409, "detail": "No.", "error": "No.", "docs": "http://a"}


def unusable(exchange: Exchange) -> UnexpectedAnswer:
    with pytest.raises(UnexpectedAnswer) as raised:
        Answer.of(exchange).number("user", "id")
    return raised.value


@pytest.mark.parametrize(
    ("exchange", "fingerprint"),
    [
        (answered(None), "addUser|PT-BODY-02|200|/response/body"),
        (answered([]), "addUser|PT-BODY-02|200|/response/body"),
        (answered({}), "addUser|PT-BODY-02|200|/response/body/user"),
        (answered({"user": {"id": "7"}}), "addUser|PT-BODY-02|200|/response/body/user/id"),
        (answered(b"<html>", kind="text/html"), "addUser|PT-BODY-01|200|/response/headers/content-type"),
        (answered(b"[" * 100_000), "addUser|PT-BODY-04|200|/response/body"),
        (answered(b"", status=204), "addUser|PT-STATUS-02|204|/response/status"),
    ],
)
def test_a_wrong_form_is_what_the_checks_found(exchange: Exchange, fingerprint: str) -> None:
    error = unusable(exchange)
    finding, is_recorded = violation_of(error, exchange)
    assert finding is not None
    assert (finding.fingerprint, is_recorded) == (fingerprint, True)


def test_no_answer_and_a_server_error_are_too() -> None:
    for exchange, fingerprint in (
        (replace(answered({}), response=None, failure="ReadTimeout: a"), "addUser|PT-STATUS-07|-|/response"),
        (answered({}, status=500), "addUser|PT-STATUS-01|500|/request"),
    ):
        status = str(exchange.status or "nothing")
        error = UnexpectedAnswer("addUser", "/response/status", expected="200", came=status, exchange=exchange)
        finding, is_recorded = violation_of(error, exchange)
        assert finding is not None
        assert (finding.fingerprint, is_recorded) == (fingerprint, True)


def test_the_refusal_of_a_preparing_request_is_that_of_a_valid_one() -> None:
    exchange = answered(_PROBLEM, status=409, kind="application/problem+json")
    error = UnexpectedAnswer("addUser", "/response/status", expected="200", came="409", exchange=exchange)
    finding, is_recorded = violation_of(error, exchange)
    assert finding is not None
    assert (finding.requirement, finding.at, is_recorded) == ("PT-STATUS-03", "/request", False)
    assert exchange.intent is Intent.ARRANGED


def test_what_the_contract_permits_is_no_finding() -> None:
    exchange = answered({"emailVerified": None}, operation="getUser")
    with pytest.raises(UnexpectedAnswer) as raised:
        Answer.of(exchange).flag("emailVerified")
    assert violation_of(raised.value, exchange) == (None, False)


def test_what_the_harness_caused_itself_is_none() -> None:
    exchange = replace(answered({}, status=429), counted=False)
    error = UnexpectedAnswer("addUser", "/response/status", expected="200", came="429", exchange=exchange)
    assert violation_of(error, exchange)[0] is None


def test_an_answer_of_the_right_form_breaks_the_requirement_that_it_names() -> None:
    exchange = answered({"user": {"id": 1, "account": {"id": 1}}})
    error = UnexpectedAnswer(
        "addUser", f"{_ROOT}/user/id", expected="a new id", came="an old one", exchange=exchange, breaks="PT-ID-08"
    )
    finding, is_recorded = violation_of(error, exchange)
    assert finding is not None
    assert (finding.fingerprint, is_recorded) == ("addUser|PT-ID-08|200|/response/body/user/id", False)


def test_a_missing_header_is_that_of_the_operation() -> None:
    exchange = answered({}, operation="uploadResumableInit", status=201)
    with pytest.raises(UnexpectedAnswer) as raised:
        header_of(exchange, "Location")
    finding, _ = violation_of(raised.value, exchange)
    assert finding is not None
    assert finding.fingerprint == "uploadResumableInit|PT-HEAD-01|201|/response/headers/location"
