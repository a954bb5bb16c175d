"""Distributes items to workers: an operation's phases stay together, and other workers get what a killed one leaves."""

from __future__ import annotations

from collections.abc import Collection
from itertools import takewhile
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from peertube_conformance.conformance.pytest_plugin.item_kinds import is_flow

_HAND_WRITTEN = "hand-written tests"
_LATE = "those that go last"


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """xdist's scheduler (3.8), except that related items stay together and that killed workers are handled.

    The items of an operation share what was generated and made for it, and must not change a resource that another one
    uses; so one worker gets them all. Where time is short, when each phase of all operations goes before the next one
    of any, `operations` is empty and each item goes by itself, as flows always do. The hand-written tests stay with one
    worker too: some of them exhaust limits, and others observe the end of the windows. The latter were collected behind
    all operations; that worker gets them when nothing else is left, and waits for no window.

    For a killed worker, xdist would hand out finished items again, and the item that killed it; then it would wait for
    ever for items that no worker runs.
    """

    def __init__(self, config: pytest.Config, log: Any, operations: Collection[str]) -> None:
        super().__init__(config, log)
        self._operations = operations
        self._late: set[str] = set()
        # What takes longest is collected first; xdist would begin with what has most items.
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        """The scope of an item: its operation, all hand-written tests, or the item itself as for a flow."""
        name = nodeid.rpartition("[")[2].removesuffix("]")
        if name in self._operations:
            return name
        if is_flow(nodeid) or not self._operations:
            return nodeid
        return _LATE if nodeid in self._late else _HAND_WRITTEN

    def _reschedule(self, node: WorkerController) -> None:
        """Leaves the items that go last to the worker that has begun the hand-written tests."""
        if [*self.workqueue] == [_LATE] and self._is_begun_by_another(node):
            if not node.shutting_down:
                node.shutdown()
            return
        super()._reschedule(node)

    def _is_begun_by_another(self, node: WorkerController) -> bool:
        return any(_HAND_WRITTEN in units for other, units in self.assigned_work.items() if other is not node)

    def remove_node(self, node: WorkerController) -> str | None:
        """Removes a worker; returns the item during which it ended, or None if it had nothing left to do."""
        workload = self.assigned_work.pop(node)
        left = {
            scope: {item: False for item, is_done in unit.items() if not is_done} for scope, unit in workload.items()
        }
        left = {scope: unit for scope, unit in left.items() if unit}
        if not left:
            return None
        scope = next(iter(left))
        crashed: str = next(iter(left[scope]))
        del left[scope][crashed]
        if not left[scope]:
            del left[scope]
        self.workqueue.update(left)
        if _LATE in self.workqueue:
            self.workqueue.move_to_end(_LATE)
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed

    def schedule(self) -> None:
        """Gives every worker at least two units: an item is run once the next one is known."""
        is_another = self.collection is not None
        if not is_another:
            self._late = self._collected_last()
        super().schedule()
        if is_another:
            for node in self.nodes:
                self._reschedule(node)

    def _collected_last(self) -> set[str]:
        """The hand-written tests collected after all operations; empty if nothing else was collected."""
        collected = next(iter(self.registered_collections.values()))
        last = {*takewhile(lambda item: self._split_scope(item) == _HAND_WRITTEN, reversed(collected))}
        return last if len(last) < len(collected) else set()
