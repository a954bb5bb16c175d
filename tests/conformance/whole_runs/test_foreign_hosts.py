"""Whatever addresses a target answers, a run contacts nothing but the target."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.fixtures.altering_proxy import Answered, altering

ROOT = Path(__file__).parents[3]
# What asks for files, follows exports, opens uploads and walks through lists.
_TESTS = [
    "conformance/test_files.py",
    "conformance/test_private_files.py",
    "conformance/test_feeds.py",
    "conformance/test_pagination.py",
    "conformance/test_operations.py",
    "stateful/test_export_import.py",
    "stateful/test_resumable_upload.py",
]
_MEMBER = re.compile(rb'"(\w*[uU]rl|path|\w*Path|url|next|previous|href)":"[^"]*"')
_LINK = re.compile(rb"(https?:)?//localhost:\d+")


@dataclass
class Elsewhere:
    """A port that nobody has a reason to contact."""

    address: str
    connections: int = 0


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    with socket.create_server(("127.0.0.2", 0)) as server:
        found = Elsewhere(f"http://127.0.0.2:{server.getsockname()[1]}")

        def accept() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                found.connections += 1
                line.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


class Misleading:
    """Puts another host into every address, and answers every fifth read of the second half of a run with a redirect."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.altered: Counter[str] = Counter()
        self._reads = 0

    def __call__(self, answer: Answered) -> Answered:
        fields = tuple((name, self._field(name, value)) for name, value in answer.fields)
        content = answer.content
        if b"json" in dict(fields).get("content-type", "").encode() or "/feeds/" in answer.path:
            content = _MEMBER.sub(self._member, content)
            content = _LINK.sub(self._address.encode(), content)
        self._reads += answer.method == "GET"
        if answer.method == "GET" and self._reads > 60 and self._reads % 5 == 0:
            self.altered["redirect"] += 1
            fields = (*fields, ("Location", f"{self._address}{answer.target}"))
            return replace(answer, status=302, fields=fields, content=b"")
        return replace(answer, fields=fields, content=content)

    def _field(self, name: str, value: str) -> str:
        if name.lower() not in {"location", "link", "content-location", "refresh"}:
            return value
        self.altered[name.lower()] += 1
        return re.sub(r"^((https?:)?//[^/]*)?", self._address, value)

    def _member(self, found: re.Match[bytes]) -> bytes:
        self.altered[found[1].decode()] += 1
        value = found[0].partition(b":")[2].strip(b'"')
        path = re.sub(rb"^(https?:)?//[^/]*", b"", value)
        return b'"' + found[1] + b'":"' + self._address.encode() + path + b'"'


def test_nothing_but_the_target_is_contacted(tmp_path: Path) -> None:
    with elsewhere() as other, EmbeddedInstance() as instance:
        misleading = Misleading(other.address)
        with altering(instance.base_url, misleading) as base_url:
            command = [sys.executable, "-m", "pytest", *_TESTS, f"--base-url={base_url}", "--safety=sandbox"]
            command += [f"--admin-username={ADMIN_NAME}", "--depth=smoke", "--max-time=30", "-p", "no:cacheprovider"]
            command += [f"--report-dir={tmp_path / 'report'}"]
            environment = {
                **os.environ,
                "PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": instance.password,
                "PEERTUBE_CONFORMANCE_STATE_DIR": str(tmp_path / "state"),
            }
            ran = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400, check=False
            )
        assert (tmp_path / "report" / "run.json").exists(), ran.stdout
        assert other.connections == 0
        host, _, port = other.address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.recv(1)
        assert other.connections == 1, "it would have been seen"
    kinds = {"redirect", "location", "fileUrl", "fileDownloadUrl", "torrentUrl", "privateDownloadUrl", "playlistUrl"}
    assert kinds <= set(misleading.altered), misleading.altered
