"""What all answers have in common: problem details, cross-origin headers, entity tags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from peertube_conformance.fixtures.instance.app import Application
from peertube_conformance.fixtures.instance.http import ordered
from peertube_conformance.fixtures.instance.instance import Instance
from peertube_conformance.fixtures.instance.routing import Route
from peertube_conformance.spec import Contract

if TYPE_CHECKING:
    from tests.instance.conftest import MakePerson, Person


def test_every_operation_is_answered(app: Application, contract: Contract) -> None:
    for operation in contract.operations:
        route = app._router.at(operation.path.replace("{", "").replace("}", "")).get(operation.method)
        assert isinstance(route, Route)


@pytest.mark.parametrize(
    "path", ["/api/v1/nope", "/api/v1/users/1/nope", "/nope", "/api/v1", "/api/v1//config"]
)
def test_what_does_not_exist_is_not_found(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert answer.json()["title"] == "Not Found"
    assert "x-ratelimit-limit" not in answer.headers


def test_a_wrong_method_is_refused_and_the_right_ones_named(http: httpx.Client) -> None:
    answer = http.delete("/api/v1/config")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["x-ratelimit-limit"]


def test_refused_fields_are_named(root: Person) -> None:
    answer = root("GET", "/users?count=-1&sort=nope&start=a")
    problem = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["title"] == "Bad Request"
    assert problem["error"] == problem["detail"]
    assert problem["docs"].endswith("#operation/getUsers")
    assert problem["instance"] == "/api/v1/users?count=-1&sort=nope&start=a"
    assert set(problem["invalid-params"]) == {"count", "sort", "start"}
    refused = problem["invalid-params"]["count"]
    assert (refused["location"], refused["path"], refused["param"]) == ("query", "count", "count")
    assert refused["value"] == -1
    assert refused["msg"]


def test_missing_fields_have_no_value_and_secrets_are_not_sent_back(http: httpx.Client) -> None:
    body = {"username": "A", "password": "short", "channel": {"displayName": "x"}}
    refused = http.post("/api/v1/users/register", json=body).json()["invalid-params"]
    assert "value" not in refused["email"]
    assert refused["username"]["value"] == "A"
    assert "short" not in json.dumps(refused)


@pytest.mark.parametrize(
    "identifier", ["0", "-1", "abc", "99999999999999999999", "%00", "%FF", "1.5", "%20", "٣"]
)
def test_an_impossible_id_is_refused(root: Person, identifier: str) -> None:
    assert root("GET", f"/users/{identifier}").status_code == 400


@pytest.mark.parametrize(
    "content", [b"{bad", b"NaN", b"", b"\xff", b"[" * 100_000, b"null", b'"text"', b'{"username": NaN}']
)
def test_a_body_that_is_no_valid_json_is_refused(http: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert http.post("/api/v1/users/register", content=content, headers=headers).status_code == 400


def test_lone_surrogates_do_no_harm(root: Person, person: MakePerson) -> None:
    body = (
        b'{"username":"surrogate","password":"\\ud800secret","email":"s@example.org","role":2,"x":"\\udfff"}'
    )
    assert (
        root("POST", "/users", content=body, headers={"Content-Type": "application/json"}).status_code == 200
    )
    assert (
        root(
            "POST",
            "/users",
            content=body.replace(b"role", b"\\ud800"),
            headers={"Content-Type": "application/json"},
        ).status_code
        == 400
    )


def test_a_body_of_another_type_is_refused(http: httpx.Client) -> None:
    assert http.post("/api/v1/users/register", data={"username": "maria"}).status_code in {400, 415}


def test_head_is_get_without_a_body(http: httpx.Client) -> None:
    got, asked = http.get("/api/v1/config"), http.head("/api/v1/config")
    assert asked.content == b""
    assert asked.headers["content-length"] == got.headers["content-length"]
    assert asked.headers["etag"] == got.headers["etag"]


def test_an_unchanged_answer_is_not_sent_twice(http: httpx.Client, instance: Instance) -> None:
    tag = http.get("/api/v1/config").headers["etag"]
    assert tag.startswith('W/"')
    for sent in (tag, f'"other", {tag}', "*", tag.removeprefix("W/")):
        again = http.get("/api/v1/config", headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    instance.state.custom_config["instance"]["name"] = "Changed"
    assert http.get("/api/v1/config", headers={"If-None-Match": tag}).status_code == 200


def test_errors_have_no_entity_tag(http: httpx.Client) -> None:
    assert "etag" not in http.get("/api/v1/users/me").headers


@pytest.mark.parametrize("path", ["/api/v1/config", "/api/v1/nope", "/api/v1/users/me"])
def test_every_origin_may_read_every_answer_of_the_api(http: httpx.Client, path: str) -> None:
    headers = http.get(path).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["access-control-expose-headers"] == "Retry-After"


def test_preflight(http: httpx.Client) -> None:
    answer = http.options("/api/v1/users/me", headers={"Access-Control-Request-Headers": "authorization"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET,HEAD,PUT,PATCH,POST,DELETE"
    assert answer.headers["access-control-allow-headers"] == "authorization"
    assert "x-ratelimit-limit" not in answer.headers


def test_ping_is_not_counted(http: httpx.Client) -> None:
    answer = http.get("/api/v1/ping")
    assert answer.text == "pong"
    assert "x-ratelimit-limit" not in answer.headers


def test_missing_values_sort_as_the_largest() -> None:
    rows: list[dict[str, Any]] = [{"a": None}, {"a": "b"}, {"a": "A"}]
    assert [row["a"] for row in ordered(rows, "a")] == ["A", "b", None]
    assert [row["a"] for row in ordered(rows, "-a")] == [None, "b", "A"]
    assert ordered(rows, None) == rows


@pytest.mark.parametrize("name", ["createdAt", "role"])
def test_sorting_is_stable(name: str) -> None:
    rows = [{"id": number, "createdAt": 0, "role": 2} for number in range(5)]
    for sort in (name, f"-{name}"):
        assert [row["id"] for row in ordered(rows, sort)] == [0, 1, 2, 3, 4]
