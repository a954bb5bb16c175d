"""What is common to all checks: how findings are told, and what is left out."""

from __future__ import annotations

from dataclasses import replace

from peertube_conformance.conformance.checks import judge
from peertube_conformance.reports import Finding, Intent, Situation
from peertube_conformance.spec import Defect
from tests.conformance.checks.exchanges import exchange, problem, unanswered


def _found(check: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


def test_one_place_is_told_once_and_leaves_room_for_others() -> None:
    body = {"tags": [{"name": 5}] * 40, "id": 0}
    found = _found("body_matches_schema", judge(exchange(body=body))[0])
    assert sorted(finding.at for finding in found) == ["/response/body/id", "/response/body/tags/*/name"]


def test_a_fingerprint_holds_no_generated_value() -> None:
    first, second = (
        {finding.fingerprint for finding in judge(exchange(body={"id": 7, "tags": tags}))[0]}
        for tags in ([{"name": 5}], [{"name": "red"}, {"name": []}])
    )
    assert first == second == {"getThing|PT-BODY-02|200|/response/body/tags/*/name"}


def test_two_situations_have_two_fingerprints() -> None:
    fingerprints = {
        finding.fingerprint
        for expects in (403, 409)
        for finding in judge(exchange(400, intent=Intent.PROVOKED, expects=expects))[0]
    }
    assert fingerprints == {
        "getThing|PT-STATUS-06|400|/response/status/403",
        "getThing|PT-STATUS-06|400|/response/status/409",
    }


def test_a_situation_comes_before_what_was_expected_and_what_came() -> None:
    busy = Situation("busy", "A video that is being edited")
    found = judge(exchange(400, intent=Intent.PROVOKED, purpose=busy, expects=409))[0]
    assert [finding.message for finding in found] == ["A video that is being edited: expected status 409, got 400"]


def test_an_answer_that_the_harness_caused_is_no_finding() -> None:
    findings, evidence, _ = judge(
        exchange(429, problem(400), counted=False, headers={"access-control-allow-origin": None})
    )
    assert findings == []
    assert evidence == ["PT-RATE-04"]


def test_no_answer_is_one_finding() -> None:
    findings, evidence, _ = judge(unanswered("ReadTimeout: nothing for 30 s"))
    assert [(finding.check, finding.actual) for finding in findings] == [("response_arrives", "ReadTimeout")]
    assert evidence == ["PT-STATUS-07"]


def test_no_answer_in_time_says_that_the_operation_is_given_up() -> None:
    exchange = replace(unanswered("ReadTimeout: no complete response within 60 s"), timed_out=True)
    (finding,) = judge(exchange).findings
    assert finding.message == (
        "no response: ReadTimeout: no complete response within 60 s; "
        "after 3 such requests the run sends no more to this operation"
    )


def test_a_status_that_nobody_documented_hides_no_other_defect() -> None:
    findings, _, _ = judge(exchange(410, problem(400), intent=Intent.ARRANGED))
    assert {finding.check for finding in findings} >= {"documented_status", "status_member_repeats_the_status"}


def test_a_failing_server_is_told_once() -> None:
    findings, _, _ = judge(exchange(500, intent=Intent.PROVOKED, expects=404))
    assert [finding.check for finding in findings] == ["no_server_error"]


def test_large_values_are_cut_short() -> None:
    found = _found("body_matches_schema", judge(exchange(body={"id": "x" * 9000, "tags": []}))[0])
    assert len(str(found[0].actual)) < 300
    assert len(found[0].message) <= 300


def test_lone_surrogates_are_judged() -> None:
    found = judge(exchange(body=b'{"id": 7, "tags": [{"name": "\\ud800"}]}'))[0]
    assert {finding.check for finding in found} <= {"body_matches_schema"}


def test_what_follows_an_accepted_invalid_request_is_not_judged() -> None:
    answer = exchange(
        body={"id": "x"}, headers={"x-size": None}, intent=Intent.INVALID, purpose=Defect("query", "/count", "maximum")
    )
    findings, evidence, _ = judge(answer)
    assert [finding.check for finding in findings] == ["invalid_request_is_refused"]
    assert not {"PT-BODY-02", "PT-HEAD-01"} & set(evidence)
