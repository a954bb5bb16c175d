"""A run that was compared with an earlier one says so in its views."""

from __future__ import annotations

from peertube_conformance.reports import Finding, Verdict
from peertube_conformance.reports.comparison.compare import compare
from peertube_conformance.reports.views.console import lines
from peertube_conformance.reports.views.html.page import page
from peertube_conformance.reports.views.markdown import summary

WRONG = Finding(at="/response/status", message="wrong", requirement="PT-STATUS-02", check="c")


def test_what_became_worse_is_told_first(new_run) -> None:
    before, after = new_run(), new_run()
    before.saw("getVideos", 200, {}, times=8)
    after.saw("getVideos", 200, {}, WRONG, times=8)
    for run in (before, after):
        run.ended("getVideos", Verdict.PASSED)
    document = after.document()
    document["comparison"] = compare(before.document(), document).to_json()
    assert any(line.startswith("since the baseline: 1 regression") for line in lines(document, 200))
    assert "Since the baseline: 1 regression" in summary(document)
    assert 'id="changes"' in page(document)


def test_without_a_baseline_nothing_is_said_of_one(sound_run) -> None:
    document = sound_run.document()
    assert "baseline" not in "\n".join(lines(document, 200)) + summary(document)
