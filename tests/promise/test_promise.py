"""Whatever a server answers, and whatever happens to the ledgers: nothing of other people is changed or gone.

Each test is one draw: a run of a few steps that is killed or not, a backup that is restored or not, ledgers that are
damaged or not, and a reap; the server lies in both. `python -m tests.promise` draws any number of them.
"""

from __future__ import annotations

import os

import pytest

from tests.promise.draws import narrow, whole
from tests.promise.trial import Trials

_FIRST = int(os.environ.get("PEERTUBE_CONFORMANCE_PROMISE_SEED", "1"))
_DRAWS = int(os.environ.get("PEERTUBE_CONFORMANCE_PROMISE_DRAWS", "15"))
_WHOLE = 3


@pytest.mark.parametrize("seed", range(_FIRST, _FIRST + _DRAWS))
def test_a_narrow_run_harms_nobody(made: Trials, seed: int) -> None:
    outcome = made.outcome(narrow(seed))
    assert outcome.holds, f"\n{made.shrunk(outcome, seconds=20)}"


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(_FIRST, _FIRST + _WHOLE))
def test_a_whole_run_harms_nobody(made: Trials, seed: int) -> None:
    outcome = made.outcome(whole(seed))
    assert outcome.holds, f"\n{outcome}"
