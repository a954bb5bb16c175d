"""Harm that a run or a reap once did to other people, each in the one situation in which it was seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.promise.ledgers import DAMAGES
from tests.promise.lies import Lie
from tests.promise.plans import Plan
from tests.promise.steps_known import STEPS
from tests.promise.trial import Outcome, Trials

# By then a run's accounts and some resources are made, and nothing is cleaned up.
_IN_THE_MIDDLE = -28
_USERS = r"POST /api/v1/users"
_UPLOADS = r"POST /api/v1/videos/upload"
_CHANNELS = r"POST /api/v1/video-channels"
_PLAYLISTS = r"POST /api/v1/video-playlists"
_COMMENTS = r"POST /api/v1/videos/[^/]+/comment-threads"
_EXPORTS = r"POST /api/v1/users/\d+/exports/request"
_REGISTRATIONS = r"POST /api/v1/users/registrations/request"
# The most requests: those of the longest of these runs without faults, and what a list that never ends may add.
_MOST_REQUESTS = 400
EVERYTHING = ("people", "things", "pictures", "changes", "removals", "registrations", "uploads")


def _by_night(*values: object) -> Iterator[Any]:
    """Further values for nightly runs."""
    return (pytest.param(value, marks=pytest.mark.nightly) for value in values)


def held(made: Trials, plan: Plan) -> Outcome:
    """Tries the plan; fails with the requests that harmed somebody."""
    outcome = made.outcome(plan)
    assert outcome.holds, f"\n{outcome}"
    return outcome


@pytest.mark.parametrize("step", STEPS)
def test_a_run_on_an_honest_server(made: Trials, step: str) -> None:
    outcome = held(made, Plan(1, steps=(step,)))
    assert [note for note in outcome.notes if note.startswith("run: ")] == [f"run: {step}: done"]


@pytest.mark.parametrize("tier", ["sandbox", "disposable"])
def test_a_server_that_ignores_search(made: Trials, tier: str) -> None:
    ignoring = Lie("search_is_ignored", lasts=True)
    steps = ("pictures", "registrations")
    outcome = held(made, Plan(1, safety=tier, steps=steps, lies=(ignoring,), reap_lies=(ignoring,)))
    assert outcome.lies
    assert not [line for line in outcome.requests if "DELETE /api/v1/users/1 " in line]


@pytest.mark.parametrize("run_id", ["abc123", "abcdef", "abba00"])
@pytest.mark.parametrize("killed_at", [0, _IN_THE_MIDDLE])
def test_a_person_whose_name_holds_what_the_runs_names_begin_with(made: Trials, run_id: str, killed_at: int) -> None:
    outcome = held(made, Plan(1, steps=("pictures",), run_id=run_id, killed_at=killed_at))
    assert any(f"ptc{run_id}" in line for line in outcome.requests)


@pytest.mark.parametrize("step", ["things", "registrations", "export", "uploads"])
@pytest.mark.parametrize("reap", ["reap", *_by_night("sandbox", "observe")])
def test_new_people_have_the_ids_of_a_run_that_was_killed(made: Trials, step: str, reap: str) -> None:
    held(made, Plan(1, steps=("people", step), killed_at=_IN_THE_MIDDLE - 12, restored="before reap", reap=reap))


@pytest.mark.parametrize("at", [32, *_by_night(24, 40, 48)])
def test_new_people_have_the_ids_of_a_run_that_goes_on(made: Trials, at: int) -> None:
    held(made, Plan(1, steps=EVERYTHING, restored="in the run", restored_at=at))


@pytest.mark.parametrize("variant", [0, 1])
@pytest.mark.parametrize("after", [0, 4, *_by_night(1, 2, 3, 5)])
def test_the_answer_to_a_new_user_is_another_persons_id(made: Trials, after: int, variant: int) -> None:
    lie = Lie("created_thing_is_anothers", after=after, victim=2, variant=variant, only=_USERS)
    outcome = held(made, Plan(1, steps=("people", "changes", "twice"), lies=(lie,)))
    assert outcome.lies == 1


@pytest.mark.parametrize("variant", [0, *_by_night(1)])
@pytest.mark.parametrize("only", [_UPLOADS, _CHANNELS, _PLAYLISTS, _COMMENTS, _REGISTRATIONS, *_by_night(_EXPORTS)])
def test_the_answer_to_a_creation_is_another_persons_thing(made: Trials, only: str, variant: int) -> None:
    steps = (*EVERYTHING, "twice", "export", "exercise:delVideo", "exercise:delComment", "exercise:deletePlaylist")
    lie = Lie("created_thing_is_anothers", lasts=True, victim=6, variant=variant, only=only)
    outcome = held(made, Plan(1, steps=steps, lies=(lie,)))
    assert outcome.lies


def test_the_answer_to_a_new_upload_is_another_persons_upload(made: Trials) -> None:
    lie = Lie("created_upload_is_anothers", lasts=True, victim=1)
    assert held(made, Plan(1, steps=("uploads", "flow:ResumableUpload"), lies=(lie,), half=1)).lies


@pytest.mark.parametrize("after", [0, 4, *_by_night(1, 2, 5)])
@pytest.mark.parametrize("half", [0, 1])
def test_whoever_signs_in_gets_another_persons_session(made: Trials, after: int, half: int) -> None:
    """With `half` 0 and `after` 0 the given administrator gets the second administrator's."""
    lie = Lie("session_is_anothers", after=after, lasts=True)
    outcome = held(made, Plan(1, half=half, steps=("people", "pictures", "sessions"), lies=(lie,)))
    assert outcome.lies


