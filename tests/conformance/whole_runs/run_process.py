"""A run as a process of its own, to be ended in every way that a process can be."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.command_line import CLI

_FOREIGN = ("PEERTUBE_CONFORMANCE_", "PYTEST_", "COLUMNS")
_PATIENCE_SECONDS = 300.0


@dataclass
class Running:
    """A run that is under way in `folder`; its report goes to `folder/report`, its ledgers to `folder/state`."""

    folder: Path
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)

    @property
    def report(self) -> Path:
        """The report directory."""
        return self.folder / "report"

    @property
    def document(self) -> dict[str, Any]:
        """The run document."""
        document: dict[str, Any] = json.loads((self.report / "run.json").read_text())
        return document

    def wait_for_exchanges(self, count: int) -> None:
        """Waits until so many exchanges were recorded."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < ends and self.process.poll() is None:
            if self.exchanges() >= count:
                return
            time.sleep(0.02)
        if self.process.poll() is not None:
            self.end()
        raise AssertionError(f"{self.exchanges()} exchanges; {self.text()}")

    def exchanges(self) -> int:
        """How many exchanges were recorded."""
        return sum(line["kind"] == "exchange" for line in self.recorded())

    def recorded(self) -> list[dict[str, Any]]:
        """The lines of the parts that are whole."""
        lines = [
            line
            for part in sorted((self.report / "parts").glob("*.ndjson"))
            for line in part.read_bytes().split(b"\n")[:-1]
        ]
        return [json.loads(line) for line in lines]

    def workers(self) -> list[int]:
        """The processes of xdist's workers."""
        children = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", r"sys\.stdin\.readline"],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(line) for line in children.stdout.split()]

    def signal(self, number: signal.Signals) -> None:
        """Sends the controller a signal."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Waits for the end; returns the exit code."""
        output, _ = self.process.communicate(timeout=_PATIENCE_SECONDS)
        self.output.append(output or "")
        return self.process.returncode

    def text(self) -> str:
        """What was printed so far, once the run has ended."""
        return "".join(self.output)

    def ledger(self) -> list[dict[str, Any]]:
        """The lines of every ledger that was left."""
        return [
            json.loads(line)
            for file in (self.folder / "state").glob("*.ledger.ndjson")
            for line in file.read_text().splitlines()
        ]


@contextmanager
def running(folder: Path, *arguments: str, output: Path | None = None, **environment: str) -> Iterator[Running]:
    """Starts `peertube-conformance run`; it is killed where the test leaves it running. What it prints goes to the file
    `output`, if there is to be one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    state = {"PEERTUBE_CONFORMANCE_STATE_DIR": str(folder / "state"), "TMPDIR": str(folder)}
    printed = output.open("w") if output is not None else None
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", CLI, "run", "--report-dir", "report", "-q", *arguments],
        cwd=folder,
        env={**inherited, **state, **environment},
        stdout=printed or subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    if printed is not None:
        printed.close()
    run = Running(folder, process)
    try:
        yield run
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdout is not None:
            process.stdout.close()
        process.wait()


def without_traceback(text: str) -> bool:
    """Whether a person sees words, and no stack."""
    return not re.search(r"Traceback|INTERNALERROR|File \"", text)
