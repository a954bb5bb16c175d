"""One process at a time writes to a report folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.cli import main
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory.report_folder import ReportError, ReportFolder
from tests.reports.report_directory.written_folders import OWN, contents, placed
from tests.reports.written_report import write_all

HOLDER = """
import sys, time
from pathlib import Path
from peertube_conformance.reports.report_directory.report_folder import ReportFolder
folder = ReportFolder(Path(sys.argv[1]))
print("locked", flush=True)
time.sleep(60)
"""


def test_a_folder_is_one_process_s_until_it_ends_however_it_does(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path / "report"], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(ReportError, match="another run or command is writing its report to"):
            ReportFolder(tmp_path / "report")
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        ReportFolder(tmp_path / "report").close()
    finally:
        holder.kill()
        holder.communicate()


@pytest.mark.parametrize("command", ["report", "merge"])
def test_commands_do_not_write_into_a_locked_folder(
    command: str, sound: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(clean_document(sound, Redactor()), tmp_path / "run")
    before = contents(tmp_path / "run")
    with ReportFolder(tmp_path / "run"):
        assert main([command, str(tmp_path / "run"), "--report-dir", str(tmp_path / "run")]) == 4
    assert "ERROR: another run or command is writing its report to" in capsys.readouterr().err
    assert contents(tmp_path / "run") == before


@pytest.mark.parametrize("command", ["report", "merge"])
def test_commands_replace_nothing_of_somebody_s_own(
    command: str, sound: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(clean_document(sound, Redactor()), tmp_path / "run")
    placed(tmp_path, "into/report.html")
    assert main([command, str(tmp_path / "run"), "--report-dir", str(tmp_path / "into")]) == 4
    assert "report.html was not written by peertube-conformance" in capsys.readouterr().err
    assert contents(tmp_path / "into") == {"report.html": OWN.encode()}
