"""The verdicts of a requirement or an operation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Verdict of a requirement or an operation. Only PASSED is green: nothing that was skipped counts as passed.

    NOT_APPLICABLE: the instance does not offer the feature. NOT_TESTED: this run was not allowed or not asked to test
    it (tier, selection, time). NO_EVIDENCE: a requirement about which no exchange says anything.
    """

    PASSED = "passed"
    FAILED = "failed"
    KNOWN = "known"
    NOT_IMPLEMENTED = "not-implemented"
    NO_EVIDENCE = "no-evidence"
    NOT_TESTED = "not-tested"
    NOT_APPLICABLE = "not-applicable"
    BLOCKED = "blocked"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ReasonedVerdict:
    """A verdict with its reason; `cause` is the fingerprint of the finding that blocked the test, empty for none."""

    verdict: Verdict
    reason: str = ""
    cause: str = ""
