"""Faults that show when a request is repeated."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem, no_content
from tests.faults.registry import Handler, Shared, fault

_TWICE: Shared = {"group": "idempotency and concurrency", "shortest": 2}
_SEEN: dict[str, int] = {}


def _times(request: ApiRequest) -> int:
    key = f"{request.raw.method} {request.raw.url}"
    _SEEN[key] = _SEEN.get(key, 0) + 1
    return _SEEN[key]


@fault("PT-IDEM-01", on=("delVideo", "deletePlaylist", "delComment"), **_TWICE)
def nothing_is_deleted_gladly(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem as problem:
        if problem.status == 404:
            return no_content()
        raise


@fault("PT-IDEM-02", on="putVideo", **_TWICE)
def changes_are_appended(handler: Handler, request: ApiRequest) -> Any:
    if "description" in (request.body or {}):
        request.body["description"] += f" {_times(request)}"
    return handler(request)


@fault("PT-IDEM-03", on="markAllMyNotificationsRead", **_TWICE)
def nothing_to_mark_is_a_conflict(handler: Handler, request: ApiRequest) -> Any:
    if _times(request) > 1:
        raise Problem(409, "All is read")
    return handler(request)


@fault("PT-IDEM-04", on="getVideo", **_TWICE)
def every_like_counts(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    answer["likes"] += _times(request)
    return answer


@fault("PT-IDEM-05", on="addSubscription", **_TWICE)
def subscribed_is_subscribed(handler: Handler, request: ApiRequest) -> Any:
    key = f"{request.caller.id} {request.body['uri']}"
    _SEEN[key] = _SEEN.get(key, 0) + 1
    if _SEEN[key] > 1:
        raise Problem(409, "Subscribed")
    return handler(request)


@fault("PT-IDEM-06", on="getVideo", **_TWICE)
def reading_is_watching(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    answer["views"] = _times(request)
    return answer


@fault("PT-IDEM-07", on="revokeOAuthToken", **_TWICE)
def tokens_survive(handler: Handler, request: ApiRequest) -> Any:
    return {"redirectUrl": None}


@fault("PT-IDEM-08", on="blockUser", **_TWICE)
def blocking_is_a_switch(handler: Handler, request: ApiRequest) -> Any:
    user = request.state.users.get(int(request.path["id"]))
    was = user is not None and user.blocked
    answer = handler(request)
    if user is not None and was:
        user.blocked = False
    return answer
