"""Pytest plugin that cuts a run at a chosen moment: with signals to all of its processes, a full disk, or a kill.

The environment variable CUT names the moment. SIGNALS is what is sent then, separated by commas, or the name of the test
that kills its worker.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.conformance.pytest_plugin import controller
from peertube_conformance.fixtures.cleanup import removal
from peertube_conformance.fixtures.run import run, target_setup
from peertube_conformance.fixtures.safety.ledger.ledger import Ledger
from peertube_conformance.reports.views import report_files

CUT = os.environ["CUT"]


def cut(moment: str) -> None:
    """Sends the signals to the process group, as a terminal does, if this is the moment."""
    if moment != CUT:
        return
    for name in os.environ["SIGNALS"].split(","):
        os.killpg(os.getpgrp(), signal.Signals[name])
        time.sleep(0.3)


def cut_before(moment: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def cutting(*arguments: Any, **named: Any) -> Any:
        cut(moment)
        return function(*arguments, **named)

    return cutting


def without_space(_ledger: Ledger, line: bytes) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


target_setup._learn_limits = cut_before("set-up", target_setup._learn_limits)
run.clean_up = cut_before("clean-up", removal.clean_up)  # type: ignore[attr-defined]
controller.write_views = cut_before("report", report_files.write_views)  # type: ignore[attr-defined]


def pytest_xdist_setupnodes() -> None:
    cut("workers")


def pytest_collection(session: pytest.Session) -> None:
    cut("collection")


def pytest_runtest_call(item: pytest.Item) -> None:
    cut("test")
    if CUT == "ledger":
        Ledger._put = without_space  # type: ignore[method-assign, assignment]
    if CUT == "kill" and item.name == os.environ["SIGNALS"]:
        os.kill(os.getpid(), signal.SIGKILL)
