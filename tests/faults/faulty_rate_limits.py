"""Faults in the counting of requests."""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.faults.registry import Handler, Shared, fault

_LIMITS: Shared = {"group": "rate limits", "shortest": 2}
_REMAINING, _RESET, _LIMIT = "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit"


@fault("PT-RATE-07", **_LIMITS)
def the_count_never_falls(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if _LIMIT in answer.headers:
        answer.headers[_REMAINING] = str(int(answer.headers[_LIMIT]) - 1)
    return answer


@fault("PT-RATE-07", **_LIMITS)
def refusals_count_twice(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if _REMAINING in answer.headers and answer.status_code >= 400:
        answer.headers[_REMAINING] = str(int(answer.headers[_REMAINING]) - 1)
    return answer


@fault("PT-RATE-08", **_LIMITS)
def the_window_slides(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if _RESET in answer.headers:
        answer.headers[_RESET] = str(int(time.time() * 7) % 1000 + int(time.time()) + time.time_ns() % 100)
    return answer


@fault("PT-RATE-08", **_LIMITS)
def each_answer_announces_another_limit(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if _LIMIT in answer.headers:
        answer.headers[_LIMIT] = str(int(answer.headers[_LIMIT]) + time.time_ns() % 1_000_000)
    return answer


@fault("PT-RATE-09", **_LIMITS)
def half_the_time_is_said(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if answer.status_code == 429:
        answer.headers["retry-after"] = "30"
    return answer


@fault("PT-RATE-09", "PT-RATE-05", **_LIMITS)
def nobody_is_refused(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response("{}", 200, answer.headers | {"content-length": "2"}) if answer.status_code == 429 else answer


@fault("PT-RATE-10", **_LIMITS)
def failed_sign_ups_are_counted(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if request.url.path.endswith("/register") and answer.status_code >= 400:
        _COUNTED[0] += 1
        answer.headers[_REMAINING] = str(max(0, 1000 - _COUNTED[0]))
    return answer


_COUNTED = [0]


@fault("PT-RATE-11", **_LIMITS)
def there_is_one_count_for_all(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if request.url.path.endswith(("/token", "/register")) and _REMAINING in answer.headers:
        answer.headers[_REMAINING] = str(int(answer.headers[_LIMIT]) - 4)
    return answer


@fault("PT-RATE-12", **_LIMITS)
def who_may_not_sign_in_may_nothing(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    client = request.headers.get("x-forwarded-for", "")
    if answer.status_code == 429 and request.url.path.endswith("/token"):
        _SHUT_OUT.add(client)
    return Response(status_code=429) if client in _SHUT_OUT else answer


_SHUT_OUT: set[str] = set()


@fault("PT-RATE-13", **_LIMITS)
def one_is_refused_for_all(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if answer.status_code == 429:
        _REFUSED.append(time.time())
    recent = _REFUSED and time.time() - _REFUSED[-1] < 2 and "x-forwarded-for" in request.headers
    return Response(status_code=429) if recent else answer


_REFUSED: list[float] = []
