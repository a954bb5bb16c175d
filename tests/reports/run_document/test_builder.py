"""The verdicts: only what was seen and found right is passed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from peertube_conformance.reports import Finding, Intent, Level, Verdict
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.spec.requirements import Requirement, load_requirements
from tests.reports.conftest import SampleRun
from tests.reports.run_document.built_runs import KNOWN, document_of, stale

LACKING = Finding("/request", "not implemented: GET …", [200], 404, requirement="PT-ROUTE-01")
WRONG = Finding("/response/body/id", "wrong", 1, 2, requirement="PT-BODY-02")


def operation(run: SampleRun, operation_id: str = "getVideo") -> dict[str, Any]:
    found: dict[str, Any] = next(o for o in run.document()["operations"] if o["operationId"] == operation_id)
    return found


def requirement(run: SampleRun, known: str) -> dict[str, Any]:
    found: dict[str, Any] = next(r for r in run.document()["requirements"] if r["id"] == known)
    return found


# Operations


def test_a_missing_route_stands_for_all_findings_of_its_operation(run: SampleRun) -> None:
    run.saw("getVideo", 404, None, WRONG, evidence=["PT-BODY-02", "PT-ERR-01"])
    run.saw("getVideo", 404, None, LACKING, evidence=["PT-ROUTE-01"])
    run.saw("getVideo", 404, None, replace(WRONG, at="/response/body/name"), evidence=["PT-BODY-02"])
    run.saw("getVideos", 200, None, WRONG)
    run.ended("getVideo", Verdict.NOT_IMPLEMENTED, "not implemented")
    assert (operation(run)["verdict"], operation(run)["reason"]) == ("not-implemented", LACKING.message)
    document = run.document()
    found = {(finding["operationId"], finding["requirement"]) for finding in document["findings"]}
    assert found == {("getVideo", "PT-ROUTE-01"), ("getVideos", "PT-BODY-02")}
    assert document["totals"]["newFindings"] == 2
    assert document["totals"]["operations"]["not-implemented"] == 1
    assert requirement(run, "PT-ROUTE-01")["verdict"] == "failed"
    # What the missing route answered is no evidence of what its operation promises.
    assert requirement(run, "PT-ERR-01")["verdict"] == "no-evidence"


def test_nothing_seen_is_not_tested(run: SampleRun) -> None:
    document = run.document()
    assert {o["verdict"] for o in document["operations"]} == {"not-tested"}
    assert {r["verdict"] for r in document["requirements"]} == {"no-evidence", "not-applicable"}
    assert all(entry["reason"] for entry in (*document["operations"], *document["requirements"]))
    assert document["totals"]["operations"]["passed"] == 0


def test_accepted_and_nothing_wrong_is_passed(run: SampleRun) -> None:
    run.saw("getVideo")
    run.ended("getVideo", Verdict.PASSED)
    assert (operation(run)["verdict"], operation(run)["reason"]) == ("passed", "")


def test_never_accepted_is_blocked(run: SampleRun) -> None:
    run.saw("getVideo", 404, intent=Intent.PROVOKED)
    run.saw("getVideo", 401, intent=Intent.UNAUTHORISED)
    run.ended("getVideo", Verdict.NO_EVIDENCE, "no valid request was accepted")
    assert (operation(run)["verdict"], operation(run)["reason"]) == ("blocked", "no valid request was accepted")


def test_what_only_prepared_other_requests_is_not_tested(run: SampleRun) -> None:
    run.saw("getVideo", intent=Intent.ARRANGED)
    run.ended("getVideo", Verdict.NOT_TESTED, "--max-time has passed")
    found = operation(run)
    assert (found["verdict"], found["reason"]) == ("not-tested", "--max-time has passed")
    assert found["statuses"] == {"200": 1}


def test_a_redirect_is_an_acceptance(run: SampleRun) -> None:
    run.saw("getVideo", 302)
    assert operation(run)["verdict"] == "passed"


def test_a_finding_is_failed_whatever_else_was_seen(run: SampleRun) -> None:
    run.saw("getVideo", 200, None, WRONG)
    run.ended("getVideo", Verdict.PASSED)
    assert (operation(run)["verdict"], operation(run)["reason"]) == ("failed", "1 finding")
    assert operation(run, "getVideos")["verdict"] == "not-tested"


def test_only_known_findings_are_known(run: SampleRun) -> None:
    run.deviations = [KNOWN]
    run.saw("getVideo", 200, None, WRONG)
    assert (operation(run)["verdict"], operation(run)["reason"]) == ("known", "known-id")
    run.saw("getVideo", 200, None, replace(WRONG, requirement="PT-BODY-04"))
    assert operation(run)["verdict"] == "failed"


@pytest.mark.parametrize("verdict", [Verdict.BLOCKED, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED])
def test_what_stood_in_the_way_is_named(verdict: Verdict, run: SampleRun) -> None:
    run.saw("getVideo", intent=Intent.ARRANGED)
    run.ended("getVideo", verdict, "there is no mail")
    run.ended("getVideo", Verdict.PASSED, phase="invalid")
    assert (operation(run)["verdict"], operation(run)["reason"]) == (verdict, "there is no mail")


@pytest.mark.parametrize("phase", ["valid", "invalid", "access", "refusals", "404"])
def test_the_harness_s_own_fault_is_an_error(phase: str, run: SampleRun) -> None:
    run.saw("getVideo", 200, None, WRONG)
    run.ended("getVideo", Verdict.PASSED)
    run.ended("getVideo", Verdict.ERROR, "it cannot be generated", phase=phase)
    assert (operation(run)["verdict"], operation(run)["reason"]) == ("error", "it cannot be generated")


def test_own_429s_are_no_acceptance_and_no_refusal(run: SampleRun) -> None:
    run.saw("getVideo", 429)
    assert operation(run)["verdict"] == "not-tested"


def test_a_known_finding_explains_why_nothing_was_accepted(run: SampleRun) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("getVideo|PT-STATUS-03|403|*",))]
    refused = Finding("/response/status", "refused", 200, 403, requirement="PT-STATUS-03")
    run.saw("getVideo", 403, None, refused)
    run.ended("getVideo", Verdict.NO_EVIDENCE, "no valid request was accepted")
    assert (operation(run)["verdict"], operation(run)["reason"]) == ("known", "known-id")


def test_a_known_finding_about_another_request_does_not_explain_it(run: SampleRun) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("getVideo|PT-ERR-03|404|*",))]
    slip = Finding("/response/body/status", "differs", 404, 400, requirement="PT-ERR-03")
    run.saw("getVideo", 404, None, slip, intent=Intent.PROVOKED)
    run.ended("getVideo", Verdict.NO_EVIDENCE, "no valid request was accepted")
    assert operation(run)["verdict"] == "blocked"


def test_what_no_finding_explains_is_named_first(run: SampleRun) -> None:
    run.ended("getVideo", Verdict.BLOCKED, "a video could not be made", cause="addVideo|PT-STATUS-03|403|/request")
    assert operation(run)["blockedBy"] == "addVideo|PT-STATUS-03|403|/request"
    run.ended("getVideo", Verdict.BLOCKED, "no mail came", phase="403")
    assert (operation(run)["reason"], operation(run)["blockedBy"]) == ("no mail came", "")


def test_phases_that_were_not_tested_are_listed(run: SampleRun) -> None:
    run.saw("getVideo")
    run.ended("getVideo", Verdict.PASSED)
    for phase in ("invalid", "access", "429"):
        run.ended("getVideo", Verdict.NOT_TESTED, "--max-time has passed", phase=phase)
    found = operation(run)
    assert (found["verdict"], found["phasesNotTested"]) == ("passed", ["access", "invalid"])


def test_statuses_documented_and_witnessed(run: SampleRun) -> None:
    run.saw("getVideos", 200, times=3)
    run.saw("getVideos", 418)
    run.ended("getVideos", Verdict.BLOCKED, "it could not be provoked", phase="400")
    found = operation(run, "getVideos")
    assert found["statuses"] == {"200": 3, "418": 1}
    assert (found["documented"], found["witnessed"]) == ([200, 400], [200])
    assert found["unwitnessed"] == {"400": "it could not be provoked"}


# Requirements


def test_evidence_without_a_finding_is_passed(run: SampleRun) -> None:
    run.saw("getVideo", evidence=("PT-BODY-02",), times=3)
    assert (requirement(run, "PT-BODY-02")["verdict"], requirement(run, "PT-BODY-02")["evidence"]) == ("passed", 3)
    assert requirement(run, "PT-BODY-04")["verdict"] == "no-evidence"


def test_a_requirement_fails_by_one_finding(run: SampleRun) -> None:
    run.saw("getVideo", evidence=("PT-BODY-02",), times=9)
    run.saw("getVideos", 200, None, WRONG)
    assert requirement(run, "PT-BODY-02")["verdict"] == "failed"


def test_a_requirement_is_known_by_known_findings_only(run: SampleRun) -> None:
    run.deviations = [KNOWN]
    run.saw("getVideo", 200, None, WRONG)
    assert (requirement(run, "PT-BODY-02")["verdict"], requirement(run, "PT-BODY-02")["reason"]) == (
        "known",
        "known-id",
    )
    run.saw("getVideos", 200, None, WRONG)
    assert requirement(run, "PT-BODY-02")["verdict"] == "failed"


# Findings


def test_one_finding_for_each_fingerprint_with_all_occurrences(run: SampleRun) -> None:
    run.saw("getVideo", 200, None, WRONG, times=10)
    (found,) = run.document()["findings"]
    assert found["occurrences"] == 10
    assert found["curl"].startswith("curl")
    assert found["exchange"]["response"]["status"] == 200


def test_totals_agree_with_what_they_count(run: SampleRun) -> None:
    run.deviations = [KNOWN]
    run.saw("getVideo", 200, None, WRONG, times=5)
    run.saw("getVideos", 200, None, WRONG)
    document = run.document()
    totals = document["totals"]
    assert (totals["exchanges"], totals["findings"], totals["newFindings"], totals["knownFindings"]) == (6, 2, 1, 1)
    for what in ("operations", "requirements"):
        assert sum(totals[what].values()) == len(document[what])
        assert set(totals[what]) == set(Verdict)


def test_which_findings_fail_a_run(run: SampleRun) -> None:
    run.deviations = [KNOWN]
    run.saw("getVideo", 200, None, WRONG, replace(WRONG, level=Level.SHOULD, requirement="PT-ERR-04"))
    document = document_of(run)
    assert document.new_findings(Level.MUST) == []
    assert [finding.requirement for finding in document.new_findings(Level.SHOULD)] == ["PT-ERR-04"]
    assert [finding.requirement for finding in document.new_findings(Level.MAY)] == ["PT-ERR-04"]


def test_flows_judge_for_the_operations_that_they_call(run: SampleRun) -> None:
    run.deviations = [replace(KNOWN, fingerprint=("getVideo|PT-HISTORY-01|200|/response/body",))]
    run.saw("getVideo", intent=Intent.ARRANGED)
    assert stale(run) == []
    document = RunDocument(run.contract, run.contract.operations, load_requirements(), run.deviations, {})
    document.add(read_parts(run._folder))
    document.add([{"kind": "evidence", "requirements": {"PT-HISTORY-01": 2}}])
    assert [entry.id for entry in document.stale_deviations()] == ["known-id"]


def test_nothing_ran_without_an_outcome(run: SampleRun) -> None:
    run.saw("getVideo", intent=Intent.ARRANGED)
    assert not document_of(run).ran


def test_harness_errors_are_listed(run: SampleRun) -> None:
    run.ended("getVideo", Verdict.ERROR, "it broke", phase="invalid")
    document = document_of(run)
    assert document.ran
    assert document.harness_errors() == ["getVideo invalid: it broke"]


def test_what_every_worker_failed_at_is_listed_once(run: SampleRun) -> None:
    for _ in range(2):
        run._recorder.note("failures", {"failures": {"the ledger cannot be written": 1}})
    assert document_of(run).harness_errors() == ["the ledger cannot be written"]


# Requirements that nobody judged


@pytest.mark.parametrize(
    ("members", "verdict", "reason"),
    [
        ({}, "no-evidence", "no exchange of this run tests it"),
        ({"not_tested": "nobody can see it"}, "no-evidence", "not tested: nobody can see it"),
        ({"since": (6, 3, 0)}, "not-applicable", "available since PeerTube 6.3.0; the server is 6.2.0"),
        ({"capability": "user-export"}, "not-applicable", "the instance does not offer user-export"),
        ({"capability": "registration"}, "no-evidence", "no exchange of this run tests it"),
    ],
)
def test_why_a_requirement_was_not_judged(run: SampleRun, members: dict[str, Any], verdict: str, reason: str) -> None:
    wanted = Requirement("PT-ANY-01", "must", "It holds.", "Reference", "Any", **members)
    document = RunDocument(run.contract, run.contract.operations, {wanted.id: wanted}, (), run.facts)
    (reported,) = document.to_json()["requirements"]
    assert (reported["verdict"], reported["reason"]) == (verdict, reason)


def test_what_stood_in_the_way_of_its_test_is_told(run: SampleRun) -> None:
    wanted = Requirement("PT-ANY-01", "must", "It holds.", "Reference", "Any")
    document = RunDocument(run.contract, run.contract.operations, {wanted.id: wanted}, (), run.facts)
    document.add(
        [{"kind": "unjudged", "requirements": ["PT-ANY-01"], "verdict": "blocked", "reason": "no mail was sent"}]
    )
    (reported,) = document.to_json()["requirements"]
    assert (reported["verdict"], reported["reason"]) == ("blocked", "no mail was sent")
