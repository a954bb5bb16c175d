"""Draws the plan of a seed."""

from __future__ import annotations

from tests.promise.plans import Plan, drawn
from tests.promise.steps_known import EXERCISED, FLOWS, STEPS

# Single steps are drawn more often than steps with a hundred requests.
_NARROW = (*STEPS * 4, *(f"flow:{name}" for name in FLOWS), *(f"exercise:{name}" for name in EXERCISED))


def narrow(seed: int) -> Plan:
    """The plan of a run of a few steps."""
    return drawn(seed, _NARROW)


def whole(seed: int) -> Plan:
    """The plan of a complete `peertube-conformance run --depth smoke`."""
    return drawn(seed, (), whole=True)
