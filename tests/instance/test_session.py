"""Tokens live as long as they should and die when they must."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pyotp
import pytest

from peertube_conformance.fixtures.instance.instance import Instance

if TYPE_CHECKING:
    from tests.instance.conftest import Clock, MakePerson, Person


def grant(http: httpx.Client, **form: str) -> httpx.Response:
    client = http.get("/api/v1/oauth-clients/local").json()
    return http.post("/api/v1/users/token", data={**client, **form})


def refresh(person: Person) -> httpx.Response:
    return grant(person.http, grant_type="refresh_token", refresh_token=person.tokens["refresh_token"])


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_the_client_is_told_under_the_instances_own_name_only(http: httpx.Client) -> None:
    assert http.get("/api/v1/oauth-clients/local").json()["client_id"]
    elsewhere = http.get("/api/v1/oauth-clients/local", headers={"Host": "127.0.0.1:9000"})
    assert elsewhere.status_code == 403


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "device"}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "root"}, "invalid_request"),
        ({"grant_type": "password", "username": "root", "password": "wrong"}, "invalid_grant"),
        ({"grant_type": "password", "username": "nobody", "password": "wrong"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "wrong"}, "invalid_grant"),
        (
            {"grant_type": "password", "username": "r", "password": "p", "client_secret": "x"},
            "invalid_client",
        ),
        ({"grant_type": "password", "username": "r", "password": "p", "client_id": ""}, "invalid_client"),
    ],
)
def test_an_unusable_form_is_a_typed_error(http: httpx.Client, form: dict[str, str], code: str) -> None:
    assert code_of(grant(http, **form)) == (400, code)


def test_a_form_is_needed_and_passwords_are_not_sent_back(http: httpx.Client) -> None:
    assert code_of(http.post("/api/v1/users/token", json={"password": "secret"})) == (400, "invalid_request")
    assert "hunter2" not in grant(http, grant_type="password", password="hunter2").text


def test_names_and_addresses_sign_in_in_any_case(person: MakePerson) -> None:
    somebody = person()
    for name in ("PERSON0", "Person0@Example.org"):
        answer = grant(somebody.http, grant_type="password", username=name, password="secret")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"


def test_two_sessions_live_side_by_side(person: MakePerson) -> None:
    somebody = person()
    first = somebody.tokens
    somebody.sign_in()
    somebody.tokens = first
    assert somebody("GET", "/users/me").status_code == 200


def test_a_refresh_ends_the_old_tokens(person: MakePerson) -> None:
    somebody = person()
    fresh = refresh(somebody)
    assert somebody("GET", "/users/me").status_code == 401
    assert code_of(refresh(somebody)) == (400, "invalid_grant")
    somebody.tokens = fresh.json()
    assert somebody("GET", "/users/me").status_code == 200


def test_an_access_token_expires_and_can_be_renewed(clock: Clock, person: MakePerson) -> None:
    somebody = person()
    clock.advance(hours=25)
    answer = somebody("GET", "/users/me")
    assert code_of(answer) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert refresh(somebody).status_code == 200


def test_a_refresh_token_expires(clock: Clock, person: MakePerson) -> None:
    somebody = person()
    clock.advance(days=15)
    assert code_of(refresh(somebody)) == (400, "invalid_grant")


def test_revoking_ends_the_session_with_its_refresh_token(person: MakePerson) -> None:
    somebody = person()
    assert somebody("POST", "/users/revoke-token").json() == {"success": True}
    assert somebody("GET", "/users/me").status_code == 401
    assert code_of(refresh(somebody)) == (400, "invalid_grant")


@pytest.mark.parametrize("authorization", ["Bearer nope", "Bearer", "Basic cm9vdDpyb290", "nope"])
def test_a_wrong_token_never_counts_as_anonymous(http: httpx.Client, authorization: str) -> None:
    answer = http.get("/api/v1/accounts/root/videos", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="PeerTube"')


def test_a_token_is_ignored_where_none_is_read(http: httpx.Client) -> None:
    assert http.get("/api/v1/config", headers={"Authorization": "Bearer nope"}).status_code == 200


def test_blocking_ends_sessions_until_unblocked(root: Person, person: MakePerson) -> None:
    somebody = person()
    assert root("POST", f"/users/{somebody.id}/block", json={"reason": "spam"}).status_code == 204
    assert somebody("GET", "/users/me").status_code == 401
    assert code_of(somebody.sign_in()) == (400, "access_denied")
    assert root("GET", f"/users/{somebody.id}").json()["blockedReason"] == "spam"
    assert root("POST", f"/users/{somebody.id}/unblock").status_code == 204
    assert somebody.sign_in().status_code == 200


def test_the_second_factor(instance: Instance, person: MakePerson) -> None:
    somebody = person()
    path = f"/users/{somebody.id}/two-factor"
    assert somebody("POST", f"{path}/request", json={"currentPassword": "wrong"}).status_code == 403
    asked = somebody("POST", f"{path}/request", json={"currentPassword": "secret"}).json()["otpRequest"]
    totp = pyotp.TOTP(asked["secret"])
    confirm = {
        "requestToken": asked["requestToken"],
        "otpToken": totp.at(instance.now() + timedelta(minutes=3)),
    }
    assert somebody("POST", f"{path}/confirm-request", json=confirm).status_code == 403
    confirm["otpToken"] = totp.at(instance.now())
    assert somebody("POST", f"{path}/confirm-request", json=confirm).status_code == 204
    assert somebody("POST", f"{path}/confirm-request", json=confirm).status_code == 400
    lacking = somebody.sign_in()
    assert code_of(lacking) == (401, "missing_two_factor")
    assert lacking.headers["x-peertube-otp"] == "required; app"
    wrong = totp.at(instance.now() + timedelta(minutes=3))
    assert code_of(somebody.sign_in(**{"x-peertube-otp": wrong})) == (400, "invalid_two_factor")
    assert somebody.sign_in(**{"x-peertube-otp": totp.at(instance.now())}).status_code == 200
    assert somebody("POST", f"{path}/disable", json={"currentPassword": "secret"}).status_code == 204
    assert somebody.sign_in().status_code == 200


def test_only_moderators_change_the_second_factor_of_others(person: MakePerson) -> None:
    victim, other, moderator = person(), person(), person(role=1)
    path = f"/users/{victim.id}/two-factor/request"
    assert other("POST", path, json={"currentPassword": "secret"}).status_code == 403
    assert moderator("POST", path, json={"currentPassword": "-"}).status_code == 200
