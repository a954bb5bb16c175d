"""The pytest plugin: one item per operation and phase, nothing at all in anybody else's session, and honest outcomes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from peertube_conformance.conformance.execution.current_test import CurrentTest
from peertube_conformance.conformance.execution.outcome import Outcome
from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin import plugin
from peertube_conformance.conformance.pytest_plugin.item_results import conclude
from peertube_conformance.fixtures.timing.deadline import Deadline
from peertube_conformance.reports import Finding, Level, Verdict
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import Operation, load_contract
from tests.conformance.command_line import CLI, PACKAGES, python_module
from tests.fixtures.servers import response, serving

CONTRACT = load_contract()
QUICKLY = ("-p", "no:cacheprovider", "-p", "no:schemathesis")
PHASES = ("test_valid", "test_invalid", "test_access", "test_refusals")


def test_collecting_sends_nothing_and_finds_four_items_per_operation(tmp_path: Path) -> None:
    with serving(response(500)) as server:
        done = python_module(CLI, tmp_path, "run", "--collect-only", "-q", f"--base-url={server.base_url}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (server.requests, server.connections) == ([], 0)
    assert list(tmp_path.iterdir()) == [], "nothing is written"
    items = [line.partition("::")[2] for line in done.stdout.splitlines() if "test_operations.py::" in line]
    assert Counter(items) == Counter(
        f"{phase}[{operation.id}]" for phase in PHASES for operation in CONTRACT.operations
    )


def test_the_choice_of_operations_reaches_pytest_through_either_door(tmp_path: Path) -> None:
    chosen = ("--operations=getVideo", "--collect-only", "-q")
    through_pytest = python_module("pytest", tmp_path, "--pyargs", *PACKAGES, *chosen, *QUICKLY)
    items = [line.partition("::")[2] for line in through_pytest.stdout.splitlines() if "test_operations.py::" in line]
    assert sorted(items) == sorted(f"{phase}[getVideo]" for phase in PHASES), through_pytest.stdout


@pytest.mark.parametrize(
    ("chosen", "hand_written", "flows"),
    [
        ("--operations=getPublicWebVideoFile", {"test_whole[public]", "test_head[public]"}, set()),
        ("--operations=getSyndicated*", {"test_videos[rss]", "test_comments[atom]", "test_acceptable"}, set()),
        ("--operations=getUserInfo", {"test_credentials", "test_exposed_headers"}, {"test_my_user", "test_avatars"}),
        ("--tags=Video Feeds", {"test_podcast", "test_subscriptions[json]"}, set()),
    ],
)
def test_narrowing_picks_the_tests_that_judge_the_chosen_operations(
    tmp_path: Path, chosen: str, hand_written: set[str], flows: set[str]
) -> None:
    done = python_module(CLI, tmp_path, "run", "--collect-only", "-q", chosen)
    items = {line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line}
    assert hand_written | flows <= items, done.stdout + done.stderr
    assert not items & {"test_whole[download]", "test_deleting_twice[video]", "test_unknown_route", "test_history"}


def test_where_time_is_short_every_operation_comes_once_before_any_comes_twice(tmp_path: Path) -> None:
    chosen = ("--operations=getVideo*", "--collect-only", "-q")
    done = python_module(CLI, tmp_path, "run", *chosen, "--max-time=60")
    items = [
        line.partition("::")[2].partition("[")[0] for line in done.stdout.splitlines() if "test_operations.py::" in line
    ]
    changes = [name for before, name in zip(["", *items], items, strict=False) if name != before]
    assert changes == ["test_valid", "test_access", "test_refusals", "test_invalid"]


FOREIGN = """
import sys

def test_nothing_of_ours_is_loaded(pytestconfig):
    assert pytestconfig.pluginmanager.hasplugin("peertube_conformance")
    ours = [name for name in sys.modules if name.startswith("peertube_conformance.")]
    slow = ("conformance.execution", "conformance.generation", "conformance.pytest_plugin.controller", "fixtures.http")
    assert [name for name in ours if name.partition(".")[2].startswith(slow)] == []
    assert pytestconfig.getoption("peertube_seed") is None
