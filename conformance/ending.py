"""How a run is ended from outside: a signal that asks for it does what Ctrl-C does, so that everything is cleaned up."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

INTERRUPTING = (signal.SIGINT,)
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
_SOON_SECONDS = 0.01


def interrupt_on(*signals: signal.Signals) -> Callable[[], None]:
    """Makes these signals interrupt the process where that is heeded; returns what undoes that.

    A signal that is ignored, as SIGHUP under nohup, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before: dict[signal.Signals, Any] = {}
    for number in signals:
        if signal.getsignal(number) in _DEFAULTS:
            before[number] = signal.signal(number, _interrupt)

    def undo() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return undo


def _interrupt(number: int, frame: FrameType | None) -> None:
    if _collects_garbage(frame) or _is_between_lines(frame):
        threading.Timer(_SOON_SECONDS, os.kill, (os.getpid(), number)).start()
        return
    raise KeyboardInterrupt(f"ended by {signal.Signals(number).name}")


def _collects_garbage(frame: FrameType | None) -> bool:
    """Whether this is a function that is called before and after a collection: Hypothesis has one.

    What is raised there is told with its stack, and lost.
    """
    codes = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    return frame is not None and frame.f_code in codes


def _is_between_lines(frame: FrameType | None) -> bool:
    """Whether this is an instruction of no line, as the ends of blocks have: pytest fails over a traceback from there."""
    return frame is not None and frame.f_lineno is None
