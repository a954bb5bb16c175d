"""Commands that are measured: what they took, and what the instance saw of them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance

HERE = Path(__file__).parent
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SAMPLE_SECONDS = 0.1


@dataclass
class Counted(EmbeddedInstance):
    """The embedded instance, which counts."""

    fault: str = ""

    def program(self) -> list[str]:
        """The launcher that counts."""
        return [sys.executable, str(HERE / "counted.py"), *(["--fault", self.fault] if self.fault else [])]

    def seen(self) -> dict[str, float]:
        """Requests so far, and processor seconds."""
        found: dict[str, float] = httpx.get(f"{self.base_url}/counted").json()
        return found

    def token(self) -> str:
        """A new token of the administrator."""
        api = f"{self.base_url}/api/v1"
        client = httpx.get(f"{api}/oauth-clients/local").json()
        form = {**client, "grant_type": "password", "username": ADMIN_NAME, "password": self.password}
        token: str = httpx.post(f"{api}/users/token", data=form).json()["access_token"]
        return token


@dataclass
class Took:
    """One command: requests that arrived, wall and processor seconds of its processes, and the most memory they held.

    `checks` are judgements, `first` the seconds until the first finding, None where there was none.
    """

    requests: int
    seconds: float
    cpu: float
    memory_mb: float
    checks: int = 0
    first: float | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds a request."""
        return 1000 * self.cpu / max(1, self.requests)


@contextmanager
def served(fault: str = "") -> Iterator[tuple[Counted, str]]:
    """A fresh instance with mail, and the URL by which a run takes that mail in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Counted(smtp=f"127.0.0.1:{port}", signup="approval", server_version="6.3.0", fault=fault) as instance:
        yield instance, f"smtp://127.0.0.1:{port}"


def harness(*arguments: str, fault: str = "", workers: int = 1) -> Took:
    """`peertube-conformance run` with these arguments on a fresh instance."""
    with served(fault) as (instance, mailbox), tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "peertube_conformance.conformance.cli", "run"]
        command += ["--base-url", instance.base_url, "--admin-username", ADMIN_NAME, "--safety", "disposable"]
        command += ["--mailbox", mailbox, "--report-dir", "report", *arguments]
        command += [] if workers == 1 else ["-n", str(workers)]
        secret = {"PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": instance.password}
        took = _taken(command, Path(folder), instance, secret)
        exchanges = Path(folder) / "report" / "exchanges.ndjson"
        if exchanges.exists():
            _read_exchanges(exchanges, took)
        return took


def _read_exchanges(path: Path, took: Took) -> None:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            took.checks += len(entry.get("evidence", ()))
            if entry["kind"] in {"exchange", "finding"} and entry["findings"]:
                since = entry["at"] - took.details["began"]
                took.first = since if took.first is None else min(took.first, since)


def plain(contract: Path, *arguments: str, fault: str = "", failing: str = "") -> Took:
    """`schemathesis run` with these arguments on a fresh instance; `failing` is the check whose failure is a finding."""
    with served(fault) as (instance, _), tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(contract), "--url", instance.base_url]
        command += ["-H", f"Authorization: Bearer {instance.token()}", "--seed", "1"]
        # It would sign itself out, and meet 401 from then on.
        command += ["--exclude-operation-id", "revokeOAuthToken", "--continue-on-failure"]
        command += ["--report", "ndjson", "--report-dir", "report", *arguments]
        took = _taken(command, Path(folder), instance, {})
        for path in (Path(folder) / "report").glob("*.ndjson"):
            _read_events(path, took, failing)
        return took


def _read_events(path: Path, took: Took, failing: str) -> None:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line).get("ScenarioFinished")
            if event is None:
                continue
            for checks in event["recorder"].get("checks", {}).values():
                took.checks += len(checks)
                failed = any(check["status"] == "failure" and check["name"] == failing for check in checks)
                if failed and took.first is None:
                    took.first = event["timestamp"] - took.details["began"]


def _taken(command: Sequence[str], folder: Path, instance: Counted, secret: dict[str, str]) -> Took:
    before = instance.seen()["requests"]
    began, started = time.time(), time.monotonic()
    state = folder / "state"
    environment = {**os.environ, **secret, "PEERTUBE_CONFORMANCE_STATE_DIR": str(state), "XDG_CACHE_HOME": str(state)}
    with (folder / "output.txt").open("w") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        peak = [0.0]
        done = threading.Event()
        watching = threading.Thread(target=_watch, args=(process.pid, peak, done))
        watching.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        done.set()
        watching.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        # Its figures would be of something else.
        kept = Path(tempfile.gettempdir()) / f"benchmark-{secrets.token_hex(3)}.txt"
        shutil.copy(folder / "output.txt", kept)
        raise RuntimeError(f"{command[2]} ended with {process.returncode}; what it printed is in {kept}")
    requests = int(instance.seen()["requests"] - before)
    details = {"began": began, "exit": process.returncode}
    return Took(requests, seconds, used.ru_utime + used.ru_stime, peak[0], details=details)


def _watch(pid: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(_SAMPLE_SECONDS):
        peak[0] = max(peak[0], sum(_resident(each) for each in _tree(pid)))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _resident(pid: int) -> float:
    """Megabytes."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6
    except (OSError, IndexError):
        return 0.0
