"""The verdict of one operation, and the reason why a documented response was never observed."""

from __future__ import annotations

from collections.abc import Sequence

from peertube_conformance.reports.formatting import counted
from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT, Finding, Level
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.behaviour import Behaviour
from peertube_conformance.spec import Operation

# The phase of an operation's tests that provokes a status; others have one of their own, named after the status.
_PHASES = {400: "invalid", 401: "access", 403: "access"}


def operation_verdict(seen: Behaviour, findings: Sequence[Finding], fail_on: Level) -> tuple[Verdict, str]:
    """The verdict of an operation with its reason: green only where it was accepted and nothing is wrong."""
    failing = sum(f.deviation is None and f.level.is_at_least(fail_on) for f in findings)
    reasons = {verdict: reason for verdict, reason, _ in reversed(seen.outcomes)}
    phases = {phase: verdict for verdict, _, phase in seen.outcomes}
    if Verdict.ERROR in reasons:
        return Verdict.ERROR, reasons[Verdict.ERROR]
    missing = next((f for f in findings if f.requirement == ROUTE_REQUIREMENT), None)
    if missing is not None:
        return Verdict.NOT_IMPLEMENTED, missing.message
    if failing:
        return Verdict.FAILED, counted(failing, "finding")
    blocked = next((reason for verdict, reason, phase in seen.outcomes if verdict is Verdict.BLOCKED), None)
    if blocked is not None:
        return Verdict.BLOCKED, blocked
    if phases.get("valid") is Verdict.NOT_APPLICABLE:
        return next(
            (v, reason) for v, reason, phase in seen.outcomes if phase == "valid" and v is Verdict.NOT_APPLICABLE
        )
    if not seen.outcomes and not seen.accepted:
        return Verdict.NO_EVIDENCE, "called only by other tests" if seen.statuses else "no test called this operation"
    if not seen.accepted:
        return Verdict.NO_EVIDENCE, reasons.get(Verdict.NO_EVIDENCE, "no request was accepted")
    known = sorted({f.deviation for f in findings if f.deviation})
    return (Verdict.KNOWN, ", ".join(known)) if known else (Verdict.PASSED, "")


def why_unwitnessed(operation: Operation, status: int, seen: Behaviour) -> str:
    """Why a documented status was not observed: the contract's reason, what prevented its phase, or what came instead."""
    documented = operation.responses[str(status)]
    if documented.unwitnessed:
        return documented.unwitnessed
    asking = {str(status), _PHASES.get(status, "valid" if status < 400 else str(status))}
    for verdict, reason, phase in seen.outcomes:
        if phase in asking and reason and verdict is not Verdict.PASSED:
            return reason
    unjudged = {Verdict.BLOCKED, Verdict.NOT_APPLICABLE, Verdict.ERROR}
    for verdict, reason, phase in seen.outcomes:
        if phase == "valid" and verdict in unjudged:
            return reason
    if not seen.statuses:
        return "this operation was never called"
    answers = ", ".join(str(answer) for answer in sorted(seen.statuses))
    return f"the server responded with {answers}"
