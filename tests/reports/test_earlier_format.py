"""A report that was written before exchanges carried their defect and the id of their situation is read as before.

`earlier_format/` is such a report, cut to two operations and four requirements.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.cli import main
from peertube_conformance.reports import Finding, Intent, Situation, Verdict
from peertube_conformance.reports.comparison.change import Kind
from peertube_conformance.reports.comparison.compare import compare
from peertube_conformance.reports.merge import merge
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import clean_document
from peertube_conformance.reports.report_directory.report_folder import ReportFolder
from peertube_conformance.reports.run_document.run_json import read_run
from peertube_conformance.spec import Defect, load_contract
from tests.reports.conftest import NewRun, SampleRun
from tests.reports.written_report import write_all

EARLIER = Path(__file__).parent / "earlier_format"
ABSENT = Situation("absent-resource", "a thing that does not exist")
UNWATCHED = Situation("moderator-filter-anonymously", "A moderator's filter without signing in")
FOREIGN = Situation("wrong-token", "a token that was never issued")


@pytest.fixture
def earlier() -> dict[str, Any]:
    return dict(read_run(EARLIER))


def _again(run: SampleRun, absent: int, *findings: Finding) -> dict[str, Any]:
    """The same run, recorded now; things that do not exist are answered with this status."""
    run.facts |= {"contract": {**run.facts["contract"], "source": "bundled peertube-6.2"}}
    count, start = Defect("query", "/count", "maximum"), Defect("query", "/start", "minimum")
    run.saw("getVideos", 200, {"total": 1, "data": [{"id": 7}]}, times=2)
    run.saw("getVideos", 400, {}, intent=Intent.INVALID, purpose=count, times=2)
    run.saw("getVideos", 400, {}, intent=Intent.INVALID, purpose=start)
    run.saw("getVideos", 401, {}, intent=Intent.PROVOKED, purpose=UNWATCHED, role="anonymous")
    run.saw("getVideo", 200, {})
    run.ended("getVideo", Verdict.PASSED)
    run.saw("getVideo", absent, {}, *findings, intent=Intent.PROVOKED, purpose=ABSENT, times=3)
    run.saw("getVideo", 404, {}, intent=Intent.UNAUTHORISED, purpose=FOREIGN, role="anonymous")
    return run.document()


def test_it_has_the_earlier_form(earlier: dict[str, Any]) -> None:
    assert all("situations" in entry and "situationIds" not in entry for entry in earlier["operations"])
    assert [finding["exchange"].keys() & {"defect", "situation"} for finding in earlier["findings"]] == [set()] * 2


def test_every_view_shows_it(earlier: dict[str, Any], tmp_path: Path) -> None:
    write_all(clean_document(earlier, Redactor()), tmp_path)
    reported = (tmp_path / "report.html").read_text()
    for text in (
        "invalid: query/count maximum, sent as user",
        "meant to cause an error: a thing that does not exist, sent as user",
    ):
        assert text in reported
    assert main(["report", str(tmp_path)]) == 0


def test_it_is_the_baseline_of_a_later_run(earlier: dict[str, Any], new_run: NewRun) -> None:
    document = _again(new_run(load_contract("6.2")), 404)
    changes = compare(earlier, document).changes
    by_subject = {change.subject: change.kind for change in changes if change.kind is not Kind.NEW}
    assert by_subject["getVideos|PT-STATUS-04|200|/request/query/count"] is Kind.FIX
    assert by_subject["getVideo|PT-STATUS-08|410|/response/status/404"] is Kind.FIX
    assert by_subject["unauthorised: a token that was never issued (anonymous)"] is Kind.STATUS
    assert "provoked: a thing that does not exist (user)" not in by_subject


def test_its_exchanges_are_merged(earlier: dict[str, Any], tmp_path: Path) -> None:
    with ReportFolder(tmp_path / "whole") as folder:
        document, _ = merge([EARLIER], folder)
    reported = {finding["fingerprint"]: finding["exchange"] for finding in document["findings"]}
    assert reported.keys() == {finding["fingerprint"] for finding in earlier["findings"]}
    invalid = reported["getVideos|PT-STATUS-04|200|/request/query/count"]
    assert invalid["defect"] == {"location": "query", "pointer": "/count", "keyword": "maximum"}
    absent = reported["getVideo|PT-STATUS-08|410|/response/status/404"]
    assert (absent["violation"], absent["defect"], absent["situation"]) == (ABSENT.text, None, None)
    situations = {entry["operationId"]: entry["situations"] for entry in document["operations"]}
    assert situations == {entry["operationId"]: entry["situations"] for entry in earlier["operations"]}
    lines = (tmp_path / "whole" / "exchanges.ndjson").read_text().splitlines()
    assert len([line for line in lines if json.loads(line)["kind"] == "exchange"]) == 10
