"""What happens always is confirmed, what happens once is intermittent; `replay` says later whether it happens again."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.exit_codes import FINDINGS, HARNESS_FAILED, PASSED, UNUSABLE
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME
from tests.conformance.command_line import CLI
from tests.conformance.whole_runs.run_process import running
from tests.faults.occasional import Occasional, name_of
from tests.stateful.faulty_instance import FaultyInstance

_MINE = "/api/v1/users/me/videos"
_DESCRIPTION = "/api/v1/videos/[^/]+/description"
_HISTORY = "/api/v1/users/me/history/videos"
_CLEAR = "/api/v1/users/me/history/videos/remove"
_CHOSEN = (
    "(listMyVideos and (test_valid or test_invalid or test_access)) or test_watch_history"
    " or (getVideoDesc and (test_refusals or test_reading_twice))"
)


@dataclass(frozen=True)
class Kind:
    """A kind of test: a fault, a finding that shows it, and what has to be run again for that."""

    fault: Occasional
    fingerprint: str
    test: str
    part: int | None = None


_KINDS = {
    "valid": Kind(
        Occasional("GET", _MINE, 200, "emptied"),
        "listMyVideos|PT-BODY-02|200|/response/body/data",
        "test_operations.py::test_valid[listMyVideos]",
        0,
    ),
    "invalid": Kind(
        Occasional("GET", _MINE, 400, "emptied"),
        "listMyVideos|PT-BODY-02|400|/response/body/type",
        "test_operations.py::test_invalid[listMyVideos]",
        0,
    ),
    "access": Kind(
        Occasional("GET", _MINE, 401, "emptied"),
        "listMyVideos|PT-BODY-02|401|/response/body/type",
        "test_operations.py::test_access[listMyVideos]",
        0,
    ),
    "refusals": Kind(
        Occasional("GET", _DESCRIPTION, 404, "emptied"),
        "getVideoDesc|PT-BODY-02|404|/response/body/type",
        "test_operations.py::test_refusals[getVideoDesc]",
        404,
    ),
    "hand-written": Kind(
        Occasional("GET", _DESCRIPTION, 200, "emptied"),
        "getVideoDesc|PT-BODY-02|200|/response/body/description",
        "test_idempotency.py::test_reading_twice[getVideoDesc]",
    ),
    "flow": Kind(
        Occasional("GET", _HISTORY, 200, "total"),
        "listMyHistory|PT-HISTORY-02|200|/response/body/total",
        "test_history.py::test_watch_history",
    ),
    "check in a flow": Kind(
        Occasional("POST", _CLEAR, 204, "without limit"),
        "clearMyHistory|PT-RATE-01|204|/response/headers/x-ratelimit-limit",
        "test_history.py::test_watch_history",
    ),
}
_OFTEN = {"valid", "hand-written", "flow"}
_REPLAYED = [
    pytest.param(kind, id=name, marks=() if name in _OFTEN else pytest.mark.nightly) for name, kind in _KINDS.items()
]
_ALWAYS = name_of(*(kind.fault for kind in _KINDS.values()))
_ONCE = name_of(*(replace(kind.fault, times=1) for kind in _KINDS.values()))


@dataclass(frozen=True)
class Ran:
    """A run that has ended, on an instance that goes on."""

    instance: FaultyInstance
    report: Path
    code: int
    console: str
    document: dict[str, Any]

    @property
    def new(self) -> dict[str, dict[str, Any]]:
        """The new findings by fingerprint."""
        return {entry["fingerprint"]: entry for entry in self.document["findings"] if entry["deviation"] is None}


def _run(fault: str, folder: Path) -> Iterator[Ran]:
    with FaultyInstance(fault=fault) as instance:
        options = ("--base-url", instance.base_url, "--admin-username", ADMIN_NAME, "--depth", "smoke", "-n", "0")
        password = instance.password
        with running(folder, *options, "-k", _CHOSEN, PEERTUBE_CONFORMANCE_ADMIN_PASSWORD=password) as run:
            code = run.end()
            yield Ran(instance, run.report, code, run.text(), run.document)


@pytest.fixture(scope="module")
def always(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A run on an instance whose faults happen always."""
    yield from _run(_ALWAYS, tmp_path_factory.mktemp("always"))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A run on an instance whose faults happened once."""
    yield from _run(_ONCE, tmp_path_factory.mktemp("once"))


@pytest.mark.parametrize("kind", _KINDS.values(), ids=_KINDS)
def test_what_happens_always_is_confirmed(kind: Kind, always: Ran) -> None:
    assert always.code == FINDINGS, always.console
    found = always.new[kind.fingerprint]
    assert found["confirmation"] == {"state": "confirmed", "obstacle": None}
    assert found["intermittent"] is False
    assert found["recipe"] == {"test": kind.test, "part": kind.part}


@pytest.mark.parametrize("kind", _KINDS.values(), ids=_KINDS)
def test_what_happens_once_is_intermittent(kind: Kind, once: Ran) -> None:
    assert once.code == FINDINGS, once.console
    found = once.new[kind.fingerprint]
    assert found["confirmation"] == {"state": "intermittent", "obstacle": None}
    assert found["intermittent"] is True
    assert found["exchange"]["response"]["status"] == found["status"]


def test_nothing_is_left_by_repetitions(always: Ran, once: Ran) -> None:
    for ran in (always, once):
        assert ran.document["ledger"]["left"] == []
        assert ran.document["ledger"]["created"] == ran.document["ledger"]["removed"] > 0


def test_intermittent_findings_are_counted_apart_in_every_view(always: Ran, once: Ran) -> None:
    assert always.document["totals"]["intermittentFindings"] == 0
    assert "intermittent" not in always.console
    count = len(once.new)
    assert once.document["totals"]["intermittentFindings"] == count
    assert once.document["runVerdict"]["reason"] == f"{count} intermittent findings"
    assert f"{count} intermittent findings against" in " ".join(once.console.split())
    assert "## Intermittent findings" in (once.report / "summary.md").read_text()
    assert "Intermittent findings" in (once.report / "report.html").read_text()
    (verdict,) = ET.parse(once.report / "junit.xml").iterfind(".//testcase[@name='verdict']/failure")
    assert f"{count} intermittent findings" in str(verdict.text)
    assert '"intermittent": true' in (once.report / "report.sarif").read_text()


def _replayed(instance: FaultyInstance, fingerprint: str, report: Path, folder: Path, *more: str) -> tuple[int, str]:
    """Exit code and output of the command `replay`."""
    secrets = {"PEERTUBE_CONFORMANCE_ADMIN_PASSWORD": instance.password}
    ended = subprocess.run(
        [sys.executable, "-m", CLI, "replay", fingerprint, str(report), *more],
        cwd=folder,
        env={**os.environ, **secrets, "PEERTUBE_CONFORMANCE_STATE_DIR": str(folder / "state")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


def _at(instance: FaultyInstance) -> tuple[str, ...]:
    return "--base-url", instance.base_url, "--admin-username", ADMIN_NAME


@pytest.mark.parametrize("kind", _REPLAYED)
def test_replay_says_that_a_finding_happens_again(kind: Kind, always: Ran, tmp_path: Path) -> None:
    at = _at(always.instance)
    code, said = _replayed(always.instance, kind.fingerprint, always.report, tmp_path, *at)
    assert code == FINDINGS, said
    assert said.startswith(f"happens again: {kind.fingerprint}: ")
    assert len(said.splitlines()) == 1


@pytest.fixture(scope="module")
def mended() -> Iterator[FaultyInstance]:
    """An instance without a fault."""
    with FaultyInstance() as instance:
        yield instance


@pytest.mark.parametrize("kind", _REPLAYED)
def test_replay_says_that_a_finding_does_not_happen_again(
    kind: Kind, always: Ran, mended: FaultyInstance, tmp_path: Path
) -> None:
    code, said = _replayed(mended, kind.fingerprint, always.report / "run.json", tmp_path, *_at(mended))
    assert (code, said) == (PASSED, f"does not happen again: {kind.fingerprint}\n")


def test_replay_says_why_a_finding_could_not_be_tried(always: Ran, mended: FaultyInstance, tmp_path: Path) -> None:
    at = ("--base-url", mended.base_url)
    code, said = _replayed(mended, _KINDS["valid"].fingerprint, always.report, tmp_path, *at)
    assert code == HARNESS_FAILED
    assert said.startswith(f"could not be tried: {_KINDS['valid'].fingerprint}: no user account"), said


@pytest.mark.parametrize(
    ("fingerprint", "more", "expected"),
    [
        (
            "listMyVideos|PT-BODY-02|200|/response/body/dat",
            ("--base-url", "http://localhost:1"),
            "the nearest are 'listMy",
        ),
        (_KINDS["valid"].fingerprint, (), "give the URL of the instance with --base-url"),
        (_KINDS["valid"].fingerprint, ("--base-url", "http://localhost:1"), "http://localhost:1"),
    ],
)
def test_replay_refuses_what_it_cannot_use(
    fingerprint: str, more: tuple[str, ...], expected: str, always: Ran, tmp_path: Path
) -> None:
    code, said = _replayed(always.instance, fingerprint, always.report, tmp_path, *more)
    assert (code, said.startswith("ERROR: "), expected in said) == (UNUSABLE, True, True), said
