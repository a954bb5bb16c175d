"""Faults in the form of errors, and in what is refused before an operation is reached."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from tests.faults.answers import rewritten, without
from tests.faults.registry import Handler, Shared, fault

_DETAILS: Shared = {"group": "problem details"}
_STATUS: Shared = {"group": "status"}


def _problem(answer: Response) -> dict[str, Any] | None:
    if "problem+json" not in answer.headers.get("content-type", ""):
        return None
    found: dict[str, Any] = json.loads(bytes(answer.body))
    return found


def _with(answer: Response, problem: dict[str, Any]) -> Response:
    return rewritten(answer, json.dumps(problem))


def _as(answer: Response, status: int) -> Response:
    problem = _problem(answer)
    answer.status_code = status
    return answer if problem is None else _with(answer, problem | {"status": status, "title": "OK"})


@fault("PT-ERR-13", **_STATUS)
def an_unknown_route_is_a_page(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response("<html>", 200) if "/nothing" in request.url.path else answer


@fault("PT-ERR-14", **_STATUS)
def another_method_counts_as_get(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response("{}", 200, media_type="application/json") if answer.status_code == 405 else answer


@fault("PT-ERR-14", group="headers")
def allow_is_left_out(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without(answer, "allow") if answer.status_code == 405 else answer


@fault("PT-ERR-15", **_STATUS)
def unreadable_bodies_count_as_empty(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    problem = _problem(answer)
    return Response(status_code=204) if problem and problem.get("code") == "SyntaxError" else answer


@fault("PT-ERR-16", **_STATUS)
def huge_bodies_are_taken(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response(status_code=204) if answer.status_code == 413 else answer


@fault("PT-ERR-17", "PT-STATUS-01", **_STATUS)
def deep_bodies_end_the_parser(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    deep = request.method == "POST" and int(request.headers.get("content-length", "0")) > 30_000
    return _as(answer, 500) if deep and answer.status_code == 400 else answer


@fault("PT-ERR-18", **_STATUS)
def any_bytes_are_text(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    problem = _problem(answer)
    return Response("{}", 200, media_type="application/json") if problem and "UTF-8" in problem["detail"] else answer


@fault("PT-ERR-19", **_STATUS)
def undecodable_paths_lead_somewhere(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response("{}", 200) if request.scope["raw_path"].startswith(b"/api/v1/videos/%") else answer


@fault("PT-ERR-20", "PT-STATUS-01", **_STATUS)
def the_database_refuses_nul(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return _as(answer, 500) if b"%00" in request.scope["raw_path"] else answer


@fault("PT-ERR-21", **_STATUS)
def addresses_end_at_four_thousand(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response(status_code=414) if len(str(request.url)) > 4_000 else answer


@fault("PT-ERR-22", **_STATUS)
def long_addresses_lead_home(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response("<html>", 200) if len(str(request.url)) > 16_000 else answer


@fault("PT-ERR-24", **_DETAILS)
def every_field_is_in_the_body(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    problem = _problem(answer)
    for entry in (problem or {}).get("invalid-params", {}).values():
        entry["location"] = "body"
    return answer if problem is None else _with(answer, problem)


@fault("PT-ERR-26", **_DETAILS)
def refused_values_are_not_told(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    problem = _problem(answer)
    for entry in (problem or {}).get("invalid-params", {}).values():
        entry.pop("value", None)
    return answer if problem is None else _with(answer, problem)


@fault("PT-ERR-27", **_DETAILS)
def the_deprecated_member_is_gone(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    problem = _problem(answer)
    return answer if problem is None else _with(answer, {k: v for k, v in problem.items() if k != "error"})


@fault("PT-ERR-25", on="getOAuthToken", **_DETAILS)
def every_refusal_to_sign_in_is_one(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem as problem:
        problem.code = "invalid_request"
        raise


@fault("PT-STATUS-09", **_STATUS)
def any_media_type_is_taken(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response(status_code=200) if request.headers.get("content-type") == "text/plain" else answer
