"""Serves the embedded instance with one fault: `python serve.py FAULT [options of the instance]`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from peertube_conformance.fixtures.instance.process import main
    from tests.faults import occasional
    from tests.faults.no_effect import PREFIX, no_effect
    from tests.faults.registry import seed, seed_fault

    if sys.argv[1].startswith(PREFIX):
        seed_fault(no_effect(sys.argv[1]))
    elif sys.argv[1].startswith(occasional.PREFIX):
        occasional.seed_occasional(sys.argv[1])
    else:
        seed(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
