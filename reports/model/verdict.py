"""The verdicts of a requirement or an operation."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """Verdict of a requirement or an operation. Only PASSED is green: nothing that was skipped counts as passed."""

    PASSED = "passed"
    FAILED = "failed"
    KNOWN = "known"
    NO_EVIDENCE = "no-evidence"
    NOT_APPLICABLE = "not-applicable"
    NOT_IMPLEMENTED = "not-implemented"
    BLOCKED = "blocked"
    ERROR = "error"