"""


def test_the_plugin_is_inert_in_sessions_of_others(tmp_path: Path) -> None:
    (tmp_path / "test_foreign.py").write_text(FOREIGN)
    # Even settings that no run could begin with say nothing here.
    done = python_module(
        "pytest",
        tmp_path,
        "-q",
        *QUICKLY,
        PEERTUBE_CONFORMANCE_SEED="nonsense",
        PEERTUBE_CONFORMANCE_REPORT_DIR="report",
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["test_foreign.py"]


# Outcomes


class Recorded:
    """A session and an exercise that remember what they were told."""

    def __init__(self, *findings: Finding, options: Options | None = None, seconds: float = 100.0) -> None:
        self.operation = CONTRACT.operation("getVideo")
        self.options = options or Options()
        self.deadline = Deadline(time.time() + seconds)
        self.outcomes: list[tuple[str, str, Verdict, str]] = []
        self.causes: list[str] = []
        self.blocking: list[tuple[str, str]] = []
        self.session = self.recorder = self.environment = self.shared = self.missing_routes = self
        self.base_url = "http://localhost:9000"
        self.redactor = Redactor({"planted-password": "ADMIN_PASSWORD"})
        self.current = CurrentTest()
        self._findings = findings
        self._collected = 0

    def check(self) -> None:
        self.deadline.check()

    def finding(self, _base_url: str, _operation_id: str) -> Finding | None:
        return next(iter(self._findings), None)

    def outcome(self, operation_id: str, phase: str, verdict: Verdict, reason: str = "", cause: str = "") -> None:
        self.outcomes.append((operation_id, phase, verdict, reason))
        self.causes.append(cause)

    def blocked(self, test: str, reason: str) -> None:
        self.blocking.append((test, reason))

    def run(self, phase: Callable[[], Outcome]) -> Outcome:
        return phase()

    def collect(self, _operation: Operation) -> list[Finding]:
        self._collected += 1
        return list(self._findings) if self._collected > 1 else []

    def unexplained(self, findings: list[Finding]) -> list[Finding]:
        return [finding for finding in findings if finding.level is Level.MUST]


def concluded(exercise: Recorded, outcome: Outcome) -> tuple[str, str]:
    """What pytest says of the item, and why."""
    try:
        conclude(cast("Any", exercise), "valid", lambda: outcome)
    except pytest.skip.Exception as skipped:
        return "skipped", str(skipped.msg)
    except pytest.fail.Exception as failed:
        return "failed", str(failed.msg)
    return "passed", ""


WRONG = Finding("/response/body", "it is wrong", 1, 2, requirement="PT-BODY-02", curl="curl …")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_passed_is_green_and_every_outcome_is_recorded(verdict: Verdict) -> None:
    exercise = Recorded()
    result, why = concluded(exercise, Outcome(verdict, "a reason", "a fingerprint"))
    assert exercise.causes == ["a fingerprint"]
    assert exercise.blocking == ([("getVideo", "a reason")] if verdict is Verdict.BLOCKED else [])
    assert exercise.outcomes == [("getVideo", "valid", verdict, "a reason")]
    assert result == {"passed": "passed", "error": "failed"}.get(verdict, "skipped")
    assert result == "passed" or "a reason" in why


def test_a_finding_fails_the_item_and_says_how_to_repeat_it() -> None:
    result, why = concluded(Recorded(WRONG, WRONG), Outcome(Verdict.PASSED))
    assert result == "failed"
    assert why.count("it is wrong") == 1
    assert "curl …" in why
    assert "PT-BODY-02" in why


def test_a_finding_that_does_not_count_fails_nothing() -> None:
    may = Finding("/response/body", "it is odd", level=Level.MAY)
    assert concluded(Recorded(may), Outcome(Verdict.PASSED)) == ("passed", "")


def test_an_item_that_breaks_off_is_recorded_as_the_harness_s_error() -> None:
    exercise = Recorded()
    config = SimpleNamespace(stash={plugin._SESSION: exercise.session})
    item = SimpleNamespace(config=config, name="test_it", callspec=SimpleNamespace(params={"operation_id": "getVideo"}))
    for error, recorded in ((ZeroDivisionError("by\nzero"), 1), (pytest.skip.Exception("no"), 0), (None, 0)):
        exercise.outcomes.clear()
        raised = None if error is None else SimpleNamespace(value=error, typename=type(error).__name__)
        next(plugin.pytest_runtest_makereport(item, SimpleNamespace(when="call", excinfo=raised)))  # type: ignore[arg-type]
        reported = [("getVideo", "call", Verdict.ERROR, "ZeroDivisionError: by zero")]
        assert exercise.outcomes == reported[:recorded]


def test_what_is_cut_short_is_redacted_before(tmp_path: Path) -> None:
    """Half a secret is none that is known."""
    exercise = Recorded()
    item = SimpleNamespace(config=SimpleNamespace(stash={plugin._SESSION: exercise.session}), name="test_it")
    error = ValueError("x" * 293 + " planted-password")
    raised = SimpleNamespace(value=error, typename="ValueError")
    next(plugin.pytest_runtest_makereport(item, SimpleNamespace(when="call", excinfo=raised)))  # type: ignore[arg-type]
    assert "plan" not in exercise.outcomes[0][3]


def test_after_the_time_that_was_given_nothing_is_begun() -> None:
    exercise = Recorded(seconds=-1.0)
    ran: list[int] = []

    def begin() -> Outcome:
        ran.append(1)
        return Outcome(Verdict.PASSED)

    with pytest.raises(pytest.skip.Exception, match="--max-time"):
        conclude(cast("Any", exercise), "valid", begin)
    assert ran == []
    assert exercise.outcomes == [("getVideo", "valid", Verdict.NOT_TESTED, "--max-time has passed")]
    assert concluded(Recorded(seconds=1.0), Outcome(Verdict.PASSED)) == ("passed", "")
