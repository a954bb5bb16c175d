"""Secrets are in no file, no console line, no attachment, no curl line and no process list."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from peertube_conformance.fixtures.embedded import ADMIN_NAME, EmbeddedInstance
from tests.conformance.cut_short import Running, running
from tests.conformance.listening_proxy import listening
from tests.fixtures.servers import free_port

PLANTED = {
    "PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": "planted-admin-pässword &1",
    "PEERTUBE_CONFORMANCE_MAILBOX_PASSWORD": "planted-mailbox-password",
    "PEERTUBE_CONFORMANCE_BUDGET_PASSWORD": "planted-budget-password",
}
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


def test_no_secret_is_in_any_output(tmp_path: Path) -> None:
    mail = f"127.0.0.1:{free_port()}"
    instance = EmbeddedInstance(smtp=mail)
    instance.password = PLANTED["PEERTUBE_CONFORMANCE_ADMIN_PASSWORD"]
    asked = (f"--operations={OPERATIONS}", "--depth=smoke", "-n", "2", "-k", "test_operations")
    with instance, listening(instance.base_url) as proxy:
        given = (f"--base-url={proxy.base_url}", f"--admin-username={ADMIN_NAME}", f"--mailbox=smtp://{mail}")
        (tmp_path / "console").mkdir()
        console = tmp_path / "console" / "output.txt"
        with running(tmp_path, *given, *asked, output=console, **PLANTED) as run:
            commands = process_list(run)
            run.end()
    assert run.process.returncode in {0, 1}, console.read_text()
    heard = {secret for secret in proxy.secrets if len(secret) > _SHORTEST} - _EXAMPLES
    secrets = heard | set(PLANTED.values())
    assert len(secrets) > 20, "the proxy heard what passed"
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"run.json", "report.html", "exchanges.ndjson", "output.txt"}
    assert any("allure-results" in str(file) for file in files)
    told = {str(file.relative_to(tmp_path)): file.read_text("utf-8", "replace") for file in files}
    told["process list"] = commands
    found = {
        (where, text[max(0, text.index(spelling) - 80) : text.index(spelling) + 80])
        for secret in secrets
        for spelling in spellings(secret)
        for where, text in told.items()
        if spelling in text
    }
    assert found == set()
