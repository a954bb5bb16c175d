"""Makes the requests of new findings once more, with fresh resources, and records which findings happen again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from peertube_conformance.fixtures.messages.precondition_errors import OutOfRequests
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Finding, Verdict
from peertube_conformance.reports.model.confirmation import (
    CONFIRMED,
    INTERMITTENT,
    Confirmation,
    Obstacle,
    not_confirmed,
)
from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT
from peertube_conformance.reports.model.recipe import Recipe, Replayed

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.worker_session import Session

# Checks that compare answers from all over the run, which one test cannot give again.
_COMPARING = frozenset({"announced_limits"})
_PREVENTED = frozenset({Verdict.BLOCKED, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE, Verdict.ERROR})

Again = Callable[[], None]


class Repetition:
    """Confirms the new findings of the tests of one worker."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Confirmation] = {}

    def confirm(self, findings: Sequence[Finding], again: Again) -> None:
        """Runs the test again by `again`, once for each part with findings, and records which of them come again."""
        pending = self.pending(findings)
        parts: defaultdict[Recipe, list[Finding]] = defaultdict(list)
        for finding in pending:
            assert finding.recipe is not None, "only tests have parts"
            if finding.check in _COMPARING or finding.requirement == ROUTE_REQUIREMENT:
                self.note(finding, not_confirmed(Obstacle.COMPARISON))
            else:
                parts[finding.recipe].append(finding)
        with self._session.requests.rest_of_item():
            for recipe, wanted in parts.items():
                self._confirm_part(recipe, wanted, again)

    def pending(self, findings: Sequence[Finding]) -> list[Finding]:
        """The new findings of these, one of each fingerprint, that were not confirmed yet."""
        found: dict[str, Finding] = {}
        for finding in findings:
            if finding.deviation is None:
                found.setdefault(finding.fingerprint, finding)
        return [finding for name, finding in found.items() if self._known.get(name) != CONFIRMED]

    def leave(self, findings: Sequence[Finding], obstacle: Obstacle) -> None:
        """Records why the requests of the new findings of these are not made again."""
        for finding in self.pending(findings):
            self.note(finding, not_confirmed(obstacle))

    def note(self, finding: Finding, confirmation: Confirmation) -> None:
        """Records whether a finding happened again."""
        if confirmation.outweighs(self._known.get(finding.fingerprint)):
            self._known[finding.fingerprint] = confirmation
            self._session.recorder.confirmation(finding.fingerprint, confirmation, finding.recipe)

    @property
    def has_replayed(self) -> bool:
        """Whether the test under way found again what the command `replay` runs it for."""
        wanted, found = self._session.options.replays, self._session.reported
        return wanted is not None and any(finding.fingerprint == wanted.fingerprint for finding in found)

    def note_replayed(self, replayed: Replayed) -> None:
        """Records whether the test that just ran found again what it was run for."""
        came = self.has_replayed
        current = self._session.current
        detail = current.reason if current.verdict in _PREVENTED else ""
        outcome = self.outcome(came=came, part=replayed.recipe.part)
        self._session.recorder.confirmation(replayed.fingerprint, outcome, replayed.recipe, detail)

    def obstacle(self) -> Obstacle | None:
        """Why no request may be made again now; None where one may, which then counts for the bound."""
        session = self._session
        if session.stop_reason:
            return Obstacle.OUTAGE
        try:
            session.check()
        except OutOfTime:
            return Obstacle.INTERRUPTED if session.environment.deadline.is_interrupted else Obstacle.TIME
        except OutOfRequests:
            return Obstacle.BOUND
        return None if session.requests.has_room and session.repetitions.take() else Obstacle.BOUND

    def _confirm_part(self, recipe: Recipe, wanted: Sequence[Finding], again: Again) -> None:
        obstacle = self.obstacle()
        if obstacle is not None:
            for finding in wanted:
                self.note(finding, not_confirmed(obstacle))
            return
        only = None if recipe.part is None else {recipe.part}
        session = self._session
        with session.repeating() as seen, session.current.running(recipe.test, only):
            again()
            came = {finding.fingerprint for finding in seen}
            for finding in wanted:
                self.note(finding, self.outcome(came=finding.fingerprint in came, part=recipe.part))
        for finding in seen:
            if finding.fingerprint not in self._known and finding.deviation is None:
                self.note(finding, not_confirmed(Obstacle.REPETITION))

    def outcome(self, *, came: bool, part: int | None = None) -> Confirmation:
        """What the test that just ran again says of a finding, which came or did not."""
        session = self._session
        if came:
            return CONFIRMED
        if session.stop_reason:
            return not_confirmed(Obstacle.OUTAGE)
        if session.environment.deadline.left() <= 0:
            return not_confirmed(Obstacle.TIME)
        if session.requests.is_item_over or session.requests.why_run_over:
            return not_confirmed(Obstacle.BOUND)
        is_prevented = session.current.verdict in _PREVENTED or not session.current.has_sent(part)
        return not_confirmed(Obstacle.BLOCKED) if is_prevented else INTERMITTENT
