"""Announces what a run costs its target, and bounds the requests of each item by its ceiling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.pytest_plugin.item_kinds import is_flow, is_generated, parameter_of, test_of

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
        with session.requests.item(announced(session, item.nodeid)):
            try:
                return (yield)
            finally:
                session.note_ceiling(item.nodeid.rpartition("::")[2])


def announced(session: Session, nodeid: str) -> int:
    """The requests that the item was announced to send."""
    from peertube_conformance.conformance.execution import item_costs  # noqa: PLC0415 - it loads the arrangements

    if is_flow(nodeid):
        return item_costs.cost_of_flow(test_of(nodeid), session.options.depth.name, session.shared.limits)
    if is_generated(nodeid):
        operation = session.contract.operation(parameter_of(nodeid))
        return item_costs.cost_of_phase(operation, session.options.depth, session.shared.limits)
    return item_costs.cost_of_test(test_of(nodeid))
