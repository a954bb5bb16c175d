"""Faults in responses of any operation: headers, bodies, statuses and limits."""

from __future__ import annotations

import re
import time
from typing import Any

from starlette.requests import Request

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from tests.faults.answers import body_of, rewritten, without
from tests.faults.registry import Handler, Shared, fault

_LIMITS: Shared = {"group": "rate limits"}
_CORS: Shared = {"group": "CORS"}
_ORIGIN = "access-control-allow-origin"
_LIMIT, _REMAINING, _RESET = "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"


@fault("PT-AUTH-05", group="headers")
def refusals_name_no_challenge(handler: Handler, request: Request) -> Any:
    return without(handler(request), "www-authenticate")


@fault("PT-BODY-04", group="body")
def bodies_end_too_early(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    if not is_json or len(body_of(answer)) < 2:
        return answer
    return rewritten(answer, answer.body[:-1])


@fault("PT-BODY-04", group="body")
def numbers_are_not_numbers(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if b'"total":' not in body_of(answer):
        return answer
    return rewritten(answer, answer.body.replace(b'"total":', b'"total":NaN,"was":'))


@fault("PT-BODY-05", group="body")
def lists_have_a_member_without_bottom(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if b'"total":' not in body_of(answer):
        return answer
    deep = b"[" * 100_000 + b"]" * 100_000
    return rewritten(answer, answer.body.replace(b'"total":', b'"deep":%s,"total":' % deep, 1))


@fault("PT-BODY-02", group="body")
def moments_are_told_in_words(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if b'"createdAt":"' not in body_of(answer):
        return answer
    return rewritten(answer, re.sub(rb'"createdAt":"[^"]*"', b'"createdAt":"yesterday"', answer.body))


@fault("PT-STATUS-01", group="status")
def failures_are_500(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if answer.status_code == 400:
        answer.status_code = 500
    return answer


@fault("PT-STATUS-02", group="status")
def things_that_are_not_there_are_gone(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if answer.status_code == 404 and request.url.path.startswith("/api/v1/videos/"):
        answer.status_code = 410
    return answer


@fault("PT-RATE-01", **_LIMITS)
def errors_are_not_counted(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without(answer, _LIMIT, _REMAINING, _RESET) if answer.status_code >= 400 else answer


@fault("PT-RATE-01", **_LIMITS)
def the_reset_is_not_told(handler: Handler, request: Request) -> Any:
    return without(handler(request), _RESET)


@fault("PT-RATE-02", **_LIMITS)
def more_remains_than_there_is(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if _LIMIT in answer.headers:
        answer.headers[_REMAINING] = str(int(answer.headers[_LIMIT]) + 1)
    return answer


@fault("PT-RATE-03", **_LIMITS)
def resets_are_in_milliseconds(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if _RESET in answer.headers:
        answer.headers[_RESET] = str(int(answer.headers[_RESET]) * 1000)
    return answer


@fault("PT-RATE-03", **_LIMITS)
def resets_are_in_the_past(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if _RESET in answer.headers:
        answer.headers[_RESET] = str(int(time.time()) - 60)
    return answer


@fault("PT-RATE-04", shortest=13, **_LIMITS)
def nobody_is_told_how_long_to_wait(handler: Handler, request: Request) -> Any:
    return without(handler(request), "retry-after")


@fault("PT-RATE-04", shortest=13, **_LIMITS)
def waiting_is_told_as_a_date(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if "retry-after" in answer.headers:
        answer.headers["retry-after"] = "Wed, 21 Oct 2026 07:28:00 GMT"
    return answer


@fault("PT-RATE-06", **_LIMITS)
def unreadable_bodies_are_not_counted(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without(answer, _LIMIT, _REMAINING, _RESET) if b'"SyntaxError"' in body_of(answer) else answer


@fault("PT-CORS-01", **_CORS)
def errors_are_for_one_origin(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without(answer, _ORIGIN) if answer.status_code >= 400 else answer


@fault("PT-CORS-02", **_CORS)
def every_origin_may_use_credentials(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if (origin := request.headers.get("origin")) and _ORIGIN in answer.headers:
        answer.headers[_ORIGIN] = origin
        answer.headers["access-control-allow-credentials"] = "true"
    return answer


@fault("PT-CORS-03", **_CORS)
def unreadable_bodies_are_for_one_origin(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without(answer, _ORIGIN) if b'"SyntaxError"' in body_of(answer) else answer


_BODY_IS_OPTIONAL = ("putUser", "putVideoChannel", "blockUser")


@fault("PT-STATUS-03", on=_BODY_IS_OPTIONAL, group="status")
def what_may_be_left_out_is_needed(handler: Handler, request: ApiRequest) -> Any:
    if request.body is None:
        raise Problem(400, "A body is needed")
    return handler(request)


@fault("PT-STATUS-01", on=_BODY_IS_OPTIONAL, group="status")
def what_may_be_left_out_is_missed(handler: Handler, request: ApiRequest) -> Any:
    if request.body is None:
        raise Problem(500, "undefined")
    return handler(request)
