"""Flows in the run document and its views: how each ended, and the walk that leads to a finding."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from peertube_conformance.reports import Finding, Intent
from peertube_conformance.reports.model.finding import Step
from peertube_conformance.reports.views.console import lines
from peertube_conformance.reports.views.html.page import page
from peertube_conformance.reports.views.junit import junit
from peertube_conformance.reports.views.markdown import summary
from peertube_conformance.reports.views.reproduction import replay
from tests.reports.conftest import NewRun

WALK = (
    Step("upload()", ("ANSWER=$(printf '{\"id\": 7}')", "VIDEO_1_ID=$(printf %s \"$ANSWER\" | sed 's/[^0-9]//g')")),
    Step("# the current state", ('echo "$VIDEO_1_ID" "$USER_TOKEN"',)),
)
LOST = Finding(
    at="/response/body/total", message="a video was lost", expected=1, actual=0, requirement="PT-HISTORY-01",
    check="WatchHistory", steps=WALK,
)  # fmt: skip


@pytest.fixture
def walked(new_run) -> dict:
    """A run in which one flow failed, one passed and one could not be walked."""
    run = new_run()
    run.saw("getVideos", 200, {"total": 0, "data": []}, LOST)
    for name, verdict, reason in (
        ("WatchHistory", "failed", "1 finding"),
        ("Sessions", "passed", ""),
        ("SignUp", "not-applicable", "the instance does not offer registration"),
    ):
        run.walked(name, verdict, reason)
    return run.document()


def test_the_document_has_them_in_the_order_of_their_names(walked) -> None:
    assert [flow["name"] for flow in walked["flows"]] == ["Sessions", "SignUp", "WatchHistory"]
    assert walked["totals"]["flows"]["passed"] == walked["totals"]["flows"]["failed"] == 1
    (finding,) = walked["findings"]
    assert [step["call"] for step in finding["steps"]] == ["upload()", "# the current state"]


def test_a_finding_with_a_walk_goes_before_one_without(new_run) -> None:
    run = new_run()
    alone = Finding(at=LOST.at, message="short", requirement=LOST.requirement, check="WatchHistory")
    run.saw("getVideos", 200, {}, alone)
    run.saw("getVideos", 200, {}, LOST)
    run.saw("getVideos", 200, {}, alone)
    (finding,) = run.document()["findings"]
    assert finding["message"] == "a video was lost"


def test_the_lines_of_a_walk_run_in_a_shell_and_hand_values_on(walked) -> None:
    again = replay(walked["findings"][0])
    assert again.needs == ("USER_TOKEN",)
    done = subprocess.run(
        ["sh", "-c", again.text],
        env={"USER_TOKEN": "t", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "7 t\n"


def test_the_console_tells_the_walk_and_what_was_not_walked(walked) -> None:
    reported = list(lines(walked, 100))
    assert "flows: 1 passed, 1 failed, 1 not applicable" in reported
    assert "  SignUp, not-applicable: the instance does not offer registration" in reported
    assert any(line.strip() == "# upload()" for line in reported)
    assert any(line.strip() == "set first: USER_TOKEN" for line in reported)


def test_the_pages_tell_the_walk(walked) -> None:
    html, markdown = page(walked), summary(walked)
    assert 'id="flow-watchhistory"' in html.lower()
    assert "VIDEO_1_ID=$(" in html
    assert "VIDEO_1_ID=$(" in markdown
    assert "| failed" in markdown


def test_each_flow_is_a_case(walked) -> None:
    root = ET.fromstring(junit(walked))
    (suite,) = [suite for suite in root if suite.get("name") == "flows: flows"]
    failed = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert failed == {"Sessions": [], "SignUp": ["skipped"], "WatchHistory": ["failure"]}
    assert "upload()" in (suite.findtext(".//failure") or "")


@pytest.fixture
def flows_alone(new_run: NewRun) -> dict[str, Any]:
    """Flows that called two operations, and no tests of operations."""
    run = new_run()
    run.saw("getVideos", intent=Intent.ARRANGED, times=3)
    run.saw("getVideo", intent=Intent.ARRANGED)
    run.walked("WatchHistory", "passed")
    return run.document()


def test_flows_alone_say_nothing_of_operations_one_by_one(flows_alone: dict[str, Any]) -> None:
    assert flows_alone["tests"] == ["flows"]
    for text in ("\n".join(lines(flows_alone, 100)), summary(flows_alone), page(flows_alone)):
        assert "1 of 1 flow passed" in text
        assert "perations were not tested individually, 2 of 4 were called" in " ".join(text.split())
        assert "without evidence: other tests" not in text
    assert "operations that conform" not in "\n".join(lines(flows_alone, 100))
    assert "## Not tested" not in summary(flows_alone)


def test_what_flows_judged_is_not_taken_for_enumerated_tests(new_run: NewRun) -> None:
    run = new_run()
    run.walked("WatchHistory", "passed")
    run._recorder.evidence({"PT-HISTORY-01": 3})
    assert run.document()["tests"] == ["flows"]
    run._recorder.evidence({"PT-PAGE-02": 1})
    assert run.document()["tests"] == ["enumerated", "flows"]
