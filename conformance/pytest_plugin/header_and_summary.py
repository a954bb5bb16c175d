"""Prints the header of a run before the first request, and the summary after the last."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance.conformance.pytest_plugin.console_writer import Console
from peertube_conformance.conformance.pytest_plugin.controller import Conclusion, Controller
from peertube_conformance.conformance.pytest_plugin.item_requests import CostAnnouncement
from peertube_conformance.conformance.pytest_plugin.progress import Progress
from peertube_conformance.reports.formatting import counted
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.views.console import lines


def console_of(config: pytest.Config, redactor: Redactor) -> Console:
    """The console of this session, which is silent without pytest's reporter."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return Console(reporter.write_line if reporter else lambda _line: None, lambda: redactor)


def summarize(reporter: Any, conclusion: Conclusion, report_dir: Path, redactor: Redactor) -> None:
    """Prints what the run found."""
    console = Console(reporter.write_line, lambda: redactor)
    reporter.section("conformance")
    console.show(lines(conclusion.document, shutil.get_terminal_size().columns))
    console.show(conclusion.advice)
    if conclusion.is_written:
        console.say(f"report: {report_dir}/report.html")


def announce(config: pytest.Config, controller: Controller, redactor: Redactor) -> None:
    """Prints target and contract, and the cost once the items are collected; then the progress messages start."""
    shared, options = controller.shared, controller.options
    what = "the embedded instance" if shared.embedded else shared.base_url
    console = console_of(config, redactor)
    config.pluginmanager.register(CostAnnouncement(partial(_announce_cost, config, controller, console)))
    console.say(f"target: {what}, PeerTube {shared.server_version}, tier {shared.safety.value}")
    console.say(
        f"contract: {controller.contract.version}, {counted(len(controller.operations), 'operation')}; "
        f"depth {options.depth.name}, seed {options.seed}"
    )
    if shared.personal_data == "masked":
        console.say("data of other people is masked in everything that is written (--keep-bodies writes it as it is)")
    for line in controller.left_before:
        console.say(f"left by an earlier run: {line}")
    for repair in controller.contract.repairs:
        console.say(f"contract repaired: {repair}")
    if not shared.accounts:
        console.say(
            "no account: only operations without authentication are tested (set --admin-username to test the rest)"
        )


def _announce_cost(config: pytest.Config, controller: Controller, console: Console, items: list[str]) -> None:
    workers = config.getoption("numprocesses", None) or 1
    cost = controller.announce(workers if isinstance(workers, int) else 2, items)
    console.say(f"cost: {cost}")
    progress = Progress(console, cost)
    progress.collected(items)
    config.pluginmanager.register(progress)
