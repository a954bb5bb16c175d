"""Faults of user administration."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.accounts import password_hashing, user_creation
from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from peertube_conformance.fixtures.instance.models.users import Token
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "UserAdministration"}


def _sessions(request: ApiRequest) -> list[Token]:
    return request.state.tokens.where(lambda token: token.user_id == request.path["id"])


@fault("PT-USER-06", on="blockUser", shortest=1, **_FLOW)
def who_is_blocked_keeps_the_session(handler: Handler, request: ApiRequest) -> Any:
    kept = _sessions(request)
    answer = handler(request)
    for token in kept:
        request.state.tokens.add(token)
    return answer


@fault("PT-USER-06", "PT-USER-07", on=("blockUser", "unblockUser"), shortest=1, **_FLOW)
def unblocking_revives_earlier_sessions(handler: Handler, request: ApiRequest) -> Any:
    ended = _sessions(request)
    answer = handler(request)
    if request.operation.id == "blockUser":
        _ENDED.extend(ended)
        return answer
    for token in [token for token in _ENDED if token.user_id == request.path["id"]]:
        _ENDED.remove(token)
        request.state.tokens.add(token)
    return answer


_ENDED: list[Token] = []


@fault("PT-USER-07", on="putUser", shortest=1, **_FLOW)
def a_new_role_is_for_new_sessions_only(handler: Handler, request: ApiRequest) -> Any:
    kept = _sessions(request)
    answer = handler(request)
    if "role" in request.body and not _sessions(request):
        for token in kept:
            request.state.tokens.add(token)
    return answer


@fault("PT-USER-09", on=("putUser", "uploadLegacy"), shortest=1, **_FLOW)
def a_new_quota_is_shown_and_not_applied(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id == "putUser":
        user = request.state.users.get(request.path["id"])
        if user is not None:
            _FIRST.setdefault(user.id, (user.video_quota, user.video_quota_daily))
        return handler(request)
    user = request.caller
    shown = (user.video_quota, user.video_quota_daily)
    user.video_quota, user.video_quota_daily = _FIRST.get(user.id, shown)
    try:
        return handler(request)
    finally:
        user.video_quota, user.video_quota_daily = shown


_FIRST: dict[int, tuple[int, int]] = {}


@fault("PT-USER-02", on="addUser", shortest=1, **_FLOW)
def a_refused_duplicate_is_made_under_another_address(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem as problem:
        name, state = request.body["username"], request.state
        if problem.status == 409 and not user_creation.name_is_taken(state, name):
            user_creation.create_user(
                request.instance,
                username=name,
                email=f"{name}@example.org",
                password_hash=password_hashing.hashed(request.body["password"]),
            )
        raise


@fault("PT-USER-12", on=("blockUser", "unblockUser", "putUser"), shortest=1, **_FLOW)
def who_is_refused_to_change_somebody_blocks_them(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem as problem:
        user = request.state.users.get(request.path["id"])
        if problem.status == 403 and user is not None:
            user.blocked = True
        raise


@fault("PT-USER-11", on="delUser", shortest=1, **_FLOW)
def names_of_the_deleted_are_free_again(handler: Handler, request: ApiRequest) -> Any:
    before = set(request.state.retired_names)
    answer = handler(request)
    request.state.retired_names &= before
    return answer


@fault("PT-USER-04", on="putUser", shortest=1, **_FLOW)
def a_change_resets_the_flags_that_it_leaves_out(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    user = request.state.users.get(request.path["id"])
    if user is not None and "adminFlags" not in request.body:
        user.admin_flags = 0
    return answer


@fault("PT-USER-04", on="delUser", shortest=1, **_FLOW)
def deleting_one_ends_the_sessions_of_the_one_before(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    before = request.state.users.get(request.path["id"] - 1)
    if before is not None and "walk" in before.username:
        request.state.tokens.remove_where(lambda token: token.user_id == before.id)
    return answer
