"""The instance as a process of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from peertube_conformance.fixtures.instance.server import _listen
from peertube_conformance.fixtures.instance.settings import ADMIN_PASSWORD_VARIABLE
from peertube_conformance.fixtures.mailbox import MaildirMailbox, SmtpSink

COMMAND = [sys.executable, "-m", "peertube_conformance.fixtures.instance"]


class Started:
    """A started instance and where it is."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        environment = {**os.environ, ADMIN_PASSWORD_VARIABLE: "root-password", "TMPDIR": str(directory)}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert re.fullmatch(r"READY http://localhost:\d+\n", ready)
        self.base_url = ready.split()[1]

    def end(self) -> None:
        """Stops the process if it still runs."""
        self.process.terminate()
        self.process.communicate(timeout=10)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    """A mail server."""
    sink = SmtpSink(tmp_path / "mail")
    sink.start()
    yield sink
    sink.stop()


def test_registration_over_http_and_smtp(tmp_path: Path, sink: SmtpSink) -> None:
    storage = tmp_path / "storage"
    storage.mkdir()
    started = Started(
        storage, "--port", "0", "--smtp", sink.address, "--limits", "raised", "--exit-with-parent"
    )
    with httpx.Client(base_url=started.base_url, trust_env=False) as http:
        body = {"username": "maria", "password": "a-long-passphrase", "email": "maria@example.org"}
        assert http.post("/api/v1/users/register", json=body).status_code == 204
        mail = MaildirMailbox(sink.maildir).wait("maria@example.org", "verificationString=")
        link = re.search(r"userId=(\d+)&verificationString=(\w+)", mail.text)
        assert link is not None
        verification = {"verificationString": link[2]}
        answer = http.post(f"/api/v1/users/{link[1]}/verify-email", json=verification)
        assert answer.status_code == 204
        client = http.get("/api/v1/oauth-clients/local").json()
        form = {**client, "grant_type": "password", "username": "maria", "password": body["password"]}
        assert http.post("/api/v1/users/token", data=form).status_code == 200
        large = http.post("/api/v1/users/register", json={**body, "displayName": "x" * 2_000_000})
        assert large.status_code == 413
        assert http.get("/api/v1/config").headers["date"]
    assert list(storage.iterdir())
    assert started.process.stdin is not None
    started.process.stdin.close()
    assert started.process.wait(timeout=10) == 0
    assert not list(storage.iterdir())
    assert started.process.stdout is not None
    started.process.stdout.close()


def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, ADMIN_PASSWORD_VARIABLE: "root-password", "TMPDIR": str(tmp_path)}
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, "--port", port],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert ended.returncode == 4
    assert ended.stdout == ""
    assert re.fullmatch(
        rf"peertube-conformance instance: cannot listen on localhost port {port}: .+\n", ended.stderr
    )


def test_the_password_comes_by_environment_only() -> None:
    environment = {name: value for name, value in os.environ.items() if name != ADMIN_PASSWORD_VARIABLE}
    ended = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 4
    assert ADMIN_PASSWORD_VARIABLE in ended.stderr


def test_an_interrupted_instance_leaves_nothing(tmp_path: Path) -> None:
    started = Started(tmp_path)
    started.end()
    assert not list(tmp_path.iterdir())


def test_small_answers_leave_at_once() -> None:
    """asyncio turns off Nagle's algorithm, which costs 40 ms an answer, where sockets name their protocol."""
    sockets = _listen("localhost", 0)
    assert {one.proto for one in sockets} == {socket.IPPROTO_TCP}
    assert len({one.getsockname()[1] for one in sockets}) == 1
    for one in sockets:
        one.close()


def test_an_answer_leaves_in_one_piece(tmp_path: Path) -> None:
    started = Started(tmp_path, "--port", "0", "--exit-with-parent")
    host, port = started.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET /api/v1/config/about HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
    started.end()
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert length is not None
    assert len(body) == int(length[1]) > 0
