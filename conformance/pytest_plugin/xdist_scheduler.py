"""Distributes items to workers: an operation's phases stay together, and other workers get what a killed one leaves."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection
from itertools import takewhile
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from peertube_conformance.conformance.pytest_plugin.item_kinds import is_flow

_HAND_WRITTEN = "hand-written tests"
_LATE = "those that go last"
_MOST_TRIES = 2


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """xdist's scheduler (3.8), except that related items stay together and that killed workers are handled.

    The items of an operation share what was generated and made for it, and must not change a resource that another one
    uses; so one worker gets them all. Where time is short, when each phase of all operations goes before the next one
    of any, `operations` is empty and each item goes by itself, as flows always do. The hand-written tests stay with one
    worker too: some of them exhaust limits, and others observe the end of the windows. The latter were collected behind
    all operations; that worker gets them when nothing else is left, and waits for no window.

    For a killed worker, xdist would hand out finished items again; then it would wait for ever for items that no worker
    runs. Here the item during which it was killed is run once more, in any worker, and `retried` is called with it and
    the worker. `crashed` lists for each item the workers that were killed while they ran it.
    """

    def __init__(
        self,
        config: pytest.Config,
        log: Any,
        operations: Collection[str],
        *,
        retried: Callable[[str, str], None] = lambda _item, _worker: None,
    ) -> None:
        super().__init__(config, log)
        self._operations = operations
        self._retry = retried
        self.crashed: dict[str, list[str]] = defaultdict(list)
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
        """Leaves the items that go last to the worker that has begun the hand-written tests.

        A worker that replaces a killed one gets nothing before it has collected the items.
        """
        if node not in self.registered_collections:
            return
        if [*self.workqueue] == [_LATE] and self._is_begun_by_another(node):
            if not node.shutting_down:
                node.shutdown()
            return
        super()._reschedule(node)

    def _is_begun_by_another(self, node: WorkerController) -> bool:
        return any(_HAND_WRITTEN in units for other, units in self.assigned_work.items() if other is not node)

    def remove_node(self, node: WorkerController) -> str | None:
        """Removes a worker; returns the item during which it was killed if that is not run again, else None."""
        workload = self.assigned_work.pop(node)
        left = {
            scope: {item: False for item, is_done in unit.items() if not is_done} for scope, unit in workload.items()
        }
        left = {scope: unit for scope, unit in left.items() if unit}
        if not left:
            return None
        scope = next(iter(left))
        crashed: str = next(iter(left[scope]))
        self.crashed[crashed].append(node.gateway.id)
        is_retried = len(self.crashed[crashed]) < _MOST_TRIES
        if not is_retried:
            del left[scope][crashed]
            if not left[scope]:
                del left[scope]
        self.workqueue.update(left)
        if _LATE in self.workqueue:
            self.workqueue.move_to_end(_LATE)
        for other in self.assigned_work:
            self._reschedule(other)
        if not is_retried:
            return crashed
        self._retry(crashed, node.gateway.id)
        return None

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Gives a worker its next unit. One that was killed cannot take it: `remove_node`, called next, takes it back."""
        with contextlib.suppress(OSError):
            super()._assign_work_unit(node)

    def unfinished(self) -> list[str]:
        """The items that no worker has finished."""
        units = [self.workqueue, *self.assigned_work.values()]
        return [item for unit in units for items in unit.values() for item, is_done in items.items() if not is_done]

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
