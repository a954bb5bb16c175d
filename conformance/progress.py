"""How far a run is, while it runs."""

from __future__ import annotations

import time
from typing import Any

import pytest

_PROGRESS_SECONDS = 10.0
_TRUSTED_SHARE = 0.1


class Progress:
    """How far a run is, in lines of their own at most every ten seconds."""

    def __init__(self, config: pytest.Config, reporter: Any, estimated: float) -> None:
        self._config = config
        self._reporter = reporter
        self._estimated = estimated
        self._began = self._told = time.monotonic()
        self._done = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts finished items; under xdist they come from all workers."""
        if report.when != "call" and not report.skipped:
            return
        self._done += 1
        now = time.monotonic()
        if now - self._told >= _PROGRESS_SECONDS:
            self._told = now
            self._reporter.write_line(f" {self._done} items done, about {self._left(now)} s left")

    def _left(self, now: float) -> int:
        """By the items done where their number is known, else by the announced cost."""
        elapsed = now - self._began
        total = getattr(self._reporter._session, "testscollected", 0) or 0  # noqa: SLF001 - it has no public name
        share = self._done / total if total else 0.0
        left = elapsed * (1 - share) / share if share > _TRUSTED_SHARE else self._estimated - elapsed
        return max(0, round(left))
