"""The plans of a seed."""

from __future__ import annotations

from tests.promise.plans import Plan, drawn
from tests.promise.steps_known import EXERCISED, FLOWS, STEPS

# Single steps come more often than what has a hundred requests.
_NARROW = (
    *STEPS * 4,
    *(f"flow:{name}" for name in FLOWS),
    *(f"exercise:{name}" for name in EXERCISED),
)


def narrow(seed: int) -> Plan:
    """A run of a few steps."""
    return drawn(seed, _NARROW)


def whole(seed: int) -> Plan:
    """`peertube-conformance run --depth smoke`, all of it."""
    return drawn(seed, (), whole=True)
