"""Known deviations: what they explain, when they are stale, and for which releases they count."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from peertube_conformance.reports import Intent
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.spec import Defect
from peertube_conformance.spec.requirements import load_requirements
from tests.reports.conftest import SampleRun
from tests.reports.run_document.built_runs import KNOWN, stale


def test_a_deviation_is_stale_only_where_it_was_judged(run: SampleRun) -> None:
    elsewhere = replace(KNOWN, id="elsewhere", fingerprint=("delVideo|*",))
    unjudged = replace(KNOWN, id="unjudged", fingerprint=("*|PT-ERR-05|*",))
    another_status = replace(KNOWN, id="another", fingerprint=("getVideo|PT-BODY-02|206|/response/body/id",))
    run.deviations = [KNOWN, elsewhere, unjudged, another_status]
    run.saw("getVideo")
    assert stale(run) == ["known-id"]


def test_a_deviation_that_another_status_replaced_is_stale(run: SampleRun) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("getVideo|PT-BODY-02|200|/response/status/404",))]
    run.saw("getVideo", 404)
    assert stale(run) == ["known-id"]


def test_a_deviation_of_several_answers_is_stale_where_all_were_judged(run: SampleRun) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("getVideo|PT-BODY-02|*", "delVideo|PT-BODY-02|*"))]
    run.saw("getVideo")
    assert stale(run) == []


@pytest.mark.parametrize(("times", "expected"), [(49, []), (50, ["known-id"])])
def test_a_deviation_of_a_value_is_stale_once_enough_were_tried(
    times: int, expected: list[str], run: SampleRun
) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("getVideos|PT-STATUS-04|200|/request/query/count",))]
    how: Any = {
        "intent": Intent.INVALID,
        "purpose": Defect("query", "/count", "maximum"),
        "evidence": ("PT-STATUS-04",),
    }
    run.saw("getVideos", 400, **how, times=times)
    run.saw("getVideos", 400, **{**how, "purpose": Defect("query", "/start", "maximum")}, times=50)
    assert stale(run) == expected


def test_what_makes_a_server_fail_is_not_known(run: SampleRun) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("getVideo|PT-STATUS-01|500|/request",))]
    run.saw("getVideo", evidence=("PT-STATUS-01",), times=100)
    assert stale(run) == []


def test_an_occasional_deviation_is_never_stale(run: SampleRun) -> None:
    run.deviations = [replace(KNOWN, occasional=True)]
    run.saw("getVideo")
    assert stale(run) == []


def test_a_part_of_the_operations_does_not_make_a_wider_deviation_stale(run: SampleRun) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("*|PT-BODY-02|200|*",)), replace(KNOWN, id="narrow")]
    run.saw("getVideo")
    run.close()
    part = [run.contract.operation("getVideo")]
    document = RunDocument(run.contract, part, load_requirements(), run.deviations, {})
    document.add(read_parts(run._folder))
    assert [entry.id for entry in document.stale_deviations()] == ["narrow"]


@pytest.mark.parametrize(
    ("version", "applies"),
    [("6.1.9", False), ("6.2.0", True), ("6.2.1-rc.1", True), ("6.3.0", True), ("6.3.1", False), ("7.0.0", False)],
)
def test_a_deviation_counts_for_its_versions(version: str, applies: bool) -> None:
    entry = replace(KNOWN, versions=("6.2.0", "6.3.0"))
    assert entry.applies_to(version, datetime.date(2026, 1, 1)) is applies
    assert KNOWN.applies_to(version, datetime.date(2026, 1, 1))


def test_a_deviation_expires() -> None:
    entry = replace(KNOWN, expires=datetime.date(2026, 1, 1))
    assert entry.applies_to("6.2.0", datetime.date(2026, 1, 1))
    assert not entry.applies_to("6.2.0", datetime.date(2026, 1, 2))


@pytest.mark.parametrize(("in_a_flow", "expected"), [(True, []), (False, ["known-id"])])
def test_what_only_a_flow_judged_is_never_stale_and_what_a_test_judged_by_hand_is(
    in_a_flow: bool, expected: list[str], run: SampleRun
) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("getVideo|PT-USER-12|200|/response/status/403",))]
    run.saw("getVideo")
    run._recorder.evidence({"PT-USER-12": 3})
    if in_a_flow:
        run._recorder.note("flow", {"name": "Any", "verdict": "passed", "requirements": {"PT-USER-12": 3}})
    assert stale(run) == expected
