"""Handles the signals that end a run: the first one as Ctrl-C does, with clean-up, the second one at once."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from peertube_conformance.conformance.exit_codes import INTERRUPTED
from peertube_conformance.conformance.pytest_plugin.early_signals import DEFAULTS, ENDING, end_early
from peertube_conformance.conformance.pytest_plugin.wait_logging import show_waits
from peertube_conformance.fixtures.environment.run_state import Shared
from peertube_conformance.fixtures.timing.deadline import Deadline
from peertube_conformance.reports.redaction.safe_output import escaped_line

_SOON_SECONDS = 0.01
_WATCHED_SECONDS = 0.2


class Interrupted(KeyboardInterrupt):
    """A signal ended the run; the text says which."""


# pytest shows an exception by its qualified name, except for its own.
Interrupted.__module__ = "builtins"


def heed_signals(config: pytest.Config, last_words: Callable[[], str]) -> Interruption:
    """Handles signals from now on, so that they end the run and show what it waits for."""
    config.add_cleanup(show_waits())
    interruption = Interruption(*ENDING, last_words=last_words)
    config.add_cleanup(interruption.undo)
    return interruption


def heed_in_worker(config: pytest.Config, shared: Shared | None) -> None:
    """Ends the worker when it is interrupted, or when the process that started it is."""
    config.add_cleanup(show_waits())
    # Signals are ignored after the session, because the worker is ending.
    config.add_cleanup(Interruption(*ENDING).end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    if shared is not None and shared.interrupted is not None:
        interrupt_when(Path(shared.interrupted))


@contextmanager
def held_back() -> Iterator[None]:
    """Blocks signals, so that a worker that is started meanwhile begins with them blocked, until it handles them.

    A terminal sends them to all processes, and a worker that is loading would end with a traceback.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


class SignalHooks:
    """Pytest hooks for signals: before the end of a session they interrupt it, then they hurry the clean-up.

    A second one ends the workers too: nothing is asked after the last line, and nothing follows it.
    """

    def __init__(self, interruption: Interruption, interrupt: Callable[..., None]) -> None:
        """`interrupt` is called after a signal, or with the reason for which pytest ends the session early."""
        self._interruption = interruption
        self._interrupt = interrupt

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Notes the process of a worker that xdist has started, to kill it on a second signal."""
        # execnet has no public name for the process of a gateway.
        self._interruption.at_once.append(node.gateway._io.kill)  # noqa: SLF001

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Interrupts the run when the session is ending: so are its workers."""
        # pytest and xdist raise subclasses of their own where `shouldstop` ends the session.
        is_signal = excinfo.type in {KeyboardInterrupt, Interrupted}
        self._interrupt(*(() if is_signal else (str(excinfo.value),)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Iterator[Any]:
        """Protects what follows the last test: a signal hurries it and no longer interrupts."""
        try:
            return (yield)
        finally:
            self._interruption.rather(self._interrupt)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Iterator[None]:
        """Protects the clean-up and the report; after them there is nothing to interrupt."""
        self._interruption.rather(self._interrupt)
        yield
        self._interruption.end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_unconfigure(self) -> Iterator[None]:
        """Protects the clean-up of a session that ended before its first test."""
        self._interruption.rather(self._interrupt)
        yield
        self._interruption.end()


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
        self._has_ended = False
        self._before: dict[signal.Signals, Any] = {}
        # A copy of the console's file descriptor, which stays valid when pytest replaces it.
        self._console = os.dup(2)
        if threading.current_thread() is threading.main_thread():
            for number in signals:
                if signal.getsignal(number) in {*DEFAULTS, end_early}:
                    self._before[number] = signal.signal(number, self.heed)

    def undo(self) -> None:
        """Restores the signal handlers from before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._console)

    def rather(self, do: Callable[[], None]) -> None:
        """From now on the first signal calls `do` instead of interrupting."""
        self._instead = do

    def end(self) -> None:
        """Ignores signals from now on, because everything is done."""
        self._has_ended = True

    def heed(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal, or sends it again a little later where an exception would be lost."""
        name = signal.Signals(number).name
        if self._has_ended:
            return
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
        # The terminal may be gone, which is why SIGHUP came.
        with contextlib.suppress(OSError):
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
