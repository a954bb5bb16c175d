"""The limits that the reference states, and what clients are told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from peertube_conformance.fixtures.instance.rate_limits import Client, client_of
from peertube_conformance.fixtures.instance.settings import RAISED_RATE_LIMITS, Settings

if TYPE_CHECKING:
    from tests.instance.conftest import Clock, MakePerson


@pytest.fixture
def settings() -> Settings:
    return Settings(admin_password="root-password")


def told(answer: httpx.Response) -> tuple[int, int]:
    return int(answer.headers["x-ratelimit-limit"]), int(answer.headers["x-ratelimit-remaining"])


def call(
    http: httpx.Client, times: int, path: str = "/api/v1/config", address: str = "192.0.2.1"
) -> list[httpx.Response]:
    return [http.get(path, headers={"X-Forwarded-For": address}) for _ in range(times)]


def test_the_fifty_first_call_is_one_too_many(http: httpx.Client, clock: Clock) -> None:
    answers = call(http, 51)
    assert [told(answer) for answer in answers] == [(50, 49 - number) for number in range(50)] + [(50, 0)]
    assert {answer.status_code for answer in answers[:50]} == {200}
    refused = answers[50]
    assert refused.status_code == 429
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.json()["title"] == "Too Many Requests"
    assert 9 <= int(refused.headers["retry-after"]) <= 10
    assert all("retry-after" not in answer.headers for answer in answers[:50])


def test_the_window_begins_with_its_first_hit_and_ends(http: httpx.Client, clock: Clock) -> None:
    first = call(http, 1)[0]
    clock.advance(seconds=9)
    assert told(call(http, 1)[0]) == (50, 48)
    assert int(first.headers["x-ratelimit-reset"]) >= clock.time.timestamp()
    clock.advance(seconds=2)
    assert told(call(http, 1)[0]) == (50, 49)


def test_each_address_has_its_own_window(http: httpx.Client) -> None:
    call(http, 51)
    assert told(call(http, 1, address="192.0.2.2")[0]) == (50, 49)
    assert told(call(http, 1, address="203.0.113.9, 192.0.2.1")[0]) == (50, 0)


def test_every_known_route_counts_whatever_its_answer(http: httpx.Client, clock: Clock) -> None:
    for method, path in [
        ("HEAD", "/config"),
        ("GET", "/users/me"),
        ("DELETE", "/config"),
        ("GET", "/users/x"),
    ]:
        http.request(method, f"/api/v1{path}", headers={"X-Forwarded-For": "192.0.2.1"})
    for method, path in [("GET", "/ping"), ("GET", "/nope"), ("OPTIONS", "/config")]:
        http.request(method, f"/api/v1{path}", headers={"X-Forwarded-For": "192.0.2.1"})
    assert told(call(http, 1)[0]) == (50, 45)


def test_moderators_pass_and_wrong_tokens_do_not(
    http: httpx.Client, clock: Clock, person: MakePerson
) -> None:
    moderator, user = person(role=1), person()
    call(http, 50)
    headers = {"X-Forwarded-For": "192.0.2.1"}
    passed = moderator("GET", "/accounts", headers=headers)
    assert (passed.status_code, told(passed)) == (200, (50, 0))
    assert "retry-after" in passed.headers
    assert user("GET", "/accounts", headers=headers).status_code == 429
    wrong = {**headers, "Authorization": "Bearer nope"}
    assert http.get("/api/v1/users/me", headers=wrong).status_code == 401
    assert http.get("/api/v1/accounts", headers=wrong).status_code == 429


def test_sign_in_has_a_bucket_inside(http: httpx.Client, clock: Clock) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1"}
    answers = [http.post("/api/v1/users/token", data={"n": "1"}, headers=headers) for _ in range(16)]
    assert [told(answer) for answer in answers[:2]] == [(15, 14), (15, 13)]
    assert [answer.status_code for answer in answers[14:]] == [400, 429]
    assert 299 <= int(answers[15].headers["retry-after"]) <= 300
    assert told(call(http, 1)[0]) == (50, 33)


def test_only_successful_registrations_count(http: httpx.Client, clock: Clock) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1"}

    def register(name: str) -> httpx.Response:
        body = {"username": name, "password": "secret", "email": f"{name}@example.org"}
        return http.post("/api/v1/users/register", json=body, headers=headers)

    assert [told(register("A")) for _ in range(3)] == [(2, 1)] * 3
    assert [register(name).status_code for name in ("a1", "b1", "c1")] == [204, 204, 429]
    assert register("D").status_code == 429


def test_verification_mails_share_a_bucket(http: httpx.Client) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1"}
    paths = ["ask-send-verify-email", "registrations/ask-send-verify-email"] * 2
    answers = [
        http.post(f"/api/v1/users/{path}", json={"email": "a@b.example"}, headers=headers) for path in paths
    ]
    assert [answer.status_code for answer in answers] == [204, 204, 204, 429]


class TestRaised:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(admin_password="root-password", direct_rate_limits=RAISED_RATE_LIMITS)

    def test_only_callers_without_a_proxy_have_more_room(self, http: httpx.Client) -> None:
        assert told(http.get("/api/v1/config")) == (100_000_000, 99_999_999)
        assert told(call(http, 1)[0]) == (50, 49)


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("::1", "198.51.100.7, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "192.0.2.1, 127.0.0.1", "192.0.2.1"),
        ("127.0.0.1", " , ", "127.0.0.1"),
        ("192.0.2.9", "192.0.2.1", "192.0.2.9"),
    ],
)
def test_only_a_proxy_on_this_machine_is_believed(peer: str, forwarded_for: str | None, address: str) -> None:
    assert client_of(peer, forwarded_for) == Client(address, forwarded=address != peer)
