"""A run that is cut at any moment says so in a line, has the right exit code, and leaves what `report` and `reap` use."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance
from tests.conformance.command_line import CLI, python_module
from tests.conformance.whole_runs.run_process import Running, running, without_traceback

FEW = ("--operations=getC*", "--depth=smoke", "-k", "test_operations")
DEADLY = "test_valid[getConfig]"
ROOT = Path(__file__).parents[3]
nightly = pytest.mark.nightly


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedInstance]:
    with EmbeddedInstance() as instance:
        yield instance


@contextmanager
def against(target: EmbeddedInstance, folder: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    folder.mkdir(exist_ok=True)
    given = (f"--base-url={target.base_url}", f"--admin-username={ADMIN_NAME}", *FEW)
    environment["PEERTUBE_CONFORMANCE_ADMIN_PASSWORD"] = target.password
    with running(folder, *given, *arguments, output=None, **environment) as run:
        yield run


@contextmanager
def cut(target: EmbeddedInstance, folder: Path, moment: str, signals: str, *arguments: str) -> Iterator[Running]:
    """A run that is cut at this moment."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    plugin = ("-p", "tests.conformance.whole_runs.cutting")
    with against(target, folder, *plugin, *arguments, CUT=moment, SIGNALS=signals, PYTHONPATH=path) as run:
        yield run


