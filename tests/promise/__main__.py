"""`python -m tests.promise --draws N --seed S --whole K`: tries drawn plans; exits 1 at the first that does harm."""

from __future__ import annotations

import argparse
import secrets
import sys

from tests.promise.draws import narrow, whole
from tests.promise.trial import trials


def main() -> int:
    """Prints each seed with the outcome of its plan."""
    parser = argparse.ArgumentParser(prog="python -m tests.promise", description=__doc__)
    parser.add_argument("--draws", type=int, default=40, help="narrow runs (default: %(default)s)")
    parser.add_argument("--whole", type=int, default=0, help="whole runs (default: %(default)s)")
    parser.add_argument("--seed", default="random", help="of the first draw, a number or 'random' (default)")
    parser.add_argument("--go-on", action="store_true", help="draw all of them, whatever fails")
    given = parser.parse_args()
    first = secrets.randbelow(10**9) if given.seed == "random" else int(given.seed)
    print(f"seeds from {first}: repeat with --seed {first}", flush=True)
    failed = 0
    with trials() as made:
        plans = [narrow(first + number) for number in range(given.draws)]
        plans += [whole(first + number) for number in range(given.whole)]
        for plan in plans:
            outcome = made.outcome(plan)
            kind = "whole" if plan.whole else "narrow"
            word = "holds" if outcome.holds else "FAILS"
            print(f"{kind} {plan.seed}: {word}; {len(outcome.requests)} requests, {outcome.lies} lies, "
                  f"{outcome.seconds:.1f} s ({outcome.processor:.1f} s of processor)", flush=True)  # fmt: skip
            if not outcome.holds:
                failed += 1
                print(made.shrunk(outcome) if not plan.whole else outcome, flush=True)
                if not given.go_on:
                    return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
