"""A curl line sends what was sent, byte for byte, from any POSIX shell, and shows no secret."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from peertube_conformance.fixtures.messages.request_draft import Upload
from peertube_conformance.reports import Request
from peertube_conformance.reports.model.variables import NamedNumber, NamedText, mark
from peertube_conformance.reports.recording.curl import curl_line
from peertube_conformance.reports.redaction.redactor import Redactor
from tests.fixtures.sample_requests import account, draft
from tests.fixtures.servers import Received, Server, response, serving

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl to replay with")
SHELLS = [shell for shell in ("sh", "bash", "dash", "ksh", "zsh") if shutil.which(shell)]
FORM = "application/x-www-form-urlencoded"
NASTY = 'it\'s "quoted" `id` $HOME ${x} $(id) \\n \\\\ %s %% ! # & ; | > * ? [a-z] {b,c} ~ é € \U0001f600'


@pytest.fixture(scope="module")
def echo() -> Iterator[Server]:
    with serving(response(204)) as server:
        yield server


def replayed(echo: Server, line: str, shell: str = "sh", **variables: str) -> Received:
    """What arrives when the line is run."""
    before = len(echo.requests)
    done = subprocess.run(
        [shell, "-c", line],
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", "BASE_URL": echo.base_url, **variables},
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b""), line
    (received,) = echo.requests[before:]
    return received


def same(received: Received, request: Request, base_url: str) -> None:
    """Holds what arrived against what was sent; curl adds fields of its own, and takes none away."""
    assert received.method == request.method
    assert base_url + received.target == request.url
    assert received.body == request.body
    for name, value in request.headers:
        assert received.headers[name.lower()] == value.strip()
    if not any(name.lower() == "content-type" for name, _ in request.headers):
        assert "content-type" not in received.headers


def check(echo: Server, request: Request, **variables: str) -> None:
    line, needs = curl_line(request, Redactor())
    assert needs == ("BASE_URL", *variables)
    for shell in SHELLS:
        same(replayed(echo, line, shell, **variables), request, echo.base_url)


BODIES: dict[str, Any] = {
    "quotes": {"name": 'it\'s "so"'},
    "unicode": {"näme": "€ \U0001f600 \u2028 \ufeff"},
    "newlines": "a\nb\n\n",
    "nasty": NASTY,
    "dollar": "$BASE_URL ${PATH} $(id) `id`",
    "at": "@/etc/hostname",
    "dash": "--data-binary",
    "percent": "%s %d %% 100%\r",
    "backslash": "\\ \\n \\0 \\x41 \\\r",
    "carriage return": "a\r\nb\r\n",
    "quote beside a carriage return": "it's \" \r",
    "nul": b"a\x00b",
    "every byte": bytes(range(256)),
    "dash before bytes": b"-n \xff",
    "dashes before bytes": b"--help\x00",
    "no text": b"\xff\xfe",
    "half a character": "é".encode()[:1],
    "digits behind a byte": b"\xff1234567",
    "one line feed": b"\n",
    "line feed before bytes": b"\n\xff\n",
}


@pytest.mark.parametrize("name", BODIES)
def test_any_body_arrives_as_it_was_sent(name: str, echo: Server) -> None:
    body = BODIES[name]
    media_type = "application/json" if isinstance(body, dict) else "text/plain"
    check(echo, draft("addThing", body=body, media_type=media_type).request(echo.base_url))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=25)
@given(st.binary(min_size=1, max_size=200) | st.text("'\"\\%$`-@ \r\n\0é", min_size=1).map(str.encode))
@example(b"\r%")
@example(b"-\r")
def test_any_bytes_arrive_as_they_were_sent(echo: Server, body: bytes) -> None:
    request = draft("addThing", body=body, media_type="application/octet-stream").request(echo.base_url)
    same(replayed(echo, curl_line(request, Redactor())[0]), request, echo.base_url)


def test_forms_and_files(echo: Server) -> None:
    body: dict[str, Any] = {"name": NASTY, "tags": ["a", "b"]}
    check(echo, draft("addThing", body=body, media_type=FORM).request(echo.base_url))
    body |= {"file": Upload("é.mp4", "video/mp4", bytes(range(256)))}
    check(echo, draft("addThing", body=body, media_type="multipart/form-data").request(echo.base_url))


@pytest.mark.parametrize("method", ["listThings", "addThing", "putMe", "purge"])
def test_without_a_body(method: str, echo: Server) -> None:
    check(echo, draft(method).request(echo.base_url))


@pytest.mark.parametrize("body", [b"", b"[]"])
def test_bodies_without_a_media_type(body: bytes, echo: Server) -> None:
    for operation in ("addThing", "purge", "listThings"):
        check(echo, draft(operation, body=body, media_type=None).request(echo.base_url))


def test_a_head_request(echo: Server) -> None:
    line, _ = curl_line(Request("HEAD", echo.base_url + "/x", marked_target="/x"), Redactor())
    received = replayed(echo, line)
    assert (received.method, received.target) == ("HEAD", "/x")


@pytest.mark.parametrize("value", ["", " ", ".", "..", NASTY, "[1-3]", "{a,b}", "%2e%2e", "a//b"])
def test_paths_and_queries_are_not_tidied(value: str, echo: Server) -> None:
    check(echo, draft("putThing", path={"id": value}, query={"channel": value}).request(echo.base_url))


@pytest.mark.parametrize("value", ["", "plain", 'it\'s "x" $HOME `id` @x', "a;b", "  ", "@file", ";"])
def test_headers(value: str, echo: Server) -> None:
    check(echo, draft("listThings", headers={"X-Odd": value, "Accept": "text/x"}).request(echo.base_url))


def test_large_bodies_come_from_a_file(echo: Server, tmp_path: Path) -> None:
    request = draft("addThing", body={"name": "x" * 5000}).request(echo.base_url)
    file = tmp_path / "it's a body"
    file.write_bytes(request.body)
    check(echo, request, BODY_FILE=str(file))


# Variables and secrets


def test_values_of_a_run_are_variables_that_the_shell_fills_in(echo: Server) -> None:
    number, name = NamedNumber(12, "THING_ID"), NamedText("it's $5 é", "NAME")
    request = draft("putThing", path={"id": number}, body={"linked": [number], "name": "x"}).request(echo.base_url)
    check(echo, request, THING_ID="12")
    multipart = {"name": name, "id": number, "other": "x"}
    request = draft("addThing", body=multipart, media_type="multipart/form-data").request(echo.base_url)
    check(echo, request, NAME=str(name), THING_ID="12")


def test_a_generated_dollar_is_no_variable(echo: Server) -> None:
    check(echo, draft("putThing", path={"id": "$THING_ID"}, body={"name": '"$THING_ID"'}).request(echo.base_url))


def test_secrets_are_variables_and_the_line_still_works(echo: Server) -> None:
    user = account()
    redactor = Redactor(user.secrets())
    body = {"username": "ann", "password": user.password, "grant_type": "password"}
    made = draft("getOAuthToken", user, body=body, media_type=FORM)
    request = made.request(echo.base_url)
    line, needs = curl_line(request, redactor)
    assert needs == ("BASE_URL", "USER_TOKEN", "USER_PASSWORD")
    assert user.token not in line
    assert user.password not in line
    same(replayed(echo, line, USER_TOKEN=user.token, USER_PASSWORD=user.password), request, echo.base_url)


@pytest.mark.parametrize("media_type", ["application/json", FORM, "multipart/form-data"])
@pytest.mark.parametrize("secret", ["pass word+1", "p@ss:w,rd!%", 'qu"ote\\back', "é€\U0001f600pass", "tail\r\n123"])
def test_a_secret_is_found_however_it_is_encoded(secret: str, media_type: str) -> None:
    redactor = Redactor({secret: "ROOT_PASSWORD"})
    body = {"username": "root", "note": secret, "deep": {"of": [secret]}}
    if media_type != "application/json":
        body.pop("deep")
    made = draft("putThing", path={"id": secret}, query={"channel": secret}, body=body, media_type=media_type)
    made.headers["X-Note"] = secret
    request = made.request("http://localhost")
    line, needs = curl_line(request, redactor)
    assert needs == ("BASE_URL", "ROOT_PASSWORD")
    assert json.dumps(request.body.decode())[1:-1] not in json.dumps(line)
    for part in (secret, secret[-3:]):
        assert part not in line


def test_an_unknown_secret_of_a_secret_field_is_a_variable(echo: Server) -> None:
    headers = {"Authorization": "Bearer abcdef123456", "Cookie": "session=abcdef"}
    line, needs = curl_line(draft("listThings", headers=headers).request(echo.base_url), Redactor())
    assert "abcdef" not in line
    assert needs[0] == "BASE_URL"
    assert len(needs) == 3


def test_the_line_shows_variables_as_such() -> None:
    request = Request("GET", "http://h/x", marked_target=f"/{mark('THING_ID')}")
    assert curl_line(request, Redactor()) == (
        'curl -sS -i --path-as-is -X GET "$BASE_URL"/"$THING_ID"',
        ("BASE_URL", "THING_ID"),
    )
