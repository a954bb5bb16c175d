"""Which worker runs what. The phases of an operation stay together; what a killed worker leaves goes to the others."""

from __future__ import annotations

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController


class Scheduling(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """xdist's own (3.8), but for workers that are killed.

    It hands out again what is done already, and the item that the worker died of; then it waits for ever for the end of
    what nobody runs.
    """

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
