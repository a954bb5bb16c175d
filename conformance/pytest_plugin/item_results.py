"""Turns the findings and the outcome of a test into pytest's outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

import pytest

from peertube_conformance.fixtures.messages.precondition_errors import OutOfRequests
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.redaction.safe_output import escaped_line

if TYPE_CHECKING:
    # Phases load the generators; collecting must not wait for them.
    from peertube_conformance.conformance.execution.outcome import Outcome
    from peertube_conformance.conformance.execution.phases import Exercise
    from peertube_conformance.conformance.execution.worker_session import Session
    from peertube_conformance.reports import Finding


def conclude(exercise: Exercise, phase: str, run: Callable[[], Outcome]) -> None:
    """Runs a phase, records its outcome, and passes, skips or fails the item accordingly."""
    session = exercise.session
    try:
        session.check()
    except (OutOfTime, OutOfRequests) as up:
        session.current.ended(Verdict.NOT_TESTED, str(up))
        session.recorder.outcome(exercise.operation.id, phase, Verdict.NOT_TESTED, str(up))
        pytest.skip(str(up))
    session.collect(exercise.operation)
    outcome = exercise.run(run)
    session.current.ended(outcome.verdict, outcome.reason)
    session.recorder.outcome(exercise.operation.id, phase, outcome.verdict, outcome.reason, outcome.cause)
    if outcome.verdict is Verdict.BLOCKED:
        session.blocked(exercise.operation.id, outcome.reason)
    if outcome.verdict is Verdict.ERROR:
        break_off(session, outcome.reason)
    found = session.collect(exercise.operation)
    if outcome.verdict is Verdict.NOT_IMPLEMENTED:
        # The one finding fails the item of valid requests, whichever test met it.
        missing = session.missing_routes.finding(exercise.environment.shared.base_url, exercise.operation.id)
        found = [missing] if missing is not None and phase == "valid" else []
    report(session, found)
    if outcome.verdict is not Verdict.PASSED:
        pytest.skip(f"{outcome.verdict.value}: {outcome.reason}")


def break_off(session: Session, reason: str) -> NoReturn:
    """Fails the item because of a fault of the harness."""
    pytest.fail(f"the harness failed: {session.environment.redactor.error(reason)}", pytrace=False)


def report(session: Session, findings: Sequence[Finding]) -> None:
    """Fails the item where a finding counts that no deviation explains."""
    found = session.unexplained(findings)
    if found:
        pytest.fail(_report_text(found), pytrace=False)


def _report_text(findings: Sequence[Finding]) -> str:
    lines: list[str] = []
    for finding in {finding.fingerprint: finding for finding in findings}.values():
        lines += [
            f"{finding.requirement} ({finding.level}) {escaped_line(finding.message)}",
            f"  at {finding.at}: expected {finding.expected!r}, got {finding.actual!r}",
            *(
                line
                for step in finding.steps
                for line in (f"  {escaped_line(step.call)}", *(f"    {escaped_line(curl)}" for curl in step.lines))
            ),
            f"  {finding.curl}",
        ]
    return "\n".join(lines)


def record_error(session: Session, item: pytest.Item, when: str, raised: pytest.ExceptionInfo[BaseException]) -> None:
    """Records an item that ended by an exception, other than by findings, as an error of the harness."""
    if isinstance(raised.value, (pytest.fail.Exception, pytest.skip.Exception)):
        return
    # Cut short only after redaction: half a secret would not be recognised as one.
    reason = " ".join(session.environment.redactor.error(str(raised.value)).split())[:300]
    callspec = getattr(item, "callspec", None)
    name = callspec.params.get("operation_id", item.name) if callspec is not None else item.name
    session.recorder.outcome(name, when, Verdict.ERROR, f"{raised.typename}: {reason}")
