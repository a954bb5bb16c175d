"""Whatever a single answer is: a run ends by itself, in words, with the right exit code, and removes what it made.

Each test is one draw. `python -m tests.surprises` draws any number of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from peertube_conformance.spec import load_contract
from tests.surprises.__main__ import SENT_BEFORE
from tests.surprises.draws import drawn
from tests.surprises.trial import Trials, trials

_FIRST = int(os.environ.get("PEERTUBE_CONFORMANCE_SURPRISES_SEED", "1"))
_DRAWS, _MORE, _WHOLE = 6, 60, 3
# In it, a read of a user during clean-up is answered 200 with half a JSON text.
_UNREADABLE_PROOF = 910_084


@pytest.fixture(scope="module")
def made() -> Iterator[Trials]:
    with trials() as ready:
        yield ready


@pytest.mark.parametrize("seed", range(_FIRST, _FIRST + _DRAWS))
def test_a_narrow_run_ends_well(made: Trials, seed: int) -> None:
    outcome = made.outcome(drawn(seed, load_contract(), SENT_BEFORE))
    assert outcome.holds, f"\n{outcome}"


def test_a_proof_of_ownership_that_is_no_json_is_a_finding(made: Trials) -> None:
    outcome = made.outcome(drawn(_UNREADABLE_PROOF, load_contract(), SENT_BEFORE))
    assert outcome.holds, f"\n{outcome}"
    assert (len(outcome.replaced), outcome.exit_code) == (1, 1), f"\n{outcome}"


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(_FIRST + _DRAWS, _FIRST + _DRAWS + _MORE))
def test_many_narrow_runs_end_well(made: Trials, seed: int) -> None:
    outcome = made.outcome(drawn(seed, load_contract(), SENT_BEFORE))
    assert outcome.holds, f"\n{outcome}"


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(_FIRST, _FIRST + _WHOLE))
def test_a_whole_run_ends_well(made: Trials, seed: int) -> None:
    outcome = made.outcome(drawn(seed, load_contract(), SENT_BEFORE, whole=True))
    assert outcome.holds, f"\n{outcome}"
