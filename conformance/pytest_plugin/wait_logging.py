"""Shows on the console what a process of a run waits for."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from peertube_conformance.fixtures.timing import deadline


def show_waits() -> Callable[[], None]:
    """Writes announced waits to the current standard error, and returns what ends that.

    Workers share it with the process that started them; pytest replaces it while a test runs.
    """
    console = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
    handler = logging.StreamHandler(console)
    # pytest's progress display may be on the line already.
    handler.setFormatter(logging.Formatter("\n%(message)s"))
    logger = logging.getLogger(deadline.__name__)
    logger.addHandler(handler)

    def undo() -> None:
        logger.removeHandler(handler)
        console.close()

    return undo
