"""What a walk found is told in few steps, and however little time there is to shorten it."""

from __future__ import annotations

import pytest

from peertube_conformance.reports import Verdict
from peertube_conformance.stateful.engine import runner
from peertube_conformance.stateful.engine.context import Context
from peertube_conformance.stateful.engine.reproduction_steps import Call
from peertube_conformance.stateful.engine.shrinking import _walked, fewest
from peertube_conformance.stateful.test_history import WatchHistory
from peertube_conformance.stateful.test_whole_journey import WholeJourney
from tests.stateful.faulty_instance import session, walked
from tests.stateful.flows import signup_of


def test_a_finding_outlives_the_time_for_shortening(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(runner, "_SHORTENING_SECONDS", 0)
    ended = walked(WatchHistory, tmp_path, "history-is-kept-though-turned-off")
    assert ended.verdict is Verdict.FAILED, ended
    assert {finding.requirement for finding in ended.findings} == {"PT-HISTORY-05"}
    assert all(finding.steps for finding in ended.findings)


@pytest.mark.parametrize("needed", ["j", "aj", "ej", "abj", "dghj", "abcdefghij"])
def test_no_step_is_left_that_is_not_needed(needed) -> None:
    tries = []

    def tried(steps):
        tries.append(steps)
        return "found" if set(needed) <= set(steps) else None

    steps, seen = fewest("abcdefghij", tried)
    assert "".join(steps) == needed
    assert seen == (None if len(needed) == len("abcdefghij") else "found")
    assert len(tries) <= 30


def test_a_walk_of_stages_is_repeated(tmp_path) -> None:
    with session(tmp_path, "a-refused-string-verifies-all-the-same", signup=signup_of(WholeJourney)) as at:
        context = Context(at, at.environment, WholeJourney.__name__)
        bound = type("WholeJourney", (WholeJourney,), {"context": context})
        calls = [
            Call("begin", {}),
            Call("register", {"own_channel": False}),
            Call("verify_wrongly", {"string": "invented"}),
        ]
        with at.watched_by(context.saw):
            repeated = _walked(bound, calls)
            assert _walked(bound, [calls[0], calls[2]]) is None
        at.close()
    assert repeated is not None
    assert repeated.finding.requirement == "PT-JOURNEY-03"
