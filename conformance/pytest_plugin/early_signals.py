"""Handles the signals that end the command while it is loading, when there is no run to end.

This module imports little, because the command loads it first.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from peertube_conformance.conformance.exit_codes import INTERRUPTED

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
_STDERR = 2


def end_early(number: int, _frame: FrameType | None) -> None:
    """Ends the process with one line instead of a traceback."""
    line = f"stopped by {signal.Signals(number).name} before anything was sent to the target\n"
    with contextlib.suppress(OSError):
        os.write(_STDERR, line.encode())
    os._exit(INTERRUPTED)


@contextmanager
def signals_end_early(*, is_process: bool) -> Iterator[None]:
    """Ends the process on a signal, until the command handles signals itself.

    With `is_process` the process ends after it, so signals are then ignored; else they are handled as before.
    """
    before = {number: signal.getsignal(number) for number in ENDING}
    handled = {number: handler for number, handler in before.items() if handler in DEFAULTS}
    for number in handled:
        signal.signal(number, end_early)
    try:
        yield
    finally:
        for number, handler in handled.items():
            signal.signal(number, signal.SIG_IGN if is_process else handler)


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """Raises KeyboardInterrupt on every signal that ends a process, as Ctrl-C does."""
    handled = [number for number in ENDING if signal.getsignal(number) is end_early]
    for number in handled:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, end_early)
