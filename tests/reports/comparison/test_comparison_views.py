"""A comparison as text, Markdown, page and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.reports.comparison.compare import Comparison, compare
from peertube_conformance.reports.views.comparison import lines, rendered, summary
from tests.reports.comparison.compared_runs import WRONG, Run, answers, page


@pytest.fixture
def several(reported: Callable[..., Comparison]) -> Comparison:
    """A regression, and a change of shape that two operations share."""

    def before(run: Run) -> None:
        answers(page())(run)
        run.saw("getVideo", 200, {"id": 1}, times=8)
        run.saw("getVideos", 200, {"id": 1}, role="admin", times=8)

    def after(run: Run) -> None:
        run.saw("getVideos", 200, page(), WRONG, times=8, headers={"x-new": "1"})
        run.saw("getVideo", 200, {"id": 1}, times=8, headers={"x-new": "1"})
        run.saw("getVideos", 200, {"id": 1}, role="admin", times=8, headers={"x-new": "1"})

    return reported(before, after)


def test_in_the_terminal(several: Comparison) -> None:
    text = lines(several, 100)
    assert text[0].startswith("1 regression, 1 other change in 4 operations: PeerTube 6.2.0")
    assert "regressions (1)" in text
    assert "      expected type, got 2" in text
    assert any(line.startswith("      curl ") for line in text)
    assert "  getVideo, getVideos: header x-new is now sent" in text


def test_as_markdown(several: Comparison, sound: dict[str, Any]) -> None:
    text = summary(several)
    assert text.startswith("# ❌ 1 regression")
    assert "## Regressions" in text
    assert "```sh" in text
    assert summary(compare(sound, sound)).startswith("# ✅ no change")


def test_as_a_page(several: Comparison, sound: dict[str, Any], hostile: dict[str, Any]) -> None:
    reported = rendered(several, "html")
    assert reported.startswith("<!doctype html>")
    assert f"<h1>{several.to_json()['regressions']} regression" in reported
    assert "curl -sS" in reported
    assert "http:" not in reported.partition("</style>")[0]
    assert "<h1>No regression</h1>" in rendered(compare(sound, sound), "html")
    assert "<img" not in rendered(compare(sound, hostile), "html")


def test_as_json(several: Comparison) -> None:
    members = json.loads(rendered(several, "json"))
    assert members["regressions"] == 1
    assert [change["kind"] for change in members["changes"]] == ["regression", "shape", "shape"]
    assert [group["kind"] for group in members["groups"]] == ["regression", "shape"]
    assert members["groups"][1]["entries"][0]["operations"] == ["getVideo", "getVideos"]


def test_a_hostile_run_steers_nothing(sound: dict[str, Any], hostile: dict[str, Any]) -> None:
    comparison = compare(sound, hostile)
    assert "\x1b" not in "".join(lines(comparison, 100))
    outside_code = "".join("".join(line.split("``")[::2]) for line in summary(comparison).splitlines())
    assert "<img" not in outside_code.replace("\\<img", "")
    json.loads(rendered(comparison, "json"))


def test_what_may_be_chance_is_told_apart(reported: Callable[..., Comparison]) -> None:
    comparison = reported(answers(page({"id": 1}), 2), answers(page({"id": 1, "language": "fr"}), 2))
    text = lines(comparison, 120)
    assert text[0].startswith("no change")
    assert text[-1] == "  getVideos: /data/*/language added (string) in 200"
    assert "1 further difference is not statistically significant" in summary(comparison)