def command(target: EmbeddedInstance, folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    secret = {"PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": target.password, "TMPDIR": str(folder)}
    return python_module(CLI, folder, name, *arguments, **secret)


def reap(target: EmbeddedInstance, folder: Path) -> subprocess.CompletedProcess[str]:
    return command(target, folder, "reap", f"--base-url={target.base_url}", f"--admin-username={ADMIN_NAME}")


def users(target: EmbeddedInstance) -> list[str]:
    """The names of all users of the instance."""
    api = f"{target.base_url}/api/v1"
    form = {**httpx.get(f"{api}/oauth-clients/local").json(), "grant_type": "password"}
    form |= {"username": ADMIN_NAME, "password": target.password}
    token = httpx.post(f"{api}/users/token", data=form).json()["access_token"]
    page = httpx.get(f"{api}/users?count=100", headers={"Authorization": f"Bearer {token}"}).json()
    return [user["username"] for user in page["data"]]


def verdicts(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {entry["operationId"]: (entry["verdict"], entry["reason"]) for entry in document["operations"]}


@pytest.mark.parametrize(
    ("moment", "signals", "workers", "code"),
    [
        pytest.param("set-up", "SIGINT", "0", 2, marks=nightly),
        pytest.param("set-up", "SIGHUP", "2", 2, marks=nightly),
        ("workers", "SIGINT", "2", 2),
        pytest.param("workers", "SIGTERM", "2", 2, marks=nightly),
        pytest.param("collection", "SIGTERM", "0", 2, marks=nightly),
        pytest.param("collection", "SIGINT", "2", 2, marks=nightly),
        pytest.param("test", "SIGHUP", "2", 2, marks=nightly),
        pytest.param("test", "SIGTERM", "2", 2, marks=nightly),
        pytest.param("clean-up", "SIGTERM", "2", 2, marks=nightly),
        # Everything ran and was removed by then.
        pytest.param("report", "SIGINT", "0", 0, marks=nightly),
        ("clean-up", "SIGINT,SIGINT", "2", 2),
        pytest.param("test", "SIGINT,SIGINT", "0", 2, marks=nightly),
        pytest.param("report", "SIGHUP,SIGTERM", "0", 2, marks=nightly),
    ],
)
def test_signals_at_any_moment(  # noqa: PLR0917 - one argument for each column
    moment: str, signals: str, workers: str, code: int, target: EmbeddedInstance, tmp_path: Path
) -> None:
    with cut(target, tmp_path, moment, signals, "-n", workers) as run:
        assert run.end() == code, run.text()
    text = run.text()
    assert without_traceback(text), text
    assert "KeyboardInterrupt" not in text
    first, *more = signals.split(",")
    if more:
        line = text.strip().splitlines()[-1]
        assert line.startswith(f"stopped immediately by {more[0]}: "), text
        assert ("nothing is left" if moment == "report" else "left; remove it with: ") in line
        assert line.endswith("write the report with: peertube-conformance report report")
        assert command(target, tmp_path, "report", "report").returncode == 0
    elif code:
        assert f"by {first}" in text or f"because of {first}" in text
    if moment != "set-up":
        assert run.document["exitCode"] == (code if moment == "report" else 2)
    if not more:
        assert run.ledger() == []
    reaped = reap(target, tmp_path)
    assert reaped.returncode == 0, reaped.stdout + reaped.stderr
    assert run.ledger() == []
    assert users(target) == [ADMIN_NAME]
    assert list(tmp_path.glob("peertube-conformance-*")) == []


def test_without_space_for_the_ledger_nothing_more_is_created(target: EmbeddedInstance, tmp_path: Path) -> None:
    with cut(target, tmp_path, "ledger", "", "-n", "0", "--operations=addUser") as run:
        assert run.end() == 3, run.text()
    text = run.text()
    assert without_traceback(text), text
    said = " ".join(text.split())
    assert "cannot be written (No space left on device): free some space in " in said
    assert "; until then nothing is created" in said
    verdict, reason = verdicts(run.document)["addUser"]
    assert verdict == "blocked"
    assert "until then nothing is created" in reason
    assert run.document["ledger"]["left"] == []
    assert run.ledger() == []
    assert users(target) == [ADMIN_NAME]


@nightly
def test_an_item_that_kills_its_workers_is_blocked_and_the_rest_runs(target: EmbeddedInstance, tmp_path: Path) -> None:
    with cut(target, tmp_path, "kill", DEADLY, "-n", "2") as run:
        assert run.end() == 3, run.text()
    assert without_traceback(run.text()), run.text()
    found = verdicts(run.document)
    verdict, reason = found.pop("getConfig")
    assert verdict == "blocked"
    assert reason.startswith(f"each worker that ran {DEADLY} was killed (gw")
    assert {one for one, _ in found.values()} == {"passed"}
    assert reason in " ".join(run.text().split())
    assert run.ledger() == []
    assert users(target) == [ADMIN_NAME]


@nightly
def test_two_runs_at_once_and_a_reap_meanwhile_leave_each_other_alone(target: EmbeddedInstance, tmp_path: Path) -> None:
    state = {"PEERTUBE_CONFORMANCE_STATE_DIR": str(tmp_path / "state"), "TMPDIR": str(tmp_path)}
    with (
        against(target, tmp_path / "one", "--operations=getA*", **state) as one,
        against(target, tmp_path / "other", "--operations=getA*", **state) as other,
    ):
        one.wait_for_exchanges(5)
        other.wait_for_exchanges(5)
        reaped = reap(target, tmp_path)
        assert reaped.returncode == 0, reaped.stdout + reaped.stderr
        assert reaped.stdout.count("is in use: wait until that run has ended") == 2
        assert "removed: " not in reaped.stdout
        assert [one.end(), other.end()] == [0, 0], one.text() + other.text()
    for run in (one, other):
        assert run.document["ledger"]["left"] == []
        assert run.document["ledger"]["created"] == run.document["ledger"]["removed"] > 0
    assert [path.name for path in (tmp_path / "state").iterdir()] == []
    assert users(target) == [ADMIN_NAME]


@contextmanager
def small_file_system(folder: Path, size: str) -> Iterator[None]:
    """Mounts a small file system in a folder; skips the test where that is not permitted."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@nightly
def test_without_space_before_the_first_test_nothing_is_left(target: EmbeddedInstance, tmp_path: Path) -> None:
    with small_file_system(tmp_path / "report", "16k"), against(target, tmp_path) as run:
        assert run.end() == 4, run.text()
    assert "ERROR: the report is not complete (No space left on device): free some space in report\n" in run.text()
    assert without_traceback(run.text()), run.text()
    assert run.ledger() == []
    assert users(target) == [ADMIN_NAME]


@nightly
@pytest.mark.parametrize("size", ["400k", "2m"])
def test_a_small_file_system_holds_what_there_is_space_for(size: str, target: EmbeddedInstance, tmp_path: Path) -> None:
    report = tmp_path / "report"
    with small_file_system(report, size):
        with against(target, tmp_path, "--operations=get*") as run:
            assert run.end() == 3, run.text()
        text = run.text()
        assert without_traceback(text), text
        said = " ".join(text.split())
        assert (
            "the report is not complete (No space left on device): free some space in report, then call "
            "`peertube-conformance report report`"
        ) in said
        subprocess.run(["mount", "-o", "remount,size=50m", report], check=True)
        reported = command(target, tmp_path, "report", "report")
        assert reported.returncode == 0, reported.stderr
        assert json.loads((report / "run.json").read_text())["schemaVersion"] >= 1
    assert run.ledger() == []
    assert users(target) == [ADMIN_NAME]
