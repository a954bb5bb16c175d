"""Faults in problem details of any operation: the form of errors, and internals that they must not show."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.faults.answers import rewritten
from tests.faults.registry import Handler, Shared, fault

_DETAILS: Shared = {"group": "problem details"}
_LEAKS: Shared = {"group": "leaks"}


def _changed(answer: Response, change: Callable[[dict[str, Any]], object]) -> Response:
    """The response with its problem details changed; any other unchanged."""
    if "problem+json" not in answer.headers.get("content-type", ""):
        return answer
    problem = json.loads(bytes(answer.body))
    change(problem)
    return rewritten(answer, json.dumps(problem))


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


def _each(problem: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> None:
    for entry in _entries(problem):
        change(entry)


@fault("PT-ERR-08", **_DETAILS)
def fields_are_refused_without_a_word(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: _each(problem, lambda entry: entry.pop("msg")))


@fault("PT-ERR-08", **_DETAILS)
def fields_stand_somewhere(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: _each(problem, lambda entry: entry.update(location="somewhere")))


@fault("PT-ERR-09", **_DETAILS)
def fields_have_no_name(handler: Handler, request: Request) -> Any:
    return _changed(handler(request), lambda problem: _each(problem, lambda entry: entry.pop("param")))


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
    reported = 'invalid input syntax for type uuid: "x"'
    return _changed(handler(request), lambda problem: problem.update(detail=reported, error=reported))
