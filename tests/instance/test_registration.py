"""From the first request to the first sign-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from peertube_conformance.fixtures.instance.instance import Instance
from peertube_conformance.fixtures.instance.settings import RAISED_RATE_LIMITS, Settings

if TYPE_CHECKING:
    from tests.instance.conftest import Clock, MakePerson, Outbox, Person

APPLICANT: dict[str, Any] = {
    "username": "maria",
    "password": "a-long-passphrase",
    "email": "maria@example.org",
    "displayName": "Maria",
    "channel": {"name": "maria_films", "displayName": "Films"},
}
REQUEST = {**APPLICANT, "registrationReason": "I film birds."}


def link_in(mail: tuple[str, str, str]) -> dict[str, str]:
    return dict(re.findall(r"[?&](\w+)=(\w+)", mail[2]))


def sign_in(person: Person, name: str = "maria") -> tuple[Person, httpx.Response]:
    somebody = type(person)(person.http, 0, name, APPLICANT["password"])
    return somebody, somebody.sign_in()


def verify(http: httpx.Client, link: dict[str, str], **more: Any) -> httpx.Response:
    kind = f"registrations/{link['registrationId']}" if "registrationId" in link else link["userId"]
    body = {"verificationString": link["verificationString"], **more}
    return http.post(f"/api/v1/users/{kind}/verify-email", json=body)


class TestDirect:
    def test_a_new_user_signs_in_once_the_address_is_verified(
        self, outbox: Outbox, http: httpx.Client, root: Person
    ) -> None:
        assert http.post("/api/v1/users/register", json=APPLICANT).status_code == 204
        assert sign_in(root)[1].json()["code"] == "access_denied"
        (mail,) = outbox
        assert mail[0] == "maria@example.org"
        link = link_in(mail)
        assert verify(http, {**link, "verificationString": "0" * 64}).status_code == 403
        assert verify(http, link).status_code == 204
        maria, answer = sign_in(root)
        assert answer.status_code == 200
        me = maria("GET", "/users/me").json()
        assert me["emailVerified"] is True
        assert me["account"]["displayName"] == "Maria"
        assert [channel["name"] for channel in me["videoChannels"]] == ["maria_films"]
        assert [playlist["type"] for playlist in me["specialPlaylists"]] == [2]

    def test_without_mail_nothing_is_verified(self, http: httpx.Client, root: Person) -> None:
        http.post("/api/v1/users/register", json=APPLICANT)
        assert sign_in(root)[1].status_code == 200

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"username": "root"}, 409),
            ({"username": "root_channel"}, 409),
            ({"email": "ADMIN@example.com"}, 409),
            ({"channel": {"name": "root_channel", "displayName": "Mine"}}, 409),
            ({"channel": {"name": "maria", "displayName": "Mine"}}, 400),
            ({"channel": {"name": "maria_films"}}, 400),
            ({"username": "Maria"}, 400),
            ({"password": "short"}, 400),
        ],
    )
    def test_refusals_leave_nobody_behind(
        self, http: httpx.Client, root: Person, change: dict[str, Any], status: int
    ) -> None:
        assert http.post("/api/v1/users/register", json={**APPLICANT, **change}).status_code == status
        assert root("GET", "/users").json()["total"] == 1

    def test_a_verification_mail_can_be_had_again_and_tells_nothing(
        self, outbox: Outbox, http: httpx.Client
    ) -> None:
        http.post("/api/v1/users/register", json=APPLICANT)
        for address in ("maria@example.org", "nobody@example.org"):
            answer = http.post("/api/v1/users/ask-send-verify-email", json={"email": address})
            assert answer.status_code == 204
        first, second = outbox
        assert verify(http, link_in(first)).status_code == 403
        assert verify(http, link_in(second)).status_code == 204

    def test_a_verification_string_expires(self, outbox: Outbox, clock: Clock, http: httpx.Client) -> None:
        http.post("/api/v1/users/register", json=APPLICANT)
        clock.advance(hours=4)
        assert verify(http, link_in(outbox[0])).status_code == 403

    def test_a_limit_of_users_closes_registration(self, instance: Instance, http: httpx.Client) -> None:
        instance.state.custom_config["signup"]["limit"] = 1
        assert http.get("/api/v1/config").json()["signup"]["allowed"] is False
        assert http.post("/api/v1/users/register", json=APPLICANT).status_code == 403

    def test_requests_are_not_taken(self, http: httpx.Client) -> None:
        assert http.post("/api/v1/users/registrations/request", json=REQUEST).status_code == 400


class TestByRequest:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            admin_password="root-password", signup="approval", direct_rate_limits=RAISED_RATE_LIMITS
        )

    def test_nobody_registers_directly(self, http: httpx.Client) -> None:
        assert http.post("/api/v1/users/register", json=APPLICANT).status_code == 403
        assert http.get("/api/v1/config").json()["signup"]["requiresApproval"] is True

    def test_an_accepted_applicant_signs_in(
        self, outbox: Outbox, http: httpx.Client, root: Person, person: MakePerson
    ) -> None:
        asked = http.post("/api/v1/users/registrations/request", json=REQUEST).json()
        assert asked["state"] == {"id": 1, "label": "Pending"}
        assert asked["emailVerified"] is False
        assert sign_in(root)[1].json()["code"] == "account_waiting_for_approval"
        assert verify(http, link_in(outbox[0])).status_code == 204
        path = f"/users/registrations/{asked['id']}/accept"
        assert person()("POST", path, json={"moderationResponse": "Hello"}).status_code == 403
        assert person(role=1)("POST", path, json={"moderationResponse": "Hello"}).status_code == 204
        assert root("POST", path, json={"moderationResponse": "Hello"}).status_code == 409
        assert outbox[-1][0] == "maria@example.org"
        maria, answer = sign_in(root)
        assert answer.status_code == 200
        (listed,) = root("GET", "/users/registrations").json()["data"]
        assert listed["user"]["id"] == maria("GET", "/users/me").json()["id"]
        assert listed["moderationResponse"] == "Hello"

    def test_a_rejected_applicant_does_not(self, outbox: Outbox, http: httpx.Client, root: Person) -> None:
        asked = http.post("/api/v1/users/registrations/request", json=REQUEST).json()
        body = {"moderationResponse": "Sorry", "preventEmailDelivery": True}
        assert root("POST", f"/users/registrations/{asked['id']}/reject", json=body).status_code == 204
        assert len(outbox) == 1
        assert sign_in(root)[1].json()["code"] == "account_approval_rejected"

    def test_a_forgotten_request_frees_its_names(self, http: httpx.Client, root: Person) -> None:
        for _ in range(2):
            asked = http.post("/api/v1/users/registrations/request", json=REQUEST)
            assert asked.status_code == 200
            again = http.post("/api/v1/users/registrations/request", json={**REQUEST, "username": "joan"})
            assert again.status_code == 409
            assert root("DELETE", f"/users/registrations/{asked.json()['id']}").status_code == 204
            assert root("DELETE", f"/users/registrations/{asked.json()['id']}").status_code == 404

    def test_requests_are_searched_and_sorted(self, http: httpx.Client, root: Person) -> None:
        for name in ("anna", "berta"):
            body = {**REQUEST, "username": name, "email": f"{name}@example.org", "channel": None}
            http.post("/api/v1/users/registrations/request", json=body)
        names = [one["username"] for one in root("GET", "/users/registrations").json()["data"]]
        assert names == ["berta", "anna"]
        found = root("GET", "/users/registrations?search=ANN&sort=createdAt").json()
        assert (found["total"], found["data"][0]["username"]) == (1, "anna")


class TestClosed:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(admin_password="root-password", signup="closed")

    @pytest.mark.parametrize("path", ["register", "registrations/request"])
    def test_nobody_gets_in(self, http: httpx.Client, path: str) -> None:
        assert http.post(f"/api/v1/users/{path}", json=REQUEST).status_code == 403
