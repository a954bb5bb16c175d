"""Faults that any answer shows, whatever the operation: headers, problem details, limits, and what nobody should read."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.http import ApiRequest, Problem
from tests.faults.registry import Handler, fault

_DETAILS = {"group": "problem details"}
_LEAKS = {"group": "leaks"}
_LIMITS = {"group": "rate limits"}
_CORS = {"group": "CORS"}
_ORIGIN = "access-control-allow-origin"
_LIMIT, _REMAINING, _RESET = "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"


def _changed(answer: Response, change: Callable[[dict[str, Any]], None]) -> Response:
    """The answer with its problem details changed; any other as it is."""
    if "problem+json" not in answer.headers.get("content-type", ""):
        return answer
    problem = json.loads(bytes(answer.body))
    change(problem)
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return Response(json.dumps(problem), answer.status_code, headers)


@fault("PT-ERR-01", **_DETAILS)
def errors_are_plain_json(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if answer.status_code >= 400:
        answer.headers["content-type"] = "application/json"
    return answer


@fault("PT-ERR-01", group="content negotiation")
def errors_are_pages(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if answer.status_code != 404:
        return answer
    headers = {n: v for n, v in answer.headers.items() if n not in {"content-length", "content-type"}}
    return Response("<html>", 404, headers, "text/html")


@fault("PT-ERR-02", **_DETAILS)
def types_are_numbers(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: problem.update(type=404))


@fault("PT-ERR-03", **_DETAILS)
def the_member_status_is_a_text(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: problem.update(status=str(problem["status"])))


@fault("PT-ERR-03", **_DETAILS)
def every_problem_is_a_400(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: problem.update(status=400))


@fault("PT-ERR-04", **_DETAILS)
def problems_have_no_title(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: problem.pop("title"))


@fault("PT-ERR-05", **_DETAILS)
def titles_are_details(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: problem.update(title=problem["detail"]))


@fault("PT-ERR-06", **_DETAILS)
def details_are_empty(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: problem.update(detail="", error=""))


@fault("PT-ERR-07", **_DETAILS)
def docs_name_the_first_operation(handler: Handler, request: Request) -> Any:
    def change(problem: dict[str, Any]) -> None:
        if "docs" in problem:
            problem["docs"] = problem["docs"].partition("#")[0] + "#operation/getAccount"

    return _changed(handler(request), change)


def _entries(problem: dict[str, Any]) -> list[dict[str, Any]]:
    return list(problem.get("invalid-params", {}).values())


@fault("PT-ERR-08", **_DETAILS)
def fields_are_refused_without_a_word(handler: Handler, request: Request) -> Any:
    return _changed(
        handler(request), lambda problem: [entry.pop("msg") for entry in _entries(problem)] and None
    )


@fault("PT-ERR-08", **_DETAILS)
def fields_stand_somewhere(handler: Handler, request: Request) -> Any:
    return _changed(
        handler(request),
        lambda problem: [entry.update(location="somewhere") for entry in _entries(problem)] and None,
    )


@fault("PT-ERR-09", **_DETAILS)
def fields_have_no_name(handler: Handler, request: Request) -> Any:
    return _changed(
        handler(request), lambda problem: [entry.pop("param") for entry in _entries(problem)] and None
    )


@fault("PT-ERR-10", **_DETAILS)
def another_field_is_blamed(handler: Handler, request: Request) -> Any:
    def change(problem: dict[str, Any]) -> None:
        for entry in _entries(problem)[:1]:
            problem["invalid-params"] = {"other": entry | {"param": "other", "path": "other"}}

    return _changed(handler(request), change)


@fault("PT-ERR-11", **_DETAILS)
def the_deprecated_member_says_something_else(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: problem.update(error="Error"))


@fault("PT-ERR-23", **_DETAILS)
def all_types_are_one(handler: Handler, request: Request) -> Any:
    def change(problem: dict[str, Any]) -> None:
        if "code" in problem:
            problem["type"] = problem["type"].rpartition("/")[0] + "/account_blocked"

    return _changed(handler(request), change)


@fault("PT-ERR-12", **_LEAKS)
def stack_traces_are_told(handler: Handler, request: Request) -> Any:
    trace = "Error: no such thing\n    at find (/app/dist/core/models/video.js:12:7)"
    return _changed(handler(request), lambda problem: problem.update(detail=trace, error=trace))


@fault("PT-ERR-12", **_LEAKS)
def queries_are_told(handler: Handler, request: Request) -> Any:
    query = 'SELECT "id" FROM "video" WHERE "uuid" = 1'
    return _changed(handler(request), lambda problem: problem.update(detail=query, error=query))


@fault("PT-ERR-12", **_LEAKS)
def paths_of_files_are_told(handler: Handler, request: Request) -> Any:
    path = "ENOENT: no such file, open '/var/www/storage/x.mp4'"

    def change(problem: dict[str, Any]) -> None:
        if problem["status"] == 404:
            problem.update(detail=path, error=path)

    return _changed(handler(request), change)


@fault("PT-ERR-12", **_LEAKS)
def the_database_is_quoted(handler: Handler, request: Request) -> Any:
    told = 'invalid input syntax for type uuid: "x"'
    return _changed(handler(request), lambda problem: problem.update(detail=told, error=told))


@fault("PT-AUTH-05", group="headers")
def refusals_name_no_challenge(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if "www-authenticate" in answer.headers:
        del answer.headers["www-authenticate"]
    return answer


@fault("PT-BODY-04", group="body")
def bodies_end_too_early(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    if not is_json or not isinstance(answer.body, bytes) or len(answer.body) < 2:
        return answer
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return Response(answer.body[:-1], answer.status_code, headers)


@fault("PT-BODY-04", group="body")
def numbers_are_not_numbers(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if b'"total":' not in (answer.body if isinstance(answer.body, bytes) else b""):
        return answer
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return Response(answer.body.replace(b'"total":', b'"total":NaN,"was":'), answer.status_code, headers)


@fault("PT-BODY-02", group="body")
def moments_are_told_in_words(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if not isinstance(answer.body, bytes) or b'"createdAt":"' not in answer.body:
        return answer
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    told = re.sub(rb'"createdAt":"[^"]*"', b'"createdAt":"yesterday"', answer.body)
    return Response(told, answer.status_code, headers)


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
    if answer.status_code >= 400:
        for name in (_LIMIT, _REMAINING, _RESET):
            if name in answer.headers:
                del answer.headers[name]
    return answer


@fault("PT-RATE-01", **_LIMITS)
def the_reset_is_not_told(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if _RESET in answer.headers:
        del answer.headers[_RESET]
    return answer


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
    answer = handler(request)
    if "retry-after" in answer.headers:
        del answer.headers["retry-after"]
    return answer


@fault("PT-RATE-04", shortest=13, **_LIMITS)
def waiting_is_told_as_a_date(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if "retry-after" in answer.headers:
        answer.headers["retry-after"] = "Wed, 21 Oct 2026 07:28:00 GMT"
    return answer


@fault("PT-RATE-06", **_LIMITS)
def unreadable_bodies_are_not_counted(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if b'"SyntaxError"' in (answer.body if isinstance(answer.body, bytes) else b""):
        for name in (_LIMIT, _REMAINING, _RESET):
            if name in answer.headers:
                del answer.headers[name]
    return answer


@fault("PT-CORS-01", **_CORS)
def errors_are_for_one_origin(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    if answer.status_code >= 400 and _ORIGIN in answer.headers:
        del answer.headers[_ORIGIN]
    return answer


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
    if (
        b'"SyntaxError"' in (answer.body if isinstance(answer.body, bytes) else b"")
        and _ORIGIN in answer.headers
    ):
        del answer.headers[_ORIGIN]
    return answer


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
