"""Requests are repeated within bounds, and what is not repeated says why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from peertube_conformance.conformance.execution.current_test import CurrentTest
from peertube_conformance.conformance.execution.repetition import Repetition
from peertube_conformance.fixtures.rate_limit import repetition_count
from peertube_conformance.fixtures.rate_limit.repetition_count import MOST_OF_TEST, RepetitionCount
from peertube_conformance.fixtures.rate_limit.request_count import RequestCount, announce_ceiling
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Finding, Verdict
from peertube_conformance.reports.model.confirmation import Confirmation
from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT
from peertube_conformance.reports.model.recipe import Recipe

TEST = "test_operations.py::test_valid[getVideo]"


def finding(part: int, requirement: str = "PT-BODY-02", check: str = "schema") -> Finding:
    """A finding in one part of a test."""
    recipe = Recipe(TEST, part)
    return Finding(
        f"/response/body/{part}", check=check, requirement=requirement, operation_id="getVideo", recipe=recipe
    )


class Worker:
    """As much of a session as repetitions need; `again` finds again what is in `lasting`."""

    def __init__(self, folder: Path) -> None:
        self.noted: dict[str, tuple[str, str | None]] = {}
        self.repeated: list[int] = []
        self.lasting: list[Finding] = []
        self.stop_reason = ""
        self.out_of_time = False
        self.current = CurrentTest()
        self.requests = RequestCount(folder)
        self.repetitions = RepetitionCount(folder)
        self.options = SimpleNamespace(replays=None)
        self.environment = SimpleNamespace(
            deadline=SimpleNamespace(is_interrupted=False, left=lambda: 0.0 if self.out_of_time else 10.0)
        )
        self.recorder = SimpleNamespace(confirmation=self._note)
        self.repetition = Repetition(self)  # type: ignore[arg-type]
        self._seen: list[Finding] = []

    def _note(self, fingerprint: str, confirmation: Confirmation, _recipe: Recipe | None) -> None:
        members = confirmation.to_json()
        self.noted[fingerprint] = members["state"], members["obstacle"]

    def check(self) -> None:
        if self.out_of_time:
            raise OutOfTime("--max-time has passed")

    @contextmanager
    def repeating(self) -> Iterator[list[Finding]]:
        self._seen = []
        yield self._seen

    def again(self) -> None:
        """Sends the request of each part that is to run."""
        for part in range(100):
            if self.current.begins(part):
                self.current.sent()
                self.requests.add()
                self.repeated.append(part)
                self._seen += [found for found in self.lasting if found.recipe == Recipe(TEST, part)]

    def confirm(self, *findings: Finding) -> list[tuple[str, str | None]]:
        """What is noted of the findings, in their order."""
        with self.requests.item(100):
            self.repetition.confirm(findings, self.again)
        return [self.noted[found.fingerprint] for found in findings]


def interrupted(at: Worker) -> None:
    """A signal ends the run."""
    at.out_of_time = at.environment.deadline.is_interrupted = True


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(tmp_path)
    yield made
    made.requests.close()


def test_only_the_parts_with_findings_are_repeated(worker: Worker) -> None:
    worker.lasting = [finding(3)]
    noted = worker.confirm(finding(3), finding(5))
    assert noted == [("confirmed", None), ("intermittent", None)]
    assert worker.repeated == [3, 5]


def test_a_known_finding_is_not_repeated(worker: Worker) -> None:
    worker.repetition.confirm([replace(finding(3), deviation="docs-left-out")], worker.again)
    assert (worker.repeated, worker.noted) == ([], {})


def test_what_was_confirmed_once_is_not_repeated(worker: Worker) -> None:
    worker.lasting = [finding(3)]
    worker.confirm(finding(3))
    worker.confirm(finding(3))
    assert worker.repeated == [3]


def test_what_did_not_happen_again_is_tried_in_the_next_test_that_finds_it(worker: Worker) -> None:
    assert worker.confirm(finding(3)) == [("intermittent", None)]
    worker.lasting = [finding(3)]
    assert worker.confirm(finding(3)) == [("confirmed", None)]


def test_a_test_repeats_so_many_requests_and_no_more(worker: Worker) -> None:
    found = [finding(part) for part in range(MOST_OF_TEST + 2)]
    worker.lasting = found
    noted = worker.confirm(*found)
    assert noted == [("confirmed", None)] * MOST_OF_TEST + [("not-confirmed", "bound")] * 2
    assert len(worker.repeated) == MOST_OF_TEST


def test_the_workers_of_a_run_repeat_so_many_requests_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repetition_count, "MOST_OF_RUN", 3)
    counts = [RepetitionCount(tmp_path), RepetitionCount(tmp_path)]
    assert [counts[number % 2].take() for number in range(5)] == [True] * 3 + [False] * 2
    counts[0].begin_test()
    assert not counts[0].take()


def test_requests_are_left_for_the_tests_that_come(worker: Worker, tmp_path: Path) -> None:
    announce_ceiling(tmp_path, 30, 1000)
    near = Worker(tmp_path)
    for _ in range(21):
        near.requests.add()
    assert near.confirm(finding(3)) == [("not-confirmed", "bound")]
    near.requests.close()


def test_repetitions_do_not_make_a_test_reach_its_ceiling(worker: Worker) -> None:
    worker.lasting = [finding(part) for part in range(6)]
    with worker.requests.item(2):
        worker.repetition.confirm(worker.lasting, worker.again)
        assert not worker.requests.is_item_over
    assert [worker.noted[found.fingerprint][1] for found in worker.lasting] == [None] * 4 + ["bound"] * 2


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        (lambda at: setattr(at, "stop_reason", "the target no longer answers"), "outage"),
        (lambda at: setattr(at, "out_of_time", True), "time"),
        (interrupted, "interrupted"),
    ],
    ids=["outage", "time", "signal"],
)  # fmt: skip
def test_a_run_that_cannot_go_on_says_why(worker: Worker, change: Any, obstacle: str) -> None:
    change(worker)
    assert worker.confirm(finding(3)) == [("not-confirmed", obstacle)]
    assert worker.repeated == []


def test_what_compares_answers_of_the_run_is_not_repeated(worker: Worker) -> None:
    window, route = finding(1, "PT-RATE-08", "announced_limits"), finding(2, ROUTE_REQUIREMENT, "route_is_implemented")
    assert worker.confirm(window, route) == [("not-confirmed", "comparison")] * 2
    assert worker.repeated == []


def test_a_preparing_request_that_fails_is_no_answer(worker: Worker) -> None:
    worker.again = lambda: worker.current.ended(Verdict.BLOCKED, "no video")  # type: ignore[method-assign]
    assert worker.confirm(finding(3)) == [("not-confirmed", "blocked")]


def test_a_part_that_is_not_come_to_is_no_answer(worker: Worker) -> None:
    worker.again = lambda: None  # type: ignore[method-assign]
    assert worker.confirm(finding(3)) == [("not-confirmed", "blocked")]


def test_a_target_that_breaks_away_meanwhile_leaves_it_open(worker: Worker) -> None:
    worker.again = lambda: setattr(worker, "stop_reason", "gone")  # type: ignore[method-assign]
    assert worker.confirm(finding(3)) == [("not-confirmed", "outage")]


def test_what_only_the_repetition_shows_is_new(worker: Worker) -> None:
    other = finding(3, "PT-BODY-01")
    worker.lasting = [finding(3), other]
    assert worker.confirm(finding(3)) == [("confirmed", None)]
    assert worker.noted[other.fingerprint] == ("not-confirmed", "repetition")
