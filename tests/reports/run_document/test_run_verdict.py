"""The verdict of a run, rule by rule, and the exit code that goes with it."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.reports import Finding, Intent, Level, Verdict
from peertube_conformance.reports.run_document.run_verdict import NORMAL_END, Answer, Ending, RunVerdict
from peertube_conformance.spec.deviations import Deviation
from tests.reports.conftest import NewRun, SampleRun

WRONG = Finding("/response/body/id", "wrong", 1, 2, requirement="PT-BODY-02")
CAUSE = "addVideo|PT-STATUS-03|403|/request"


def verdict(run: SampleRun, ending: Ending = NORMAL_END) -> RunVerdict:
    """The verdict of the run's document, whose exit code is the verdict's own."""
    document = run.document(ending)
    found = RunVerdict.from_json(document["runVerdict"])
    assert document["exitCode"] == found.exit_code
    return found


def answer(run: SampleRun, ending: Ending = NORMAL_END) -> tuple[Answer, int, str]:
    found = verdict(run, ending)
    return found.answer, found.exit_code, found.reason


# Nothing found


def test_every_operation_tested_and_nothing_found_conforms(sound_run: SampleRun) -> None:
    found = verdict(sound_run)
    assert (found.answer, found.exit_code, found.headline) == (Answer.CONFORMS, 0, "conforms (4 of 4 tested)")
    assert found.without_evidence > 0


def test_an_operation_that_the_instance_does_not_offer_is_not_missed(run: SampleRun) -> None:
    for operation in run.contract.operations:
        run.saw(operation.id)
        run.ended(operation.id, Verdict.PASSED)
    run.ended("delVideo", Verdict.NOT_APPLICABLE, "the instance does not offer it")
    assert verdict(run).headline == "conforms (3 of 3 tested)"


@pytest.mark.parametrize("reason", ["the tier observe only reads", "--max-time has passed"])
def test_an_operation_that_was_not_tested_is_missed(run: SampleRun, reason: str) -> None:
    for operation in run.contract.operations[1:]:
        run.saw(operation.id)
        run.ended(operation.id, Verdict.PASSED)
    run.ended(run.contract.operations[0].id, Verdict.NOT_TESTED, reason)
    found = verdict(run)
    assert (found.exit_code, found.headline) == (0, "nothing found (3 of 4 tested)")


def test_an_operation_that_was_not_selected_is_missed(sound_run: SampleRun) -> None:
    sound_run.facts["contract"] = {**sound_run.facts["contract"], "operations": 120}
    assert verdict(sound_run).headline == "nothing found (4 of 120 tested)"


def test_an_operation_of_which_a_phase_was_not_tested_is_tested_in_part(sound_run: SampleRun) -> None:
    sound_run.ended("getVideo", Verdict.NOT_TESTED, "--max-time has passed", phase="invalid")
    found = verdict(sound_run)
    assert (found.answer, found.tested, found.in_part) == (Answer.NOTHING_FOUND, 4, 1)


def test_flows_alone_do_not_conform_and_are_no_failure(run: SampleRun) -> None:
    run.saw("getVideo", intent=Intent.ARRANGED)
    run.walked("WatchHistory", "passed")
    assert verdict(run).headline == "nothing found (0 of 4 tested)"


# Findings


def test_a_new_finding_does_not_conform(sound_run: SampleRun) -> None:
    sound_run.saw("getVideo", 200, None, WRONG)
    assert answer(sound_run) == (Answer.FAILS, 1, "1 finding")


def test_a_route_that_is_not_implemented_is_tested_and_its_finding_counts(sound_run: SampleRun) -> None:
    sound_run.saw("getVideo", 404, None, WRONG)
    sound_run.ended("getVideo", Verdict.NOT_IMPLEMENTED, "answered like a made-up sibling")
    assert verdict(sound_run).headline == "does not conform (4 of 4 tested)"


@pytest.mark.parametrize(("level", "exit_code"), [("must", 0), ("should", 1), ("may", 1)])
def test_only_levels_that_count_fail_a_run(sound_run: SampleRun, level: str, exit_code: int) -> None:
    sound_run.facts["failOn"] = level
    weaker = Finding("/response/body/id", "wrong", 1, 2, requirement="PT-ERR-04", level=Level.SHOULD)
    sound_run.saw("getVideo", 200, None, weaker)
    assert verdict(sound_run).exit_code == exit_code


def test_a_known_finding_conforms(sound_run: SampleRun) -> None:
    sound_run.deviations = [Deviation("known-id", ("getVideo|*",), "server", "A slip.", "Seen.")]
    sound_run.saw("getVideo", 200, None, WRONG)
    assert verdict(sound_run).answer is Answer.CONFORMS


def test_a_deviation_that_no_longer_occurs_fails_a_strict_run(sound_run: SampleRun) -> None:
    sound_run.deviations = [Deviation("gone", ("getVideos|PT-BODY-02|*",), "server", "A slip.", "Seen.")]
    assert verdict(sound_run).exit_code == 0
    assert answer(sound_run, Ending(strict=True)) == (Answer.FAILS, 1, "1 known deviation no longer found")


# Nothing can be said


def test_a_blocked_operation_is_inconclusive(sound_run: SampleRun) -> None:
    sound_run.ended("getVideo", Verdict.BLOCKED, "no video could be made")
    assert answer(sound_run) == (Answer.INCONCLUSIVE, 3, "1 operation blocked (getVideo)")


def test_an_operation_of_which_no_valid_request_was_accepted_is_inconclusive(run: SampleRun) -> None:
    run.saw("getVideo", 429)
    run.ended("getVideo", Verdict.NO_EVIDENCE, "no valid request was accepted")
    assert answer(run) == (Answer.INCONCLUSIVE, 3, "1 operation blocked (getVideo)")


def test_a_blocked_flow_is_inconclusive(sound_run: SampleRun) -> None:
    sound_run.walked("SignUp", "blocked", "no mail came")
    assert answer(sound_run) == (Answer.INCONCLUSIVE, 3, "1 flow blocked (SignUp)")


def test_a_blocked_requirement_is_inconclusive(sound_run: SampleRun) -> None:
    sound_run.unjudged("PT-SIGNUP-12", Verdict.BLOCKED, "no mail came")
    assert answer(sound_run) == (Answer.INCONCLUSIVE, 3, "1 requirement blocked (PT-SIGNUP-12)")


def test_what_a_known_finding_blocked_is_not_inconclusive(sound_run: SampleRun) -> None:
    sound_run.ended("getVideo", Verdict.BLOCKED, "no video could be made", cause=CAUSE)
    found = verdict(sound_run)
    assert (found.exit_code, found.headline) == (0, "nothing found (3 of 4 tested)")


def test_a_finding_counts_more_than_what_is_blocked(sound_run: SampleRun) -> None:
    sound_run.ended("getVideos", Verdict.BLOCKED, "no video could be made")
    sound_run.saw("getVideo", 200, None, WRONG)
    assert verdict(sound_run).exit_code == 1


def test_a_run_in_which_every_operation_was_left_out_is_inconclusive(run: SampleRun) -> None:
    for operation in run.contract.operations:
        run.ended(operation.id, Verdict.NOT_TESTED, "the tier observe only reads")
    assert answer(run) == (Answer.INCONCLUSIVE, 3, "nothing could be judged")


def test_an_error_of_the_harness_is_inconclusive(sound_run: SampleRun) -> None:
    sound_run.saw("getVideo", 200, None, WRONG)
    sound_run.ended("getVideo", Verdict.ERROR, "it broke")
    found = verdict(sound_run)
    assert (found.answer, found.exit_code, found.harness_failed) == (Answer.INCONCLUSIVE, 3, True)
    assert found.reason == "the harness failed: getVideo valid: it broke"


def test_a_test_that_failed_without_a_finding_is_inconclusive(sound_run: SampleRun) -> None:
    found = verdict(sound_run, Ending(harness_failure="a test failed without a finding"))
    assert (found.exit_code, found.harness_failed) == (3, True)


def test_a_target_that_cannot_be_judged_is_inconclusive_whatever_was_found(sound_run: SampleRun) -> None:
    sound_run.saw("getVideo", 200, None, WRONG)
    sound_run.stopped("every request was answered 200 with the same body", unjudgeable=True)
    sound_run.stopped("every request was answered 200 with the same body", unjudgeable=True)
    assert answer(sound_run) == (Answer.INCONCLUSIVE, 3, "every request was answered 200 with the same body")


def test_a_run_that_ended_early_is_inconclusive_unless_it_found_something(sound_run: SampleRun) -> None:
    sound_run.stopped("the run reached its ceiling of requests", unjudgeable=False)
    assert answer(sound_run) == (Answer.INCONCLUSIVE, 3, "the run reached its ceiling of requests")
    sound_run.saw("getVideo", 200, None, WRONG)
    assert verdict(sound_run).exit_code == 1


# Incomplete


def test_an_interrupted_run_says_so_whatever_was_found(sound_run: SampleRun) -> None:
    sound_run.saw("getVideo", 200, None, WRONG)
    sound_run.ended("getVideo", Verdict.ERROR, "it broke")
    ending = Ending(interrupted="a signal ended the run")
    assert answer(sound_run, ending) == (Answer.INTERRUPTED, 2, "a signal ended the run")


def test_an_operation_that_an_interrupted_run_did_not_come_to_says_so(run: SampleRun) -> None:
    run.ended("getVideo", Verdict.NOT_TESTED, "the limit is too high", phase="429")
    verdicts = {
        found["operationId"]: found
        for found in run.document(Ending(interrupted="a signal ended the run"))["operations"]
    }
    found = verdicts["getVideo"]
    assert (found["verdict"], found["reason"]) == (Verdict.NOT_TESTED, "a signal ended the run")


def test_a_target_that_went_away_interrupts_the_run(sound_run: SampleRun) -> None:
    sound_run.died(is_back=False)
    assert answer(sound_run) == (Answer.INTERRUPTED, 2, "the target no longer answers")


def test_a_target_that_came_back_does_not(sound_run: SampleRun) -> None:
    sound_run.died(is_back=True)
    assert verdict(sound_run).exit_code == 0


def test_a_target_that_never_answered_with_success_is_inconclusive(run: SampleRun) -> None:
    run.saw("getVideo", 503)
    run.ended("getVideo", Verdict.BLOCKED, "the target no longer answers")
    run.died(is_back=False)
    assert answer(run) == (Answer.INCONCLUSIVE, 3, "the target no longer answers")


def test_a_run_without_tests_tested_nothing(run: SampleRun) -> None:
    assert answer(run) == (Answer.NOTHING, 5, "no test ran")


def test_the_verdict_is_read_as_it_was_written(sound_run: SampleRun, new_run: NewRun) -> None:
    for run in (sound_run, new_run()):
        members: dict[str, Any] = run.document()["runVerdict"]
        assert RunVerdict.from_json(members).to_json() == members