@pytest.mark.parametrize("kind", ["me_is_another", "me_is_another_as_own"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_who_is_signed_in_is_shown_as_another_person(made: Trials, kind: str, after: int) -> None:
    lie = Lie(kind, after=after, lasts=True, victim=1, variant=after)
    assert held(made, Plan(1, steps=("people", "pictures", "changes", "sessions"), lies=(lie,))).lies


@pytest.mark.parametrize("victim", [0, *_by_night(2, 4)])
@pytest.mark.parametrize("killed_at", [0, _IN_THE_MIDDLE])
def test_every_read_shows_the_runs_things_with_another_persons_ids(made: Trials, killed_at: int, victim: int) -> None:
    """Only the answer to the creation is true."""
    lies = (
        Lie("anothers_path_shows_own", lasts=True, victim=victim),
        Lie("own_ids_are_anothers", lasts=True, victim=victim),
    )
    plan = Plan(
        1, steps=("things", "pictures"), lies=lies if not killed_at else (), reap_lies=lies, killed_at=killed_at
    )
    assert held(made, plan).lies


@pytest.mark.parametrize("variant", [0, 1])
@pytest.mark.parametrize("killed_at", [0, _IN_THE_MIDDLE])
def test_lists_that_never_end(made: Trials, killed_at: int, variant: int) -> None:
    endless = Lie(
        "list_never_ends", lasts=True, variant=variant, only=r"GET /api/v1/(users|video-channels|.*registrations)"
    )
    plan = Plan(1, steps=("pictures",), lies=(endless,), reap_lies=(endless,), killed_at=killed_at)
    outcome = held(made, plan)
    assert len(outcome.requests) < _MOST_REQUESTS


@pytest.mark.parametrize("name", sorted(DAMAGES))
@pytest.mark.parametrize("reap", ["reap", *_by_night("observe")])
def test_a_ledger_that_is_not_what_the_run_wrote(made: Trials, name: str, reap: str) -> None:
    held(made, Plan(1, steps=("things",), killed_at=_IN_THE_MIDDLE, damages=(name,), reap=reap))


@pytest.mark.parametrize("name", sorted(DAMAGES))
def test_a_ledger_that_no_run_left(made: Trials, name: str) -> None:
    held(made, Plan(1, damages=(name,)))
