"""Faults in cross-origin access."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from tests.faults.answers import without
from tests.faults.registry import Handler, Shared, fault

_CORS: Shared = {"group": "CORS"}
_ALLOW = "access-control-allow"


@fault("PT-CORS-01", **_CORS)
def pictures_are_for_one_origin(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without(answer, f"{_ALLOW}-origin") if request.url.path.startswith("/lazy-static/") else answer


@fault("PT-CORS-04", **_CORS)
def deleting_is_not_allowed(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if request.method == "OPTIONS":
        answer.headers[f"{_ALLOW}-methods"] = "GET,HEAD,POST,PUT"
    return answer


@fault("PT-CORS-04", **_CORS)
def any_header_but_tokens_is_allowed(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if request.method == "OPTIONS":
        answer.headers[f"{_ALLOW}-headers"] = "*"
    return answer


@fault("PT-CORS-04", **_CORS)
def preflights_need_a_token(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if request.method == "OPTIONS":
        answer.status_code = 401
    return answer


@fault("PT-CORS-05", **_CORS)
def nothing_is_exposed(handler: Handler, request: Request) -> Any:
    return without(handler(request), "access-control-expose-headers")


@fault("PT-CORS-06", **_CORS)
def every_page_is_open(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    answer.headers[f"{_ALLOW}-origin"] = "*"
    return answer


@fault("PT-CORS-07", **_CORS)
def the_origin_is_repeated(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if origin := request.headers.get("origin"):
        answer.headers[f"{_ALLOW}-origin"] = origin
        answer.headers[f"{_ALLOW}-credentials"] = "true"
    return answer
