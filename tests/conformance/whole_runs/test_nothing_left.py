"""A run removes every user that it caused to exist, whichever operation created it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.surprises.draws import Draw
from tests.surprises.trial import Trials, trials


@pytest.fixture(scope="module")
def made() -> Iterator[Trials]:
    with trials() as ready:
        yield ready


@pytest.mark.parametrize("tag", ["Register", "Users"])
def test_users_of_accepted_registrations_are_removed(made: Trials, tag: str) -> None:
    outcome = made.outcome(Draw(seed=1, kind="null", position=0, operation="no operation", options=(f"--tags={tag}",)))
    assert outcome.exit_code == 0
    assert outcome.holds, f"\n{outcome}"
