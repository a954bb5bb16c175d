"""The exit codes of a run, as the README has them. This module imports nothing: both doors load it first."""

from __future__ import annotations

PASSED, FINDINGS, INTERRUPTED, HARNESS_FAILED, UNUSABLE, NOTHING_RAN = range(6)
