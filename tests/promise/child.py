"""Runs and reaps of the harness in processes of their own, forked from one that has loaded everything.

`python -m tests.promise.child` reads one job a line (JSON) from its standard input. For each it forks, writes the number
of the new process, and writes a second line when that has ended.
"""

from __future__ import annotations

import socket
import time

_FASTER = 20.0


def _hurry() -> None:
    """Shortens waits by letting more seconds pass for what counts them.

    To be called before anything keeps these functions.
    """
    sleep, monotonic = time.sleep, time.monotonic
    settimeout = socket.socket.settimeout
    began = monotonic()
    time.sleep = lambda seconds: sleep(float(seconds) / _FASTER)
    time.monotonic = lambda: began + (monotonic() - began) * _FASTER
    socket.socket.settimeout = lambda self, seconds: settimeout(self, seconds and seconds / _FASTER)  # type: ignore[method-assign]


if __name__ == "__main__":
    _hurry()

import contextlib  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import secrets  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import traceback  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from peertube_conformance.conformance.options import ADMIN_PASSWORD  # noqa: E402
from tests.promise import steps  # noqa: E402
from tests.promise.population import ROOT_PASSWORD  # noqa: E402

if __name__ == "__main__":
    steps.warm()
    gc.freeze()


def main() -> None:
    """Runs jobs until its standard input ends."""
    for line in sys.stdin:
        job = json.loads(line)
        number = os.fork()
        if number == 0:
            _do(job)
            os._exit(0)
        print(json.dumps({"pid": number}), flush=True)
        _, status, used = os.wait4(number, 0)
        print(json.dumps({"status": status, "seconds": used.ru_utime + used.ru_stime}), flush=True)


def _do(job: dict[str, Any]) -> None:
    folder = Path(job["folder"])
    log = os.open(folder / "child.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.environ["PEERTUBE_CONFORMANCE_STATE_DIR"] = str(folder / "state")
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    os.environ[ADMIN_PASSWORD] = ROOT_PASSWORD
    if job.get("runId"):
        _draw(job["runId"])
    notes: list[str] = []
    try:
        steps.JOBS[job["do"]](job, notes)
    except BaseException as error:  # noqa: BLE001 - how it ended is what is told
        notes.append(f"ended with {type(error).__name__}: {error}")
        traceback.print_exc()
    with contextlib.suppress(OSError):
        (folder / "notes.json").write_text(json.dumps(notes))


def _draw(run_id: str) -> None:
    """Makes the run draw this id, which is the only draw of three random bytes."""
    token_hex = secrets.token_hex

    def drawn(nbytes: int | None = None) -> str:
        return run_id if nbytes == len(run_id) // 2 else token_hex(nbytes)

    secrets.token_hex = drawn


if __name__ == "__main__":
    main()
