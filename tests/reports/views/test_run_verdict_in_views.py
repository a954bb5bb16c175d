"""Every view of a run says the same verdict with the same numbers, and agrees with the exit code."""

from __future__ import annotations

from typing import Any

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from peertube_conformance.reports import Level, Verdict
from peertube_conformance.reports.run_document.run_verdict import EXIT_CODES, Answer, Ending, RunVerdict, concluded
from peertube_conformance.reports.views.allure import allure_files
from peertube_conformance.reports.views.badge import badge
from peertube_conformance.reports.views.console import lines
from peertube_conformance.reports.views.html.page import page
from peertube_conformance.reports.views.junit import junit
from peertube_conformance.reports.views.markdown import summary
from peertube_conformance.reports.views.sarif import sarif

_SLIP = "getVideo|PT-ERR-03|404|/response/body/status"
_TEXT = st.sampled_from(["", "it broke"])
_ENDINGS = st.builds(Ending, interrupted=_TEXT, harness_failure=_TEXT, strict=st.booleans())
_VERDICTS = st.sampled_from([verdict for verdict in Verdict if verdict is not Verdict.NO_EVIDENCE])
_OPERATIONS = st.lists(st.tuples(_VERDICTS, st.sampled_from(["", _SLIP])), min_size=4, max_size=4)
_STOPS = st.lists(st.builds(lambda it: {"reason": "it ended early", "unjudgeable": it}, st.booleans()), max_size=2)


def _consistent(entry: dict[str, Any], verdict: Verdict, cause: str) -> dict[str, Any]:
    return {**entry, "verdict": verdict.value, "reason": "", "blockedBy": cause if verdict is Verdict.BLOCKED else ""}


@given(data=st.data(), ending=_ENDINGS, fail_on=st.sampled_from(Level), weak=st.booleans())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_every_view_says_the_same(
    faulty: dict[str, Any], data: st.DataObject, ending: Ending, fail_on: Level, weak: bool
) -> None:
    stopped = data.draw(_STOPS)
    operations = [
        _consistent(entry, *drawn) for entry, drawn in zip(faulty["operations"], data.draw(_OPERATIONS), strict=True)
    ]
    findings = [
        {**finding, "level": "should" if weak else "must", "deviation": data.draw(st.sampled_from([None, "known-id"]))}
        for finding in faulty["findings"]
    ]
    new = any(finding["deviation"] is None for finding in findings)
    is_counting = new and not (weak and fail_on is Level.MUST)
    # As the document's builder has it: operations fail by findings that count, and by no others.
    if not is_counting:
        operations = [
            {**entry, "verdict": "passed"} if entry["verdict"] in {"failed", "not-implemented"} else entry
            for entry in operations
        ]
    known = sum(finding["deviation"] is not None for finding in findings)
    errors = [f"{entry['operationId']} valid: it broke" for entry in operations if entry["verdict"] == "error"]
    document = concluded(
        faulty
        | {
            "operations": operations,
            "findings": findings,
            "totals": {**faulty["totals"], "knownFindings": known, "newFindings": len(findings) - known},
            "errors": errors,
            "stopped": stopped,
            "failOn": fail_on.value,
            "tests": data.draw(st.sampled_from([["operations"], ["operations", "flows"], []])),
            "deviations": {"used": [], "stale": data.draw(st.sampled_from([[], ["gone"]]))},
        },
        ending,
    )
    agrees(document)


def agrees(document: dict[str, Any]) -> None:
    """Asserts that all views of the document have its verdict."""
    verdict = RunVerdict.from_json(document["runVerdict"])
    code, headline = document["exitCode"], verdict.headline
    assert code == EXIT_CODES[verdict.answer]
    assert headline == f"{verdict.answer} ({verdict.tested} of {verdict.offered} tested)"
    assert badge(document)["message"] == headline
    assert badge(document)["isError"] is (code != 0)
    assert lines(document, 300)[0].startswith(headline.replace(verdict.answer, verdict.answer.upper()) + ": ")
    assert summary(document).splitlines()[0].endswith(f" {headline.capitalize()}")
    root = lxml.html.document_fromstring(page(document))
    assert root.findtext(".//title").startswith(f"{headline.capitalize()}: ")
    assert " ".join(root.find(".//h1").text_content().split()) == headline.capitalize()
    (run,) = sarif(document)["runs"]
    assert run["invocations"][0]["exitCode"] == code
    assert run["invocations"][0]["exitCodeDescription"].startswith(headline)
    assert run["invocations"][0]["executionSuccessful"] is (code in {0, 1})
    assert f"verdict={headline}".encode() in allure_files(document)["environment.properties"]
    in_junit(document, verdict)


def in_junit(document: dict[str, Any], verdict: RunVerdict) -> None:
    """Asserts that JUnit has a failure or an error exactly where the exit code is not 0."""
    root = etree.fromstring(junit(document))
    (case,) = root.xpath("//testcase[@name='verdict']")
    (outcome,) = case
    expected = {0: "system-out", 1: "failure"}.get(document["exitCode"], "error")
    assert outcome.tag == expected
    assert verdict.headline in (outcome.get("message") or outcome.text)
    if document["exitCode"] == 0:
        assert (root.get("failures"), root.get("errors")) == ("0", "0")


@pytest.mark.parametrize("name", ["sound", "faulty", "known", "hostile", "empty", "flood"])
def test_the_views_of_recorded_runs_agree(name: str, request: pytest.FixtureRequest) -> None:
    agrees(request.getfixturevalue(name))


def test_the_answers_have_different_words() -> None:
    assert len({answer.value.split(" (")[0] for answer in Answer}) == len(Answer) == len(EXIT_CODES)
