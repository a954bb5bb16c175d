"""Which worker runs what. The phases of an operation stay together; what a killed worker leaves goes to the others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

_FLOWS = "stateful/"
_HAND_WRITTEN = "hand-written tests"


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """xdist's own (3.8), but for what belongs together, and for workers that are killed.

    The items of an operation share what was generated and made for it, and what is done to a thing by one is not to
    happen to another; so one worker gets them all. Where time is short, when each phase of all operations goes before
    the next one of any, `operations` is empty and each item goes by itself, as flows always do. The hand-written tests
    are with one worker too: what uses limits up is among them, what sees how their windows end, and enough between.

    Of a worker that was killed, xdist hands out again what is done already, and the item that the worker died of; then
    it waits for ever for the end of what nobody runs.
    """

    def __init__(self, config: pytest.Config, log: Any, operations: Collection[str]) -> None:
        super().__init__(config, log)
        self._operations = operations
        # What takes longest is collected first; xdist would begin with what has most items.
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        """The operation that an item is asked for, the room of hand-written tests, or a flow by itself."""
        name = nodeid.rpartition("[")[2].removesuffix("]")
        if name in self._operations:
            return name
        return nodeid if _FLOWS in nodeid or not self._operations else _HAND_WRITTEN

    def remove_node(self, node: WorkerController) -> str | None:
        """Forgets a worker; returns the item that it died of, None where it had nothing left to do."""
        workload = self.assigned_work.pop(node)
        left = {
            scope: {item: False for item, is_done in unit.items() if not is_done}
            for scope, unit in workload.items()
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
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed

    def schedule(self) -> None:
        """Gives every worker two units at least: an item is run once the next one is known."""
        is_late = self.collection is not None
        super().schedule()
        if is_late:
            for node in self.nodes:
                self._reschedule(node)
