"""Faults of one's own user: profile, preferences, password and address."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from peertube_conformance.fixtures.instance.models.users import User
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "MyUser"}
_THEME = "instance-default"
# What a faulty server keeps too long, by user or by token.
_PASSWORDS: dict[int, list[str]] = {}
_STRINGS: dict[int, list[str]] = {}
_DESCRIPTIONS: dict[int, str | None] = {}
_WRITTEN: dict[str, dict[str, Any]] = {}


def _neighbour(request: ApiRequest) -> User | None:
    """The next user after the caller, or else the one before."""
    return request.state.users.get(request.caller.id + 1) or request.state.users.get(request.caller.id - 1)


@fault("PT-ME-02", on="putUserInfo", shortest=1, **_FLOW)
def a_display_name_resets_the_theme(handler: Handler, request: ApiRequest) -> Any:
    body = request.body or {}
    if "displayName" in body and "theme" not in body:
        request.body = {**body, "theme": _THEME}
    return handler(request)


@fault("PT-ME-01", on="putUserInfo", shortest=1, **_FLOW)
def one_switch_is_written_for_another(handler: Handler, request: ApiRequest) -> Any:
    body = dict(request.body or {})
    if "autoPlayNextVideoPlaylist" in body:
        body["autoPlayNextVideo"] = body.pop("autoPlayNextVideoPlaylist")
    request.body = body
    return handler(request)


@fault("PT-ME-03", on="putUserInfo", shortest=1, **_FLOW)
def refused_updates_are_half_written(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem as problem:
        if problem.status == 400 and "p2pEnabled" in request.body:
            request.caller.p2p_enabled = request.body["p2pEnabled"]
        raise


@fault("PT-ME-04", on="putUserInfo", shortest=1, **_FLOW)
def policies_are_written_for_the_neighbour_too(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    neighbour = _neighbour(request)
    if neighbour is not None and "nsfwPolicy" in (request.body or {}):
        neighbour.nsfw_policy = request.body["nsfwPolicy"]
    return answer


@fault("PT-ME-07", on=("putUserInfo", "getOAuthToken"), shortest=2, **_FLOW)
def passwords_of_before_still_sign_in(handler: Handler, request: ApiRequest) -> Any:
    user = request.user or request.state.accounts.named((request.body or {}).get("username", ""))
    if request.operation.id == "putUserInfo":
        before, answer = request.caller.password, handler(request)
        if request.caller.password != before:
            _PASSWORDS.setdefault(request.caller.id, []).append(before)
        return answer
    if user is None:
        return handler(request)
    for password in tuple(_PASSWORDS.get(user.id, ())):
        present, user.password = user.password, password
        try:
            return handler(request)
        except Problem:
            continue
        finally:
            user.password = present
    return handler(request)


@fault("PT-ME-10", on=("putUserInfo", "verifyUser"), shortest=1, **_FLOW)
def strings_verify_any_address(handler: Handler, request: ApiRequest) -> Any:
    vault = request.state.vault
    if request.operation.id == "putUserInfo":
        kept = vault._kept.get(("verify-user", request.caller.id))
        if kept is not None:
            _STRINGS.setdefault(request.caller.id, []).append(kept.secret)
        return handler(request)
    number = int(request.path["id"])
    if request.body["verificationString"] in _STRINGS.get(number, ()):
        request.body["verificationString"] = vault._kept[("verify-user", number)].secret
    return handler(request)


@fault("PT-ME-05", on="getAccount", shortest=1, **_FLOW)
def accounts_show_their_first_description(handler: Handler, request: ApiRequest) -> Any:
    user = request.state.accounts.named(str(request.path["name"]).partition("@")[0])
    if user is None:
        return handler(request)
    first = _DESCRIPTIONS.setdefault(user.id, user.description)
    present, user.description = user.description, first
    try:
        return handler(request)
    finally:
        user.description = present


@fault("PT-ME-11", on="putUserInfo", shortest=1, **_FLOW)
def what_a_session_wrote_before_is_not_written_again(handler: Handler, request: ApiRequest) -> Any:
    written = _WRITTEN.setdefault(request.headers["authorization"], {})
    body = request.body or {}
    request.body = {name: value for name, value in body.items() if name not in written or written[name] != value}
    answer = handler(request)
    written.update({name: value for name, value in body.items() if name == "p2pEnabled"})
    return answer
