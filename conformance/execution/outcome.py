"""Outcome of a part of a run, beside its findings, and the verdicts of precondition errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peertube_conformance.fixtures.http.client import TargetGone
from peertube_conformance.fixtures.mailboxes.open_by_url import NoMail
from peertube_conformance.fixtures.messages.precondition_errors import (
    MissingRoute,
    NotTested,
    UnexpectedAnswer,
    Unjudgeable,
)
from peertube_conformance.fixtures.resources.factory import NotArranged, Unavailable
from peertube_conformance.fixtures.safety.guard import Refused
from peertube_conformance.fixtures.timing.deadline import OutOfTime, TooLong
from peertube_conformance.reports import Verdict

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.worker_session import Session

# The first class that fits decides.
_VERDICTS: tuple[tuple[type[Exception], Verdict], ...] = (
    (OutOfTime, Verdict.NOT_TESTED),
    (TooLong, Verdict.NOT_TESTED),
    (Unjudgeable, Verdict.NOT_TESTED),
    (NotTested, Verdict.NOT_TESTED),
    (Refused, Verdict.NOT_TESTED),
    (Unavailable, Verdict.NOT_APPLICABLE),
    (NotArranged, Verdict.BLOCKED),
    (NoMail, Verdict.BLOCKED),
    (TargetGone, Verdict.BLOCKED),
)
PRECONDITION_ERRORS = tuple(error for error, _ in _VERDICTS)
# Verdicts of a part that another target may still be able to test.
NOT_ATTEMPTED = frozenset({Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with its reason; `cause` is the fingerprint of the finding that blocked the part, empty for none."""

    verdict: Verdict
    reason: str = ""
    cause: str = ""


def outcome_of(blocker: Exception, session: Session) -> Outcome:
    """The outcome of a part that met this precondition error, one of PRECONDITION_ERRORS.

    An answer that has another form than its sender needs is a finding of its operation, which the reason names.
    """
    if isinstance(blocker, MissingRoute):
        return Outcome(Verdict.BLOCKED, str(blocker), blocker.finding)
    finding = session.blame(blocker) if isinstance(blocker, UnexpectedAnswer) else None
    if finding is not None:
        return Outcome(Verdict.BLOCKED, f"{blocker} ({finding.fingerprint})", finding.fingerprint)
    return Outcome(next(verdict for error, verdict in _VERDICTS if isinstance(blocker, error)), str(blocker))
