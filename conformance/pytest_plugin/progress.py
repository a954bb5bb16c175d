"""Shows the progress of a run on the console."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

import pytest

from peertube_conformance.conformance.execution.cost import FLOWS, HAND_WRITTEN, OPERATIONS, Cost
from peertube_conformance.conformance.pytest_plugin.console_writer import Console
from peertube_conformance.conformance.pytest_plugin.item_kinds import is_flow, is_generated
from peertube_conformance.reports.formatting import counted

_PROGRESS_SECONDS = 10.0
_TRUSTED_SHARE = 0.05


class Progress:
    """Reports progress and the estimated rest of the time, in lines of their own at most every ten seconds.

    A flow takes as long as dozens of other items: an item counts as much as the requests that its kind is estimated to
    send.
    """

    def __init__(self, console: Console, cost: Cost) -> None:
        self._console = console
        self._cost = cost
        self._weights: dict[str, float] = {}
        self._began = self._shown_at = time.monotonic()
        self._items = 0
        self._requests = 0.0

    def collected(self, ids: Iterable[str]) -> None:
        """Shares the estimated requests of each kind among its items."""
        numbers = Counter(map(_kind, ids))
        if numbers:
            self._weights = {kind: self._cost.parts.get(kind, 0) / number for kind, number in numbers.items()}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts finished items; under xdist they come from all workers."""
        if report.when != "call" and not report.skipped:
            return
        self._items += 1
        self._requests += self._weights.get(_kind(report.nodeid), 0)
        now = time.monotonic()
        if now - self._shown_at >= _PROGRESS_SECONDS:
            self._shown_at = now
            left = self.left(now - self._began)
            self._console.say(f"{counted(self._items, 'test')} done, about {left} s left")

    def left(self, elapsed: float) -> int:
        """Seconds left: the remaining share of the announced time, or of the elapsed time where that is more.

        The speed so far says little: tests that wait for windows come first.
        """
        share = self._requests / sum(self._cost.parts.values()) if self._cost.parts else 0.0
        trusted = share > _TRUSTED_SHARE
        left = (1 - share) * max(elapsed, self._cost.seconds) if trusted else self._cost.seconds - elapsed
        return max(0, round(left))


def _kind(item: str) -> str:
    if is_flow(item):
        return FLOWS
    return OPERATIONS if is_generated(item) else HAND_WRITTEN
