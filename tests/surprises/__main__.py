"""`python -m tests.surprises --draws N --seed S --whole K`: tries drawn surprises; exits 1 if a run ended badly."""

from __future__ import annotations

import argparse
import secrets
import sys
from itertools import count, islice

from peertube_conformance.spec import load_contract
from tests.surprises.draws import drawn
from tests.surprises.trial import Trials, trials

# Most draws replace an answer; one that the run never reaches is drawn again.
_TRIED_FOR_EACH = 4
# Operations that every run sends.
SENT_BEFORE = (
    "addUser",
    "delUser",
    "getConfig",
    "getMyInfo",
    "getOAuthClient",
    "getOAuthToken",
    "getUser",
    "ping",
    "revokeOAuthToken",
)


def main() -> int:
    """Prints each draw with its outcome."""
    parser = argparse.ArgumentParser(prog="python -m tests.surprises", description=__doc__)
    parser.add_argument("--draws", type=int, default=40, help="narrow runs (default: %(default)s)")
    parser.add_argument("--whole", type=int, default=0, help="whole runs (default: %(default)s)")
    parser.add_argument("--seed", default="random", help="of the first draw, a number or 'random' (default)")
    given = parser.parse_args()
    first = secrets.randbelow(10**9) if given.seed == "random" else int(given.seed)
    print(f"seeds from {first}: repeat with --seed {first}", flush=True)
    with trials() as made:
        failed = _tried(made, first, given.draws, whole=False) + _tried(made, first, given.whole, whole=True)
    print(f"{failed} of {given.draws + given.whole} ended badly")
    return 1 if failed else 0


def _tried(made: Trials, first: int, draws: int, *, whole: bool) -> int:
    contract = load_contract()
    done = failed = 0
    for seed in islice(count(first), draws * _TRIED_FOR_EACH):
        if done == draws:
            break
        outcome = made.outcome(drawn(seed, contract, SENT_BEFORE, whole=whole))
        done += bool(outcome.replaced)
        failed += not outcome.holds
        word = "holds" if outcome.holds else "FAILS"
        met = "" if outcome.replaced else ", nothing replaced"
        print(f"{outcome.draw}: {word}{met}; exit {outcome.exit_code}, {outcome.requests} requests, "
              f"{outcome.seconds:.1f} s", flush=True)  # fmt: skip
        if not outcome.holds:
            print(outcome, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
