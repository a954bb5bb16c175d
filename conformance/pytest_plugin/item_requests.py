"""Announces what a run costs its target, and bounds the requests of each item by its ceiling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.pytest_plugin.item_kinds import short_id

if TYPE_CHECKING:
    # Sessions load the generators; collecting must not wait for them.
    from peertube_conformance.conformance.execution.worker_session import Session


class CostAnnouncement:
    """Pytest hooks that announce the cost of the collected items once."""

    def __init__(self, announce: Callable[[list[str]], None]) -> None:
        self._announce = announce
        self._is_announced = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Takes in the items, where they run in this process."""
        self._collected(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Takes in the items, which each worker collects alike."""
        self._collected(ids)

    def _collected(self, ids: Iterable[str]) -> None:
        if not self._is_announced:
            self._is_announced = True
            self._announce([*ids])


class ItemRequests:
    """Pytest hooks that count the requests of each item of this process."""

    def __init__(self, session: Callable[[], Session | None]) -> None:
        self._session = session

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[Any]:
        """Gives the item its ceiling, and records that it reached it."""
        session = self._session()
        if session is None:
            return (yield)
        from peertube_conformance.conformance.pytest_plugin.item_repetition import confirm  # noqa: PLC0415 - it loads the checks

        replays = session.options.replays
        only = None if replays is None or replays.recipe.part is None else {replays.recipe.part}
        test = short_id(item.nodeid)
        with session.requests.item(announced(session, item.nodeid)), session.current.running(test, only):
            session.reported.clear()
            try:
                result = yield
            except (Exception, pytest.fail.Exception, pytest.skip.Exception):
                confirm(session, item)
                raise
            else:
                confirm(session, item)
                return result
            finally:
                _note_ceiling(session, item.nodeid.rpartition("::")[2])


def _note_ceiling(session: Session, item: str) -> None:
    """Records that the item reached its ceiling of requests, or the run its own during it."""
    requests = session.requests
    if why := requests.why_run_over:
        session.recorder.note("ceiling", {"item": "", "reason": why})
    elif requests.is_item_over:
        session.recorder.note("ceiling", {"item": item, "reason": requests.why_item_over})


def announced(session: Session, nodeid: str) -> int:
    """The requests that the item was announced to send."""
    from peertube_conformance.conformance.pytest_plugin.run_cost import cost_of_item  # noqa: PLC0415 - it loads the arrangements

    return cost_of_item(nodeid, session.contract.operations, session.options, session.shared)
