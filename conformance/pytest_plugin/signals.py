"""Handles the signals that end a run: the first one as Ctrl-C does, with clean-up, the second one at once."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from peertube_conformance.conformance.exit_codes import INTERRUPTED
from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.wait_logging import show_waits
from peertube_conformance.fixtures.environment.run_state import Shared
from peertube_conformance.fixtures.timing.deadline import Deadline
from peertube_conformance.reports.redaction.safe_output import escaped_line

INTERRUPTING = (signal.SIGINT,)
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
_SOON_SECONDS = 0.01
_WATCHED_SECONDS = 0.2


class Interrupted(KeyboardInterrupt):
    """A signal ended the run; the text says which."""


# pytest shows an exception by its qualified name, except for its own.
Interrupted.__module__ = "builtins"


def heed_signals(config: pytest.Config, options: Options) -> Interruption:
    """Handles signals from now on, so that they end the run and show what it waits for."""
    config.add_cleanup(show_waits())
    interruption = Interruption(*ENDING, last_words=lambda: options.how_to_clean)
    config.add_cleanup(interruption.undo)
    return interruption


def heed_in_worker(config: pytest.Config, shared: Shared | None) -> None:
    """Ends the worker when it is interrupted, or when the process that started it is."""
    config.add_cleanup(show_waits())
    config.add_cleanup(Interruption(*INTERRUPTING).undo)
    if shared is not None and shared.interrupted is not None:
        interrupt_when(Path(shared.interrupted))


class Ending:
    """Pytest hooks for signals: before the end of a session they interrupt it, then they hurry the clean-up.

    A second one ends the workers too: nothing is asked after the last line, and nothing follows it.
    """

    def __init__(self, interruption: Interruption, interrupt: Callable[[], None]) -> None:
        self._interruption = interruption
        self._interrupt = interrupt

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Notes the process of a worker that xdist has started, to kill it on a second signal."""
        # execnet has no public name for the process of a gateway.
        self._interruption.at_once.append(node.gateway._io.kill)  # noqa: SLF001

    def pytest_keyboard_interrupt(self) -> None:
        """Interrupts the run when the session is ending: so are its workers."""
        self._interrupt()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Protects the clean-up that follows: a signal hurries it and no longer interrupts."""
        self._interruption.rather(self._interrupt)


class Interruption:
    """Handles signals until `undo`.

    The first one raises Interrupted, or calls the function given to `rather`. A second one ends the process at once,
    after calling all of `at_once`, with the line from `last_words`; without these it is ignored.

    A signal that is ignored, as SIGHUP under nohup, stays so. Of threads only the main one can handle signals.
    """

    def __init__(self, *signals: signal.Signals, last_words: Callable[[], str] | None = None) -> None:
        self._last_words = last_words
        self.at_once: list[Callable[[], None]] = []
        self._instead: Callable[[], None] | None = None
        self._is_interrupted = False
        self._before: dict[signal.Signals, Any] = {}
        # A copy of the console's file descriptor, which stays valid when pytest replaces it.
        self._console = os.dup(2)
        if threading.current_thread() is threading.main_thread():
            for number in signals:
                if signal.getsignal(number) in _DEFAULTS:
                    self._before[number] = signal.signal(number, self.heed)

    def undo(self) -> None:
        """Restores the signal handlers from before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._console)

    def rather(self, do: Callable[[], None]) -> None:
        """From now on the first signal calls `do` instead of interrupting."""
        self._instead = do

    def heed(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal, or sends it again a little later where an exception would be lost."""
        name = signal.Signals(number).name
        if self._is_interrupted:
            if self._last_words is not None:
                for act in self.at_once:
                    act()
                self._say(f"stopped immediately by {name}: {self._last_words()}")
                os._exit(INTERRUPTED)
        elif self._instead is not None:
            self._is_interrupted = True
            self._say(f"stopping because of {name}; cleaning up. Send a second signal to stop immediately")
            self._instead()
        elif _collects_garbage(frame) or _is_between_lines(frame):
            threading.Timer(_SOON_SECONDS, os.kill, (os.getpid(), number)).start()
        else:
            self._is_interrupted = True
            raise Interrupted(f"ended by {name}")

    def _say(self, line: str) -> None:
        os.write(self._console, f"\n{escaped_line(line)}\n".encode("utf-8", "backslashreplace"))


def interrupt_when(file: Path) -> None:
    """Interrupts the main thread as SIGINT does once the file exists: another process got a signal."""
    main = threading.main_thread().ident
    assert main is not None

    def watch() -> None:
        pace = Deadline()
        while not file.exists():
            pace.sleep(_WATCHED_SECONDS)
        signal.pthread_kill(main, signal.SIGINT)

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        threading.Thread(target=watch, daemon=True).start()


def _collects_garbage(frame: FrameType | None) -> bool:
    """Whether the frame is a function called before and after a garbage collection: Hypothesis has one.

    Python prints the traceback of what is raised there, and drops it.
    """
    codes = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    return frame is not None and frame.f_code in codes


def _is_between_lines(frame: FrameType | None) -> bool:
    """Whether the frame is at an instruction without a line, as at the ends of blocks.

    pytest fails over a traceback from there.
    """
    return frame is not None and frame.f_lineno is None
