"""What only one of two runs could judge is neither a regression nor a fix."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.reports import Verdict
from peertube_conformance.reports.comparison.change import Kind
from peertube_conformance.reports.comparison.compare import compare
from peertube_conformance.spec.deviations import Deviation
from tests.reports.comparison.compared_runs import WRONG, page
from tests.reports.conftest import NewRun, SampleRun


def ended(run: SampleRun, **facts: Any) -> dict[str, Any]:
    for operation in run.contract.operations:
        run.ended(operation.id, Verdict.PASSED)
    run.facts |= facts
    return run.document()


@pytest.mark.parametrize("verdict", [Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED, Verdict.BLOCKED, Verdict.ERROR])
def test_findings_of_an_operation_that_is_no_longer_tested_are_no_fixes(new_run: NewRun, verdict: Verdict) -> None:
    before, after = new_run(), new_run()
    before.saw("getVideos", 200, page(), WRONG, times=8)
    after.saw("getVideos", 200, page(), times=8)
    later = ended(after)
    entry = next(o for o in later["operations"] if o["operationId"] == "getVideos")
    entry |= {"verdict": verdict.value, "reason": "no such feature"}
    (group,) = compare(ended(before), later).groups
    assert (group.kind, group.message) == (Kind.UNJUDGED, "1 operation: no such feature")
    assert group.includes == "1 finding of PT-BODY-02"
    assert [change.kind for change in group.echoes] == [Kind.UNJUDGED]


def test_what_is_not_judged_for_one_reason_is_one_entry(sound: dict[str, Any]) -> None:
    after = copy.deepcopy(sound)
    for entry in after["operations"][:2]:
        entry |= {"verdict": "not-applicable", "reason": "the instance does not offer hls"}
    passed = [entry for entry in after["requirements"] if entry["verdict"] == "passed"]
    passed[0] |= {"verdict": "not-applicable", "reason": "the instance does not offer hls"}
    passed[1] |= {"verdict": "no-evidence", "reason": "no exchange of this run tests it"}
    groups = compare(sound, after).groups
    assert [group.message for group in groups] == [
        f"2 operations, 1 requirement ({passed[0]['id']}): the instance does not offer hls",
        f"1 requirement ({passed[1]['id']}): no exchange of this run tests it",
    ]
    assert [group.advice.partition(" ")[0] for group in groups] == ["Enable", "Run"]
    assert "less was judged, for 2 reasons" in compare(sound, after).sentence


# What only the later harness checks


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda document: None, Kind.REGRESSION),
        (lambda document: document["requirements"].remove(_of(document, "PT-BODY-02")), Kind.NEWLY_CHECKED),
        (lambda document: document["harness"].update(checks=["another"]), Kind.NEWLY_CHECKED),
        (lambda document: document["harness"].update(checks=["a_check"]), Kind.REGRESSION),
    ],
)
def test_what_the_earlier_harness_did_not_check_is_no_regression(
    new_run: NewRun, change: Callable[[dict[str, Any]], object], kind: Kind
) -> None:
    before, after = new_run(), new_run()
    before.saw("getVideos", 200, page(), times=8)
    after.saw("getVideos", 200, page(), WRONG, times=8)
    earlier, later = copy.deepcopy(ended(before)), copy.deepcopy(ended(after))
    later["harness"]["checks"] = ["a_check", "another"]
    change(earlier)
    comparison = compare(earlier, later)
    assert {group.kind for group in comparison.groups if group.change.is_finding} == {kind}
    assert comparison.has_regressions is (kind is Kind.REGRESSION)


def _of(document: dict[str, Any], requirement: str) -> dict[str, Any]:
    return next(entry for entry in document["requirements"] if entry["id"] == requirement)


def test_new_requirements_are_one_entry(sound: dict[str, Any]) -> None:
    before = copy.deepcopy(sound)
    passed = [entry["id"] for entry in before["requirements"] if entry["verdict"] == "passed"][:2]
    before["requirements"] = [entry for entry in before["requirements"] if entry["id"] not in passed]
    (group,) = compare(before, sound).groups
    assert group.kind is Kind.NEWLY_CHECKED
    assert group.message == f"2 requirements ({passed[0]} passed, {passed[1]} passed)"
    assert group.advice == "Nothing needs to be done."


def test_operations_that_were_not_tested_before_are_one_entry_for_each_reason(sound: dict[str, Any]) -> None:
    before = copy.deepcopy(sound)
    for entry, reason in zip(before["operations"], ("no hls", "no hls", "no mail"), strict=False):
        entry |= {"verdict": "not-applicable", "reason": reason}
    messages = [group.message for group in compare(before, sound).groups]
    assert sorted(messages) == ["was not tested before: no mail", "were not tested before: no hls"]


def test_both_harnesses_and_contracts_are_named(sound: dict[str, Any]) -> None:
    after = sound | {"harness": {"name": "peertube-conformance", "version": "0.2.0"}}
    after |= {"contract": {**sound["contract"], "version": "6.3.0"}}
    remark = compare(sound, after).remarks[1]
    assert remark == (
        "this tool: 0.1.0 with the contract of PeerTube 6.2.0 before, 0.2.0 with the contract of PeerTube 6.3.0 after"
    )


@pytest.mark.parametrize(("version", "kind"), [("0.1.0", Kind.REGRESSION), ("0.0.9", Kind.NEWLY_CHECKED)])
def test_a_finding_that_is_no_longer_explained(new_run: NewRun, version: str, kind: Kind) -> None:
    before, after = new_run(), new_run()
    before.deviations = [Deviation("total", ("getVideos|PT-BODY-02|200|*",), "server", "A slip.", "Seen.")]
    for run in (before, after):
        run.saw("getVideos", 200, page(), WRONG, times=8)
    earlier = ended(before, harness={"name": "peertube-conformance", "version": version})
    (change,) = [change for change in compare(earlier, ended(after)).changes if change.is_finding]
    assert (change.kind, change.note) == (kind, "known as total before")
