"""How signals end a run: the first one as Ctrl-C does, so that everything is cleaned up, the second one at once."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from peertube_conformance.conformance.exit_codes import INTERRUPTED
from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.wait_logging import show_waits
from peertube_conformance.fixtures.environment.run_state import Shared
from peertube_conformance.reports.redaction.safe_output import escaped_line

INTERRUPTING = (signal.SIGINT,)
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
_SOON_SECONDS = 0.01
_WATCHED_SECONDS = 0.2


class Interrupted(KeyboardInterrupt):
    """A signal ended the run; the text says which."""


# pytest shows it by its qualified name; it does so with exceptions of its own.
Interrupted.__module__ = "builtins"


def heed_signals(config: pytest.Config, options: Options) -> Interruption:
    """Has signals end the run from now on, and shows what it waits for."""
    config.add_cleanup(show_waits())
    interruption = Interruption(*ENDING, last_words=lambda: options.how_to_clean)
    config.add_cleanup(interruption.undo)
    return interruption


def heed_in_worker(config: pytest.Config, shared: Shared | None) -> None:
    """Has the worker end by itself when it is interrupted, or the process that started it is."""
    config.add_cleanup(show_waits())
    config.add_cleanup(Interruption(*INTERRUPTING).undo)
    if shared is not None and shared.interrupted is not None:
        interrupt_when(Path(shared.interrupted))


class Ending:
    """What signals mean to a session of pytest: before its end they interrupt it, then they hurry the clean-up.

    A second one ends the workers too: nothing is asked after the last line, and nothing follows it.
    """

    def __init__(self, interruption: Interruption, interrupt: Callable[[], None]) -> None:
        self._interruption = interruption
        self._interrupt = interrupt

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist has started a worker."""
        # execnet has no public name for the process of a gateway.
        self._interruption.at_once.append(node.gateway._io.kill)  # noqa: SLF001

    def pytest_keyboard_interrupt(self) -> None:
        """The session is ending: so are its workers."""
        self._interrupt()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """What follows is not to be broken off."""
        self._interruption.rather(self._interrupt)


class Interruption:
    """Handles signals until `undo`: the first one raises Interrupted, or does what `rather` says. A second one ends the
    process at once, after all that is `at_once`, with the line that `last_words` makes; without these it is ignored.

    A signal that is ignored, as SIGHUP under nohup, stays so. Of threads only the main one can heed signals.
    """

    def __init__(self, *signals: signal.Signals, last_words: Callable[[], str] | None = None) -> None:
        self._last_words = last_words
        self.at_once: list[Callable[[], None]] = []
        self._instead: Callable[[], None] | None = None
        self._is_interrupted = False
        self._before: dict[signal.Signals, Any] = {}
        # The console, also where pytest puts something in its place later.
        self._console = os.dup(2)
        if threading.current_thread() is threading.main_thread():
            for number in signals:
                if signal.getsignal(number) in _DEFAULTS:
                    self._before[number] = signal.signal(number, self.heed)

    def undo(self) -> None:
        """Has signals do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._console)

    def rather(self, do: Callable[[], None]) -> None:
        """From now on the first signal interrupts nothing, and does this."""
        self._instead = do

    def heed(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal, or has it sent again where what is raised would be lost."""
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
    """Interrupts the main thread as SIGINT does once the file is there: another process got a signal."""
    main = threading.main_thread().ident
    assert main is not None

    def watch() -> None:
        while not file.exists():
            time.sleep(_WATCHED_SECONDS)
        signal.pthread_kill(main, signal.SIGINT)

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        threading.Thread(target=watch, daemon=True).start()


def _collects_garbage(frame: FrameType | None) -> bool:
    """Whether this is a function that is called before and after a collection: Hypothesis has one.

    Python prints the traceback of what is raised there, and drops it.
    """
    codes = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    return frame is not None and frame.f_code in codes


def _is_between_lines(frame: FrameType | None) -> bool:
    """Whether this is an instruction of no line, as the ends of blocks have: pytest fails over a traceback from there."""
    return frame is not None and frame.f_lineno is None
