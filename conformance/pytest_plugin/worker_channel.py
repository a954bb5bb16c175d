"""Names of what the controller and xdist's workers pass to each other."""

from __future__ import annotations

STATE_INPUT = "peertube_conformance_state"
LOST_OUTPUT = "peertube_conformance_lost"
