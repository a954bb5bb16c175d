"""Confirms what the checks of single exchanges found during walks: takes the steps of such a walk again."""

from __future__ import annotations

from collections.abc import Sequence

from peertube_conformance.reports import Finding
from peertube_conformance.reports.model.confirmation import CONFIRMED, INTERMITTENT, Obstacle, not_confirmed
from peertube_conformance.stateful.engine.context import Context
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.reproduction_steps import Call
from peertube_conformance.stateful.engine.shrinking import repeats


def confirm_walks(context: Context, flow: type[Flow]) -> None:
    """Takes each walk again that had new findings which are not confirmed yet, and notes which of them come again."""
    context.note_findings()
    context.is_shortened = True
    repetition = context.session.repetition
    with context.session.requests.rest_of_item():
        for found, story in context.found_by_checks:
            pending = repetition.pending(found)
            if pending:
                _confirm(context, flow, pending, story.calls)


def _confirm(context: Context, flow: type[Flow], pending: Sequence[Finding], steps: Sequence[Call]) -> None:
    session, repetition = context.session, context.session.repetition
    obstacle = repetition.obstacle()
    if obstacle is not None:
        for finding in pending:
            repetition.note(finding, not_confirmed(obstacle))
        return
    with session.repeating(fresh=False) as seen:
        is_complete = repeats(flow, steps)
    came = {finding.fingerprint for finding in seen}
    for finding in pending:
        if finding.fingerprint in came:
            repetition.note(finding, CONFIRMED)
        else:
            repetition.note(finding, INTERMITTENT if is_complete else not_confirmed(Obstacle.BLOCKED))
