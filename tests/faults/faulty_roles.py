"""Faults in the access of roles."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from tests.faults.registry import Handler, Shared, fault

_ROLES: Shared = {"group": "auth and roles"}


@fault("PT-AUTH-03", "PT-STATUS-02", **_ROLES)
def users_may_read_the_settings(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    read = answer.status_code == 403 and request.url.path == "/api/v1/config/custom"
    return Response("{}", media_type="application/json") if read else answer


@fault("PT-AUTH-06", **_ROLES)
def revoked_tokens_live_on(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    known = answer.status_code == 401 and not request.headers.get("authorization", "").endswith("0" * 40)
    return Response("{}", media_type="application/json") if known else answer


@fault("PT-AUTH-07", on="getUsers", **_ROLES)
def only_moderators_may_look(handler: Handler, request: ApiRequest) -> Any:
    if request.caller.role != 1:
        raise Problem(403, "You are no moderator")
    return handler(request)


@fault("PT-AUTH-07", on="getUserInfo", **_ROLES)
def moderators_have_no_account(handler: Handler, request: ApiRequest) -> Any:
    if request.caller.role == 1:
        raise Problem(403, "You are a moderator")
    return handler(request)


@fault("PT-AUTH-08", on="putVideo", **_ROLES)
def videos_are_their_owners_alone(handler: Handler, request: ApiRequest) -> Any:
    if request.caller.role != 2:
        raise Problem(403, "This is somebody else's video")
    return handler(request)


@fault("PT-AUTH-08", on="listUserExports", **_ROLES)
def moderators_read_exports(handler: Handler, request: ApiRequest) -> Any:
    if request.caller.role == 1:
        return {"total": 0, "data": []}
    return handler(request)


@fault("PT-AUTH-09", **_ROLES)
def wrong_tokens_are_refused_everywhere(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    wrong = request.headers.get("authorization", "").endswith("0" * 40)
    return Response(status_code=401) if wrong else answer
