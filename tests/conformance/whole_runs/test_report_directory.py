"""A run writes to a report folder only what is its own to write, and says so before it sends anything."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.conformance.command_line import CLI, one_sentence, python_module
from tests.conformance.whole_runs.run_process import running
from tests.fixtures.raw_servers import Line, behaving

CHOSEN = ("--operations=getConfig", "--depth=smoke", "-k", "test_operations", "-q")


def never(_line: Line) -> None:
    """Whatever is sent is counted all the same."""


def ended(folder: Path) -> int:
    """How a short run into `report` ends."""
    with running(folder, *CHOSEN) as run:
        return run.end()


@pytest.mark.parametrize(
    "name", ["run.json", "parts/gw0.ndjson", "parts/main.ndjson", "allure-results/environment.properties"]
)
def test_a_folder_of_somebody_s_own_is_refused_before_anything_is_sent(name: str, tmp_path: Path) -> None:
    own = tmp_path / "report" / name
    own.parent.mkdir(parents=True)
    own.write_text("my own")
    with behaving(never) as server:
        given = (f"--base-url={server.base_url}", "--report-dir=report")
        done = python_module(CLI, tmp_path, "run", *given, *CHOSEN)
    assert f"report/{name} was not written by peertube-conformance" in one_sentence(done)
    assert server.heads == []
    assert [file.name for file in (tmp_path / "report").rglob("*") if file.is_file()] == [own.name]
    assert own.read_text() == "my own"


def test_files_beside_the_report_stay(tmp_path: Path) -> None:
    own = [tmp_path / "report" / name for name in ("notes.txt", "parts/photo.jpg", "allure-results/a/b.json")]
    for file in own:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("my own")
    assert ended(tmp_path) == 0
    assert [file.read_text() for file in own] == ["my own"] * 3
    assert (tmp_path / "report" / "run.json").is_file()


def test_one_run_at_a_time_and_after_a_kill_the_next(tmp_path: Path) -> None:
    long = ("--operations=get*", "--depth=thorough", "-k", "test_operations", "-n", "2")
    with running(tmp_path, *long) as first:
        first.wait_for_exchanges(10)
        second = python_module(CLI, tmp_path, "run", "--report-dir=report", *CHOSEN)
        assert "another run or command is writing its report to report" in one_sentence(second)
        read = python_module(CLI, tmp_path, "report", "report")
        assert (read.returncode, read.stdout) == (4, "")
        os.killpg(first.process.pid, signal.SIGKILL)
        first.end()
        read = python_module(CLI, tmp_path, "report", "report")
        assert read.returncode == 0, read.stderr
        assert first.document["totals"]["exchanges"] >= 10
    assert ended(tmp_path) == 0
    assert [entry["operationId"] for entry in first.document["operations"]] == ["getConfig"]
    assert not (tmp_path / "report" / "parts").exists()
