"""What is said before the first request."""

from __future__ import annotations

import pytest

from peertube_conformance.conformance.lifecycle import Controller
from peertube_conformance.conformance.output import Console
from peertube_conformance.conformance.progress import Progress
from peertube_conformance.reports.redaction import Redactor


def announce(config: pytest.Config, controller: Controller, redactor: Redactor) -> None:
    """Says what is about to be done, to what, and what it costs; from then on the time that is left is told."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    shared, options = controller.shared, controller.options
    what = "the embedded instance" if shared.embedded else shared.base_url
    workers = config.getoption("numprocesses", None) or 1
    rooms = [
        room for room in ("conformance", "stateful") if any(room in argument for argument in config.args)
    ]
    cost = controller.cost(workers if isinstance(workers, int) else 2, rooms)
    console = Console(reporter.write_line, lambda: redactor)
    config.pluginmanager.register(Progress(console, cost))
    console.say(f"target: {what}, PeerTube {shared.server_version}, tier {shared.safety.value}")
    console.say(
        f"contract: {controller.contract.version}, {len(controller.operations)} operations; "
        f"depth {options.depth.name}, seed {options.seed}"
    )
    for line in controller.left_before:
        console.say(f"left by an earlier run: {line}")
    for repair in controller.contract.repairs:
        console.say(f"repaired: {repair}")
    if not shared.accounts:
        console.say(
            "no account: only what is open to everybody is tested (give --admin-username for the rest)"
        )
    console.say(f"cost: {cost}")
