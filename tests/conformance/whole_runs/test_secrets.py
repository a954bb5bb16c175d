"""Secrets are in no file, no console line, no attachment, no curl line and no process list."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from peertube_conformance.fixtures.mailboxes.open_by_url import SmtpSink
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.whole_runs.recording_proxy import listening
from tests.conformance.whole_runs.run_process import Running, running
from tests.fixtures.imap_server import CERTIFICATE, ImapServer, imap_serving
from tests.fixtures.redis_servers import redis_server

_OPTION = "PEERTUBE_CONFORMANCE_"
PLANTED = {
    f"{_OPTION}ADMIN_PASSWORD": "planted-admin-pässword &1",
    f"{_OPTION}MAILBOX_PASSWORD": "planted-mailbox-password",
    f"{_OPTION}BUDGET_PASSWORD": "planted-budget-password",
}
COOKIE, PROXY = "planted-cookie-value", "planted-proxy-password"
# Shorter ones are made up, and are found everywhere.
_SHORTEST = 5
# The contract has it as the example of a one-time code; accounts without two-factor authentication take any.
_EXAMPLES = {"123456"}
# Signing in and out, tokens of videos and feeds, two-factor authentication, and verification by mail.
OPERATIONS = "*[TVv][owe][kor]*"


def spellings(secret: str) -> Iterator[str]:
    """How a secret may be written in a file."""
    if secret.isdigit():
        # A one-time code; six digits are found in any large file.
        yield f'"{secret}"'
        yield f": {secret}'"
        return
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
    yield secret.encode("unicode_escape").decode()


def process_list(run: Running) -> str:
    """The command lines of everything that this user runs, gathered until the run ends."""
    seen: set[str] = set()
    while run.process.poll() is None:
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                seen.add(file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        with contextlib.suppress(Exception):
            run.process.wait(0.2)
    return "\n".join(seen)


class Delivering(SmtpSink):
    """Hands the mail of the instance to an IMAP server."""

    def __init__(self, folder: Path, imap: ImapServer) -> None:
        super().__init__(folder)
        self.imap = imap

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.imap.deliver(envelope.content)
        return "250 stored"


@pytest.fixture
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivering]:
    with imap_serving(ImapServer(password=PLANTED[f"{_OPTION}MAILBOX_PASSWORD"])) as imap:
        sink = Delivering(tmp_path_factory.mktemp("sink"), imap)
        sink.start()
        yield sink
        sink.stop()


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    password = PLANTED[f"{_OPTION}BUDGET_PASSWORD"]
    with redis_server(tmp_path_factory.mktemp("redis"), "--requirepass", password) as url:
        yield url


def test_no_secret_is_in_any_output(imap: Delivering, redis: str, tmp_path: Path) -> None:
    """Of a run that finds something wrong with every answer to a sign-in, told at length."""
    instance = EmbeddedInstance(smtp=imap.address)
    instance.password = PLANTED[f"{_OPTION}ADMIN_PASSWORD"]
    asked = (f"--operations={OPERATIONS}", "--depth=smoke", "-n", "2", "-k", "test_operations", "-vvv", "--showlocals")
    wrong = (b'"expires_in"', b'"ends_in"')
    with instance, listening(instance.base_url, cookie=COOKIE, spoilt=wrong) as proxy:
        given = (
            f"--base-url={proxy.base_url}",
            f"--admin-username={ADMIN_NAME}",
            f"--mailbox={imap.imap.url()}",
            f"--budget={redis}",
        )
        (tmp_path / "console").mkdir()
        console = tmp_path / "console" / "output.txt"
        environment = PLANTED | {"SSL_CERT_FILE": str(CERTIFICATE), "HTTP_PROXY": f"http://ann:{PROXY}@127.0.0.1:9"}
        with running(tmp_path, *given, *asked, output=console, **environment) as run:
            commands = process_list(run)
            run.end()
    assert run.process.returncode == 1, console.read_text()
    assert imap.imap.reported("FETCH") + imap.imap.reported("UID-FETCH"), "mail was read"
    heard = {secret for secret in proxy.secrets if len(secret) > _SHORTEST} - _EXAMPLES
    secrets = heard | set(PLANTED.values()) | {COOKIE, PROXY}
    assert len(secrets) > 20, "the proxy heard what passed"
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"run.json", "report.html", "junit.xml", "exchanges.ndjson", "output.txt"}
    assert any("allure-results" in str(file) for file in files)
    reported = {str(file.relative_to(tmp_path)): file.read_text("utf-8", "replace") for file in files}
    reported["process list"] = commands
    found = {
        (where, text[max(0, text.index(spelling) - 80) : text.index(spelling) + 80])
        for secret in secrets
        for spelling in spellings(secret)
        for where, text in reported.items()
        if spelling in text
    }
    assert found == set()
