"""Faults of avatars."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from peertube_conformance.fixtures.instance.models.users import User
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "Avatars"}
# Earlier avatars of accounts, by user.
_BEFORE: dict[int, list[dict[str, Any]]] = {}


def _pictures(request: ApiRequest, user: User) -> dict[str, Any]:
    """The files of an avatar by their path."""
    return {image["path"]: request.state.pictures.at(image["path"]) for image in user.avatars}


@fault("PT-AVATAR-03", on="pickMyAvatar", shortest=2, **_FLOW)
def files_survive_their_replacement(handler: Handler, request: ApiRequest) -> Any:
    former = _pictures(request, request.caller)
    answer = handler(request)
    request.state.pictures._kept.update(former)
    return answer


@fault("PT-AVATAR-04", on="deleteMyAvatar", shortest=1, **_FLOW)
def the_smallest_file_survives_deletion(handler: Handler, request: ApiRequest) -> Any:
    former = _pictures(request, request.caller)
    answer = handler(request)
    if former:
        path = list(former)[-1]
        request.state.pictures._kept[path] = former[path]
    return answer


@fault("PT-AVATAR-02", on="pickMyAvatar", shortest=1, **_FLOW)
def two_sizes_are_listed_for_each_other(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    first, second, *_ = request.caller.avatars
    first["path"], second["path"] = second["path"], first["path"]
    return answer


@fault("PT-AVATAR-02", on="pickMyAvatar", shortest=2, **_FLOW)
def one_size_keeps_showing_the_former_picture(handler: Handler, request: ApiRequest) -> Any:
    former = {image["width"]: request.state.pictures.at(image["path"]) for image in request.caller.avatars}
    answer = handler(request)
    for image in request.caller.avatars:
        if image["width"] == 120 and (shown := former.get(120)):
            request.state.pictures._kept[image["path"]] = shown
    return answer


@fault("PT-AVATAR-05", on="pickMyAvatar", shortest=2, **_FLOW)
def a_refused_file_takes_the_avatar_away(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem:
        request.caller.avatars = []
        raise


@fault("PT-AVATAR-07", on="deleteMyAvatar", shortest=2, **_FLOW)
def deleting_empties_the_avatars_of_neighbours(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    for user in request.state.users:
        if abs(user.id - request.caller.id) == 1:
            user.avatars = []
    return answer


@fault("PT-AVATAR-01", on=("pickMyAvatar", "deleteMyAvatar", "getAccount"), shortest=2, **_FLOW)
def accounts_show_the_avatar_before_the_last(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id != "getAccount":
        former = request.caller.avatars
        answer = handler(request)
        _BEFORE[request.caller.id] = former if request.operation.id == "pickMyAvatar" else []
        return answer
    user = request.state.accounts.named(str(request.path["name"]).partition("@")[0])
    if user is None:
        return handler(request)
    present = user.avatars
    user.avatars = _BEFORE.get(user.id) or present
    try:
        return handler(request)
    finally:
        user.avatars = present
