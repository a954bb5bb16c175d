"""Outcome of a part of a run, beside its findings, and the verdicts of precondition errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peertube_conformance.fixtures.http.client import TargetGone
from peertube_conformance.fixtures.mailboxes.open_by_url import NoMail
from peertube_conformance.fixtures.messages.precondition_errors import UnexpectedAnswer
from peertube_conformance.fixtures.resources.factory import NotArranged, Unavailable
from peertube_conformance.fixtures.safety.guard import Refused
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Verdict

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.worker_session import Session

# The target does not offer it, or the tier does not allow it.
_NOT_APPLICABLE = (Unavailable, Refused)
_BLOCKED = (NotArranged, NoMail, TargetGone)
PRECONDITION_ERRORS = (*_NOT_APPLICABLE, *_BLOCKED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with its reason."""

    verdict: Verdict
    reason: str = ""


def outcome_of(blocker: Exception, session: Session) -> Outcome:
    """The outcome of a part that met this precondition error, one of PRECONDITION_ERRORS.

    An answer that has another form than its sender needs is a finding of its operation, which the reason names.
    """
    if isinstance(blocker, OutOfTime):
        return Outcome(Verdict.NO_EVIDENCE, str(blocker))
    if isinstance(blocker, UnexpectedAnswer):
        finding = session.blame(blocker)
        return Outcome(Verdict.BLOCKED, f"{blocker} ({finding.fingerprint})" if finding else str(blocker))
    verdict = Verdict.NOT_APPLICABLE if isinstance(blocker, _NOT_APPLICABLE) else Verdict.BLOCKED
    return Outcome(verdict, str(blocker))
