"""Pytest hooks of the controller for xdist's workers: their state, their scheduler, and what happens if one is killed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.conformance.pytest_plugin.controller import Controller
from peertube_conformance.conformance.pytest_plugin.worker_channel import LOST_OUTPUT, STATE_INPUT
from peertube_conformance.conformance.pytest_plugin.xdist_scheduler import Scheduling
from peertube_conformance.reports.formatting import counted


class Workers:
    """Gives workers the run's state, and takes what they report when they end."""

    def __init__(self, controller: Controller, say: Callable[[str], None]) -> None:
        self._controller = controller
        self._say = say
        self._scheduling: Scheduling | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Passes the path of the run's private state to a worker."""
        node.workerinput[STATE_INPUT] = str(self._controller.state_file)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """The scheduler that keeps an operation's phases in one worker, and goes on where a worker is killed."""
        if config.getoption("dist", "no") != "load":
            return None
        together = self._controller.operations if self._controller.options.max_time is None else ()
        self._scheduling = Scheduling(config, log, {operation.id for operation in together}, retried=self._retried)
        return self._scheduling

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: Any) -> None:
        """Records an item that is not run again, because the worker cannot record that itself."""
        workers = self._scheduling.crashed[crashitem] if self._scheduling else [report.node.gateway.id]
        self._controller.crashed(_name(crashitem), workers)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Notes that a worker could not record everything."""
        self._controller.lost(getattr(node, "workeroutput", {}).get(LOST_OUTPUT, ""))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Notes the items that no worker was left to run."""
        if self._scheduling is None or exitstatus == pytest.ExitCode.INTERRUPTED:
            return
        left = self._scheduling.unfinished()
        if left:
            self._controller.failed(f"{counted(len(left), 'test')} not run, because too many workers were killed")

    def _retried(self, item: str, worker: str) -> None:
        line = f"worker {worker} was killed during {_name(item)}: this test is run a second time"
        self._say(line)
        self._controller.retried(line)


def _name(item: str) -> str:
    return item.rpartition("::")[2]
