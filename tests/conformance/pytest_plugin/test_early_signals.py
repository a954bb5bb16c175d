"""A signal that comes while the command is loading is one line, and no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from peertube_conformance.conformance.pytest_plugin.early_signals import ENDING, signals_end_early, signals_interrupt
from peertube_conformance.conformance.pytest_plugin.signals import Interruption

LOADING = """
import signal
from peertube_conformance.conformance.pytest_plugin.early_signals import signals_end_early
with signals_end_early(is_process=True):
    {loading}
{ending}
"""


def program(number: signal.Signals, *, is_loading: bool) -> subprocess.CompletedProcess[str]:
    """A process that gets a signal while it is loading, or after it has ended everything."""
    sends = f"signal.raise_signal(signal.{number.name})"
    parts = {"loading": sends if is_loading else "pass", "ending": "" if is_loading else sends}
    return subprocess.run(
        [sys.executable, "-c", LOADING.format(**parts)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("number", ENDING)
def test_it_ends_the_process_with_one_line(number: signal.Signals) -> None:
    done = program(number, is_loading=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"stopped by {number.name} before anything was sent to the target\n"


def test_a_process_that_is_ending_keeps_its_exit_code() -> None:
    done = program(signal.SIGINT, is_loading=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_call_inside_a_process_leaves_its_handlers() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with signals_end_early(is_process=False):
        assert [signal.getsignal(number) for number in ENDING] != before
    assert [signal.getsignal(number) for number in ENDING] == before


@pytest.mark.parametrize("number", ENDING)
def test_in_a_command_every_signal_does_what_ctrl_c_does(number: signal.Signals) -> None:
    with signals_end_early(is_process=False), signals_interrupt(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_a_run_handles_them_itself_from_its_beginning_to_its_end() -> None:
    with signals_end_early(is_process=False):
        heeding = Interruption(signal.SIGTERM)
        try:
            with pytest.raises(KeyboardInterrupt, match="ended by SIGTERM"):
                signal.raise_signal(signal.SIGTERM)
            heeding.end()
            signal.raise_signal(signal.SIGTERM)
        finally:
            heeding.undo()
