"""Who may manage whom, and what goes when a user goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.instance.conftest import MakePerson, Outbox, Person


def test_users_are_listed_sorted_searched_and_paged(root: Person, person: MakePerson) -> None:
    for _ in range(4):
        person()
    names = [user["username"] for user in root("GET", "/users?sort=username&start=1&count=2").json()["data"]]
    assert names == ["person1", "person2"]
    assert root("GET", "/users?search=PERSON3@").json()["total"] == 1
    assert root("GET", "/users?count=0").json() == {"total": 5, "data": []}
    assert root("GET", "/users?start=50").json() == {"total": 5, "data": []}
    newest_first = [user["id"] for user in root("GET", "/users").json()["data"]]
    assert newest_first == sorted(newest_first, reverse=True)


def test_blocked_users_can_be_listed_apart(root: Person, person: MakePerson) -> None:
    blocked = person()
    root("POST", f"/users/{blocked.id}/block")
    listed = root("GET", "/users?blocked=true").json()["data"]
    assert [user["id"] for user in listed] == [blocked.id]
    assert root("GET", "/users?blocked=false").json()["total"] == 1


@pytest.mark.parametrize("path", ["/users", "/users/1", "/users/registrations", "/config/custom"])
def test_plain_users_do_not_manage(http: httpx.Client, person: MakePerson, path: str) -> None:
    assert person()("GET", path).status_code == 403
    assert http.get(f"/api/v1{path}").status_code == 401


def test_moderators_manage_plain_users_only(root: Person, person: MakePerson) -> None:
    moderator, peer, user = person(role=1), person(role=1), person()
    new = {"username": "new", "password": "secret", "email": "new@example.org"}
    assert moderator("POST", "/users", json={**new, "role": 1}).status_code == 403
    assert moderator("PUT", f"/users/{user.id}", json={"role": 1}).status_code == 403
    changes: list[tuple[str, str, dict[str, Any] | None]] = [
        ("PUT", "", {}),
        ("POST", "/block", {}),
        ("POST", "/unblock", None),
        ("DELETE", "", None),
    ]
    for method, path, body in changes:
        assert moderator(method, f"/users/{peer.id}{path}", json=body).status_code == 403
        assert moderator(method, f"/users/{user.id}{path}", json=body).status_code == 204
    assert moderator("GET", "/config/custom").status_code == 403
    assert root("GET", f"/users/{user.id}").status_code == 404


def test_moderators_leave_the_second_factor_of_their_equals_alone(root: Person, person: MakePerson) -> None:
    moderator, peer, user = person(role=1), person(role=1), person()
    password = {"currentPassword": "any"}
    assert moderator("POST", f"/users/{user.id}/two-factor/request", json=password).status_code == 200
    for somebody in (1, peer.id):
        for what in ("request", "disable"):
            answer = moderator("POST", f"/users/{somebody}/two-factor/{what}", json=password)
            assert answer.status_code == 403
    assert root("POST", f"/users/{peer.id}/two-factor/request", json=password).status_code == 200


def test_a_change_is_kept_and_a_new_role_or_password_ends_sessions(root: Person, person: MakePerson) -> None:
    somebody = person()
    change = {
        "videoQuota": 42,
        "videoQuotaDaily": 7,
        "adminFlags": 1,
        "emailVerified": True,
        "email": "x@example.org",
    }
    assert root("PUT", f"/users/{somebody.id}", json=change).status_code == 204
    assert somebody("GET", "/users/me").status_code == 200
    shown = root("GET", f"/users/{somebody.id}").json()
    assert {name: shown[name] for name in change} == change
    root("PUT", f"/users/{somebody.id}", json={"password": "another-one"})
    assert somebody("GET", "/users/me").status_code == 401
    somebody.password = "another-one"
    assert somebody.sign_in().status_code == 200
    root("PUT", f"/users/{somebody.id}", json={"role": 1})
    assert somebody("GET", "/users/me").status_code == 401
    assert root("PUT", f"/users/{somebody.id}", json={"email": "admin@example.com"}).status_code == 409


def test_the_first_administrator_stays(root: Person) -> None:
    assert root("DELETE", "/users/1").status_code == 400
    assert root("PUT", "/users/1", json={"role": 2}).status_code == 400
    assert root("POST", "/users/1/block").status_code == 400


def test_a_user_without_password_is_mailed_a_link(outbox: Outbox, root: Person) -> None:
    body = {"username": "new", "password": "", "email": "new@example.org", "role": 2}
    assert root("POST", "/users", json=body).status_code == 200
    assert "verificationString=" in outbox[0][2]


def test_without_mail_a_password_is_needed(root: Person) -> None:
    body = {"username": "new", "password": "", "email": "new@example.org", "role": 2}
    assert root("POST", "/users", json=body).status_code == 400


def test_deleting_a_user_takes_everything_and_frees_no_name(
    http: httpx.Client, root: Person, person: MakePerson
) -> None:
    somebody = person(channelName="somebody_films")
    made = somebody(
        "POST",
        "/video-playlists",
        files={"displayName": (None, "Birds")},
    ).json()["videoPlaylist"]
    assert root("DELETE", f"/users/{somebody.id}").status_code == 204
    assert somebody("GET", "/users/me").status_code == 401
    assert http.get(f"/api/v1/accounts/{somebody.name}").status_code == 404
    assert http.get("/api/v1/video-channels/somebody_films").status_code == 404
    assert root("GET", f"/video-playlists/{made['uuid']}").status_code == 404
    for name in (somebody.name, "somebody_films"):
        body = {"username": name, "password": "secret", "email": "new@example.org", "role": 2}
        assert root("POST", "/users", json=body).status_code == 409


def test_accounts_go_by_name_and_handle(http: httpx.Client, person: MakePerson) -> None:
    somebody = person()
    for handle in (somebody.name, somebody.name.upper(), f"{somebody.name}@localhost:9000"):
        shown = http.get(f"/api/v1/accounts/{handle}").json()
        assert shown["userId"] == somebody.id
        assert shown["id"] != somebody.id
    assert http.get(f"/api/v1/accounts/{somebody.name}@elsewhere.example").status_code == 404
    assert http.get("/api/v1/accounts").json()["total"] == 2


@pytest.mark.parametrize("what", ["ratings", "followers", "video-channel-syncs"])
def test_some_things_only_their_owner_sees(person: MakePerson, what: str) -> None:
    owner, other = person(), person()
    assert owner("GET", f"/accounts/{owner.name}/{what}").json() == {"total": 0, "data": []}
    assert other("GET", f"/accounts/{owner.name}/{what}").status_code == 403
