"""Every flow has an estimate of its requests, which its ceiling follows from."""

from __future__ import annotations

import re
from pathlib import Path

from peertube_conformance.conformance.execution.item_costs import FLOWS

STATEFUL = Path(__file__).parents[3] / "stateful"
_TEST = re.compile(r"^def (test_\w+)\(walk", re.MULTILINE)


def test_each_flow_has_an_estimate_and_each_estimate_a_flow() -> None:
    flows = {name for path in STATEFUL.glob("test_*.py") for name in _TEST.findall(path.read_text("utf-8"))}
    assert flows == set(FLOWS)


def test_estimates_grow_with_the_depth() -> None:
    assert all(smoke <= standard <= thorough for smoke, standard, thorough in FLOWS.values())
