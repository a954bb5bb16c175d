"""The verdict of one operation, and the reason why a documented response was never observed."""

from __future__ import annotations

from collections.abc import Sequence

from peertube_conformance.reports.formatting import counted
from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT, Finding, Level
from peertube_conformance.reports.model.verdict import ReasonedVerdict, Verdict
from peertube_conformance.reports.run_document.behaviour import Behaviour, PhaseOutcome
from peertube_conformance.spec import Operation
from peertube_conformance.spec.deviations import Category

# The phase of an operation's tests that provokes a status; others have one of their own, named after the status.
_PHASES = {400: "invalid", 401: "access", 403: "access"}
_VALID = "valid"
PHASES = frozenset({_VALID, "invalid", "access", "refusals"})
_UNJUDGED = frozenset({Verdict.BLOCKED, Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED, Verdict.ERROR})


def operation_verdict(
    seen: Behaviour, findings: Sequence[Finding], fail_on: Level, *, stopped: str = ""
) -> ReasonedVerdict:
    """The verdict of an operation: green only where it was accepted and nothing is wrong but form.

    `stopped` says why the run ended before it tested every operation, if it did.
    """
    failing = sum(f.deviation is None and f.level.is_at_least(fail_on) for f in findings)
    if found := _first(seen, Verdict.ERROR):
        return ReasonedVerdict(Verdict.ERROR, found.reason)
    missing = next((f for f in findings if f.requirement == ROUTE_REQUIREMENT), None)
    if missing is not None:
        return ReasonedVerdict(Verdict.NOT_IMPLEMENTED, missing.message)
    if failing:
        return ReasonedVerdict(Verdict.FAILED, counted(failing, "finding"))
    # A phase that no finding blocked is the one that makes a run inconclusive.
    if blocked := _first(seen, Verdict.BLOCKED, without_cause=True) or _first(seen, Verdict.BLOCKED):
        return ReasonedVerdict(Verdict.BLOCKED, blocked.reason, blocked.cause)
    if absent := _first(seen, Verdict.NOT_APPLICABLE, phase=_VALID):
        return ReasonedVerdict(Verdict.NOT_APPLICABLE, absent.reason)
    known = ", ".join(sorted({f.deviation for f in findings if f.deviation and f.deviation_class != Category.FORM}))
    if not seen.accepted and not (known and seen.faulted):
        return _not_accepted(seen, stopped)
    return ReasonedVerdict(Verdict.KNOWN, known) if known else ReasonedVerdict(Verdict.PASSED)


def _not_accepted(seen: Behaviour, stopped: str) -> ReasonedVerdict:
    """The verdict of an operation without an accepted request and without a finding that says why."""
    if skipped := _first(seen, Verdict.NOT_TESTED, phase=_VALID):
        return ReasonedVerdict(Verdict.NOT_TESTED, skipped.reason)
    if refused := _first(seen, Verdict.NO_EVIDENCE, phase=_VALID):
        return ReasonedVerdict(Verdict.BLOCKED, refused.reason)
    if stopped:
        return ReasonedVerdict(Verdict.NOT_TESTED, stopped)
    if seen.outcomes:
        return ReasonedVerdict(Verdict.NOT_TESTED, "this run sent no valid request")
    reason = "called only by other tests" if seen.statuses else "no test called this operation"
    return ReasonedVerdict(Verdict.NOT_TESTED, reason)


def phases_not_tested(seen: Behaviour) -> list[str]:
    """The phases of an operation that the run was not allowed or not asked to test, sorted."""
    return sorted({o.phase for o in seen.outcomes if o.verdict is Verdict.NOT_TESTED and o.phase in PHASES})


def _first(seen: Behaviour, verdict: Verdict, *, phase: str = "", without_cause: bool = False) -> PhaseOutcome | None:
    return next(
        (
            outcome
            for outcome in seen.outcomes
            if outcome.verdict is verdict and phase in {"", outcome.phase} and not (without_cause and outcome.cause)
        ),
        None,
    )


def why_unwitnessed(operation: Operation, status: int, seen: Behaviour) -> str:
    """Why a documented status was not observed: the contract's reason, what prevented its phase, or what came instead."""
    documented = operation.responses[str(status)]
    if documented.unwitnessed:
        return documented.unwitnessed
    asking = {str(status), _PHASES.get(status, "valid" if status < 400 else str(status))}
    for outcome in seen.outcomes:
        if outcome.phase in asking and outcome.reason and outcome.verdict is not Verdict.PASSED:
            return outcome.reason
    for outcome in seen.outcomes:
        if outcome.phase == _VALID and outcome.verdict in _UNJUDGED:
            return outcome.reason
    if not seen.statuses:
        return "this operation was never called"
    answers = ", ".join(str(answer) for answer in sorted(seen.statuses))
    return f"the server responded with {answers}"
