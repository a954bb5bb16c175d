"""One module per topic; each check is a pure function from an exchange to findings."""

from peertube_conformance.conformance.checks import (
    authentication,
    bodies,
    cors,
    documented_headers,
    problem_details,
    rate_limits,
    status_codes,
    unexpected_answers,
)
from peertube_conformance.conformance.checks.registry import CHECKS, Check, InPart, Judgement, check, judge

__all__ = [
    "CHECKS",
    "Check",
    "InPart",
    "Judgement",
    "authentication",
    "bodies",
    "check",
    "cors",
    "documented_headers",
    "judge",
    "problem_details",
    "rate_limits",
    "status_codes",
    "unexpected_answers",
]
