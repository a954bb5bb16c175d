"""Runs the commands of the harness as a person or a CI job does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

CLI = "peertube_conformance.conformance.cli"
PACKAGES = ("peertube_conformance.conformance", "peertube_conformance.stateful")
_FOREIGN = ("PEERTUBE_CONFORMANCE_", "PYTEST_", "COLUMNS")


def python_module(module: str, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -m module` in a folder, without this session's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**inherited, "PEERTUBE_CONFORMANCE_STATE_DIR": str(folder / "state"), **environment},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that a run ended with, which was unusable from the beginning."""
    output = done.stdout + done.stderr
    assert done.returncode == 4, output
    assert not re.search(r"Traceback|INTERNALERROR|File \"", output), output
    (reported,) = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    assert "collected" not in output
    return reported.removeprefix("ERROR: ")
