"""The exit codes of a run (docs/ci.md). This module imports nothing, because the command and the plugin load it first."""

from __future__ import annotations

PASSED, FINDINGS, INTERRUPTED, HARNESS_FAILED, UNUSABLE, NOTHING_RAN = range(6)
