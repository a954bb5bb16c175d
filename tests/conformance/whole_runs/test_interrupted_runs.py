"""A run that is cut short leaves a readable report of what ran, a complete ledger, and the right exit code."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.command_line import CLI, python_module
from tests.conformance.whole_runs.run_process import Running, running, without_traceback

# Enough of them that the run is still under way when it is cut.
MANY = ("--operations=get*", "--depth=thorough", "-k", "test_operations")


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedInstance]:
    with EmbeddedInstance() as instance:
        yield instance


@contextmanager
def against(target: EmbeddedInstance, folder: Path, *arguments: str) -> Iterator[Running]:
    given = (f"--base-url={target.base_url}", f"--admin-username={ADMIN_NAME}")
    with running(folder, *given, *MANY, *arguments, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=target.password) as run:
        yield run


@pytest.mark.parametrize(("number", "workers"), [(signal.SIGINT, "0"), (signal.SIGTERM, "2"), (signal.SIGHUP, "0")])
def test_an_interruption_cleans_up_and_reports(
    number: signal.Signals, workers: str, target: EmbeddedInstance, tmp_path: Path
) -> None:
    with against(target, tmp_path, "-n", workers) as run:
        run.wait_for_exchanges(30)
        run.signal(number)
        assert run.end() == 2, run.text()
    document = run.document
    assert document["exitCode"] == 2
    assert document["totals"]["exchanges"] >= 30
    assert document["ledger"]["left"] == []
    assert document["ledger"]["created"] == document["ledger"]["removed"] > 0
    assert "INTERRUPTED" in run.text()
    assert without_traceback(run.text()), run.text()
    assert {file.name for file in run.report.iterdir()} >= {
        "report.html",
        "summary.md",
        "junit.xml",
        "exchanges.ndjson",
    }
    assert run.ledger() == [], "a ledger with nothing left is removed"
    assert left_in(tmp_path) == []


def left_in(folder: Path) -> list[str]:
    """Private folders, which hold tokens, that are still there."""
    return [path.name for path in folder.glob("peertube-conformance-*")]


def test_what_a_killed_worker_was_running_is_run_a_second_time(target: EmbeddedInstance, tmp_path: Path) -> None:
    with against(target, tmp_path, "-n", "2", "--depth=smoke", "--operations=getA*") as run:
        # More than set-up sends.
        run.wait_for_exchanges(25)
        os.kill(run.workers()[0], signal.SIGKILL)
        assert run.end() == 0, run.text()
    document = run.document
    assert document["ledger"]["left"] == []
    assert run.ledger() == []
    said = re.findall(r"worker gw\d was killed during (test_\w+\[\w+\]): this test is run a second time", run.text())
    assert len(said) == 2, "when it is killed, and in the summary"
    assert {entry["verdict"] for entry in document["operations"]} == {"passed"}
    assert without_traceback(run.text()), run.text()


def test_a_killed_controller_leaves_a_readable_record_and_a_ledger_to_reap(
    target: EmbeddedInstance, tmp_path: Path
) -> None:
    with against(target, tmp_path, "-n", "2") as run:
        run.wait_for_exchanges(30)
        run.signal(signal.SIGKILL)
        assert run.end() == -signal.SIGKILL
        assert len(run.recorded()) >= 30
        assert any(line.get("do") == "created" for line in run.ledger())
        session = session_in(tmp_path)
        assert is_signed_in(target, session)
        secret = {"PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": target.password, "TMPDIR": str(tmp_path)}
        reported = python_module(CLI, tmp_path, "report", "report")
        assert reported.returncode == 0, reported.stderr
        assert run.document["exitCode"] == 2
        assert run.document["totals"]["exchanges"] >= 30
        assert (run.report / "report.html").exists()
        given = (f"--base-url={target.base_url}", f"--admin-username={ADMIN_NAME}")
        reaped = python_module(CLI, tmp_path, "reap", *given, **secret)
        assert reaped.returncode == 0, reaped.stdout + reaped.stderr
        said = reaped.stdout.splitlines()
        planned = {line.removeprefix("would remove: ") for line in said if line.startswith("would remove: ")}
        assert planned == {line.removeprefix("removed: ") for line in said if line.startswith("removed: ")}
        assert len(planned) > 1
        assert not [line for line in said if line.startswith(("left", "skipped"))]
    assert run.ledger() == []
    assert left_in(tmp_path) == []
    assert not is_signed_in(target, session)


def session_in(folder: Path) -> str:
    """The token that a killed run had as the administrator."""
    (state,) = folder.glob("peertube-conformance-*/run.json")
    token: str = json.loads(state.read_text())["accounts"]["root"]["token"]
    return token


def is_signed_in(target: EmbeddedInstance, token: str) -> bool:
    answer = httpx.get(f"{target.base_url}/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 200


def test_a_full_disk_ends_the_run_in_words(target: EmbeddedInstance, tmp_path: Path) -> None:
    with against(target, tmp_path) as run:
        run.wait_for_exchanges(30)
        full = max(file.stat().st_size for file in (run.report / "parts").iterdir()) + 1000
        resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (full, full))
        assert run.end() == 3, run.text()
    said = " ".join(run.text().split())
    assert "the report is not complete (File too large): raise the limit on the size of files" in said
    assert "then call `peertube-conformance report report`" in said
    assert without_traceback(run.text()), run.text()
    assert len(run.recorded()) >= 30, "what was recorded stays"
    assert run.ledger() == [], "and what was created does not"
    reported = python_module(CLI, tmp_path, "report", "report")
    assert reported.returncode == 0, reported.stderr
    assert run.document["totals"]["exchanges"] >= 30


def test_a_report_directory_that_disappears_is_made_again(target: EmbeddedInstance, tmp_path: Path) -> None:
    with against(target, tmp_path, "--depth=smoke") as run:
        run.wait_for_exchanges(30)
        # The run goes on writing meanwhile.
        run.report.rename(tmp_path / "removed")
        shutil.rmtree(tmp_path / "removed")
        # What Allure was writing at that moment may be lost.
        assert run.end() in {0, 3}, run.text()
    assert without_traceback(run.text()), run.text()
    assert run.document["totals"]["exchanges"] > 30
    assert (run.report / "allure-results").is_dir()


def test_a_directory_that_cannot_be_written_is_told_before_anything_is_made(
    target: EmbeddedInstance, tmp_path: Path
) -> None:
    with against(target, tmp_path, "--report-dir=/proc/report") as run:
        assert run.end() == 4
    assert "the report cannot be written to /proc/report" in run.text()
    assert not (tmp_path / "state").exists()


def test_a_target_that_dies_for_good_ends_the_run_soon(tmp_path: Path) -> None:
    with EmbeddedInstance() as mortal, against(mortal, tmp_path) as run:
        run.wait_for_exchanges(150)
        mortal.stop()
        assert run.end() == 2, run.text()
    (death,) = run.document["deaths"]
    assert (death["isBack"], len(death["before"])) == (False, 10)
    assert "the target stopped answering" in run.text()
    assert run.document["ledger"]["left"] != []
    assert run.ledger() != [], "what is left can be reaped"
