"""How a part of a run ended, beside its findings, and what stood in its way as a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from peertube_conformance.fixtures.http.client import TargetGone
from peertube_conformance.fixtures.mailboxes.open_by_url import NoMail
from peertube_conformance.fixtures.resources.factory import NotArranged, Unavailable
from peertube_conformance.fixtures.safety.guard import Refused
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Verdict

# The target does not offer it, or the tier does not let it through.
_NOT_APPLICABLE = (Unavailable, Refused)
_BLOCKED = (NotArranged, NoMail, TargetGone)
PRECONDITION_ERRORS = (*_NOT_APPLICABLE, *_BLOCKED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with its reason."""

    verdict: Verdict
    reason: str = ""


def outcome_of(blocker: Exception) -> Outcome:
    """The outcome of what met this hindrance, which is one of HINDRANCES."""
    if isinstance(blocker, OutOfTime):
        return Outcome(Verdict.NO_EVIDENCE, str(blocker))
    verdict = Verdict.NOT_APPLICABLE if isinstance(blocker, _NOT_APPLICABLE) else Verdict.BLOCKED
    return Outcome(verdict, str(blocker))
