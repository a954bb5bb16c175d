"""Faults in the names by which resources are addressed."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from tests.faults.registry import Handler, Shared, fault

_STATE: Shared = {"group": "state and consistency", "shortest": 2}


def _has_host(request: ApiRequest, name: str) -> bool:
    return "@" in str(request.path[name])


@fault("PT-ID-01", on="getVideo", **_STATE)
def short_names_are_not_known(handler: Handler, request: ApiRequest) -> Any:
    if len(str(request.path["id"])) == 22:
        raise Problem(404, "Video not found")
    return handler(request)


@fault("PT-ID-01", on="getVideoDesc", **_STATE)
def the_id_leads_to_another_description(handler: Handler, request: ApiRequest) -> Any:
    return {"description": "Another."} if str(request.path["id"]).isdigit() else handler(request)


@fault("PT-ID-01", on="putVideo", **_STATE)
def what_is_written_by_id_is_lost(handler: Handler, request: ApiRequest) -> Any:
    if str(request.path["id"]).isdigit():
        request.body = {}
    return handler(request)


@fault("PT-ID-02", on="getAccount", **_STATE)
def accounts_have_no_host(handler: Handler, request: ApiRequest) -> Any:
    if _has_host(request, "name"):
        raise Problem(404, "Account not found")
    return handler(request)


@fault("PT-ID-03", on="getVideoChannelVideos", **_STATE)
def channels_with_host_are_empty(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    return {"total": 0, "data": [{}]} if _has_host(request, "channelHandle") else answer


@fault("PT-ID-04", on=("getAccount", "getVideoChannel"), **_STATE)
def hosts_are_ignored(handler: Handler, request: ApiRequest) -> Any:
    for name in ("name", "channelHandle"):
        if name in request.path:
            request.path[name] = request.path[name].partition("@")[0]
    return handler(request)


@fault("PT-ID-04", on="getSubscriptionsExist", **_STATE)
def namesakes_elsewhere_are_followed_too(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    followed = {handle.partition("@")[0] for handle, known in answer.items() if known}
    return {handle: handle.partition("@")[0] in followed for handle in answer}


@fault("PT-ID-05", on="getAccount", **_STATE)
def any_actor_is_an_account(handler: Handler, request: ApiRequest) -> Any:
    request.path["name"] = request.path["name"].removesuffix("_channel")
    return handler(request)


@fault("PT-ID-06", on="getVideo", **_STATE)
def letters_are_compared(handler: Handler, request: ApiRequest) -> Any:
    if str(request.path["id"]) != str(request.path["id"]).lower() and "-" in str(request.path["id"]):
        raise Problem(404, "Video not found")
    return handler(request)


@fault("PT-ID-07", on="getVideo", **_STATE)
def short_forms_are_made_up(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    answer["shortUUID"] = answer["shortUUID"][::-1]
    return answer


@fault("PT-ID-08", on="addUser", **_STATE)
def a_creation_is_answered_with_another_user(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    first = next(iter(request.state.users))
    return {"user": {**answer["user"], "id": first.id}}


@fault("PT-ID-08", on="addVideoChannel", **_STATE)
def a_creation_is_answered_with_another_channel(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    first = next(iter(request.state.channels))
    return {"videoChannel": {**answer["videoChannel"], "id": first.id}}
