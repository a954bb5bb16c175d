"""Runs a test again, in the same process and with fresh resources, to confirm its new findings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from peertube_conformance.conformance.execution.assertions import Examination
from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.conformance.pytest_plugin.item_kinds import is_flow
from peertube_conformance.fixtures.messages.precondition_errors import NotArranged
from peertube_conformance.reports import Verdict
from peertube_conformance.reports.model.confirmation import Obstacle, not_confirmed

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.worker_session import Session

# What a test has that can be run again.
_MADE_ANEW = ("exercise", "examine")


def confirm(session: Session, item: pytest.Item) -> None:
    """Makes the requests of the item's new findings once more; flows did that themselves.

    An item that is run because of an earlier run's finding is not run a third time.
    """
    if session.options.replays is not None:
        session.repetition.note_replayed(session.options.replays)
        return
    session.repetitions.begin_test()
    pending = session.repetition.pending(session.reported)
    if not pending:
        return
    if is_flow(item.nodeid):
        for finding in pending:
            session.repetition.note(finding, not_confirmed(Obstacle.BLOCKED))
    elif not isinstance(item, pytest.Function) or not is_repeatable(item):
        for finding in pending:
            session.repetition.note(finding, not_confirmed(Obstacle.RATE_LIMIT))
    else:
        session.repetition.confirm(pending, partial(run_again, session, item))


def is_repeatable(item: pytest.Function) -> bool:
    """Whether the item can be run twice: not those that exhaust the limits of the whole run, or wait for their end."""
    is_late = item.get_closest_marker("late") is not None
    return not is_late and any(name in item.funcargs for name in _MADE_ANEW)


def run_again(session: Session, item: pytest.Function) -> None:
    """Calls the function of the item with a new exercise and a new examination."""
    before = dict(item.funcargs)
    exercise, examine = before.get("exercise"), before.get("examine")
    if isinstance(exercise, Exercise):
        item.funcargs["exercise"] = Exercise(session, exercise.operation)
    if isinstance(examine, Examination):
        item.funcargs["examine"] = Examination(session, session.environment, examine.name)
    try:
        item.ihook.pytest_pyfunc_call(pyfuncitem=item)
    except (pytest.fail.Exception, pytest.skip.Exception):
        return  # what came of it was noted
    except Exception as error:  # noqa: BLE001 - the first run of the test reports defects of the harness
        session.current.ended(Verdict.BLOCKED if isinstance(error, NotArranged) else Verdict.ERROR, str(error))
    finally:
        item.funcargs.update(before)
