"""Faults of sessions and two-factor authentication."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from peertube_conformance.fixtures.instance.accounts.authentication import bearer
from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem, json_answer
from peertube_conformance.fixtures.instance.models.users import Token
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "auth and roles", "flow": "Sessions"}
_REFRESH = "refresh_token"
# Secrets of two-factor authentication that was disabled, by user.
_TURNED_OFF: dict[int, str | None] = {}


def _again(request: ApiRequest, token: Token, **changes: Any) -> None:
    """Restores a token that was removed."""
    request.state.tokens.add(replace(token, **changes))


@fault("PT-SESSION-02", on="getOAuthToken", shortest=1, **_FLOW)
def a_sign_in_ends_the_sessions_before_it(handler: Handler, request: ApiRequest) -> Any:
    known = list(request.state.tokens)
    answer = handler(request)
    new = [token for token in request.state.tokens if token not in known]
    if request.body["grant_type"] == "password":
        for token in known:
            if token.user_id == new[0].user_id:
                request.state.tokens.remove(token)
    return answer


@fault("PT-SESSION-03", on="getOAuthToken", shortest=1, **_FLOW)
def access_tokens_survive_their_refresh(handler: Handler, request: ApiRequest) -> Any:
    old = request.state.tokens.by("refresh_token", request.body.get(_REFRESH, ""))
    answer = handler(request)
    if old is not None:
        _again(request, old, refresh_token=f"{old.refresh_token}-used")
    return answer


@fault("PT-SESSION-04", on="revokeOAuthToken", shortest=1, **_FLOW)
def refresh_tokens_survive_their_session(handler: Handler, request: ApiRequest) -> Any:
    old = request.state.tokens.by("access_token", bearer(request.headers["authorization"]))
    answer = handler(request)
    if old is not None:
        _again(request, old, access_token=f"{old.access_token}-revoked")
    return answer


@fault("PT-SESSION-02", on="revokeOAuthToken", shortest=1, **_FLOW)
def signing_out_signs_out_everywhere(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    request.state.tokens.remove_where(lambda token: token.user_id == request.caller.id)
    return answer


@fault("PT-SESSION-12", on="confirmTwoFactorRequest", shortest=1, **_FLOW)
def requests_of_others_can_be_confirmed(handler: Handler, request: ApiRequest) -> Any:
    vault = request.state.vault
    for user in request.state.users:
        secret = vault.payload("two-factor", user.id, str(request.body["requestToken"]))
        if secret is not None and user is not request.user:
            request.body["requestToken"] = vault.issue("two-factor", request.caller.id, payload=secret)
    return handler(request)


@fault("PT-SESSION-15", on=("disableTwoFactor", "getOAuthToken"), shortest=1, **_FLOW)
def codes_are_asked_for_though_turned_off(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id == "disableTwoFactor":
        _TURNED_OFF[request.caller.id] = request.caller.otp_secret
        return handler(request)
    user = request.state.accounts.named(request.body.get("username", ""))
    if user is None or user.otp_secret is not None:
        return handler(request)
    user.otp_secret = _TURNED_OFF.get(user.id)
    try:
        return handler(request)
    finally:
        user.otp_secret = None


@fault("PT-SESSION-02", on="getOAuthToken", shortest=1, **_FLOW)
def a_wrong_password_ends_sessions(handler: Handler, request: ApiRequest) -> Any:
    try:
        return handler(request)
    except Problem as problem:
        user = request.state.accounts.named(request.body.get("username", ""))
        if user is not None and problem.code == "invalid_grant":
            request.state.tokens.remove_where(lambda token: token.user_id == user.id)
        raise


@fault("PT-SESSION-07", on="getOAuthToken", shortest=1, **_FLOW)
def renewed_pairs_are_told_to_last_half_as_long(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    if request.body["grant_type"] == _REFRESH:
        reported = json.loads(answer.body)
        kept = {name: answer.headers[name] for name in ("cache-control", "pragma")}
        return json_answer(reported | {"expires_in": reported["expires_in"] // 2}, headers=kept)
    return answer
