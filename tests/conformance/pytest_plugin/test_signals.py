"""A signal that ends a run interrupts it, and is never lost."""

from __future__ import annotations

import gc
import signal
import time
from types import SimpleNamespace
from typing import Any

import pytest

from peertube_conformance.conformance.pytest_plugin.early_signals import ENDING
from peertube_conformance.conformance.pytest_plugin.signals import Interruption


@pytest.mark.parametrize("number", ENDING)
def test_it_does_what_ctrl_c_does_until_that_is_undone(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    heeding = Interruption(number)
    try:
        with pytest.raises(KeyboardInterrupt, match=f"ended by {number.name}"):
            signal.raise_signal(number)
    finally:
        heeding.undo()
    assert signal.getsignal(number) is before


def test_one_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        heeding = Interruption(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
        heeding.undo()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_one_that_comes_while_garbage_is_collected_is_heeded_right_after() -> None:
    seen: list[str] = []

    def collecting(phase: str, _info: dict[str, int]) -> None:
        if phase == "stop" and not seen:
            seen.append(phase)
            signal.raise_signal(signal.SIGTERM)
            seen.append("went on")

    gc.callbacks.append(collecting)
    heeding = Interruption(signal.SIGTERM)
    try:
        gc.collect()
        with pytest.raises(KeyboardInterrupt):
            time.sleep(10)
    finally:
        heeding.undo()
        gc.callbacks.remove(collecting)
    assert seen == ["stop", "went on"]


def test_one_that_comes_between_two_lines_is_heeded_right_after() -> None:
    between: Any = SimpleNamespace(f_lineno=None, f_code=None)
    heeding = Interruption(signal.SIGTERM)
    try:
        heeding.heed(signal.SIGTERM, between)
        with pytest.raises(KeyboardInterrupt, match="ended by SIGTERM"):
            time.sleep(10)
    finally:
        heeding.undo()
