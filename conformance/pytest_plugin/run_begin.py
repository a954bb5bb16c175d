"""Begins a run in the controller's process: signals, set-up, and the hooks that need the controller."""

from __future__ import annotations

import pytest

from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.controller import USER_MISTAKES, Controller
from peertube_conformance.conformance.pytest_plugin.header_and_summary import announce, console_of
from peertube_conformance.conformance.pytest_plugin.last_words import last_words
from peertube_conformance.conformance.pytest_plugin.signals import SignalHooks, heed_signals
from peertube_conformance.conformance.pytest_plugin.workers import Workers
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import sentence


def begin_run(config: pytest.Config, options: Options, redactor: Redactor, key: pytest.StashKey[Controller]) -> None:
    """Sets up the run and puts its controller in the stash. Raises UsageError for a user's mistake."""

    def left() -> str:
        controller = config.stash.get(key, None)
        return last_words(options, None if controller is None else controller.shared.ledger)

    interruption = heed_signals(config, left)
    say = console_of(config, redactor).say
    try:
        controller = config.stash[key] = Controller(options, say, redactor)
    except USER_MISTAKES as error:
        raise pytest.UsageError(sentence(str(error), redactor)) from None
    config.pluginmanager.register(SignalHooks(interruption, controller.interrupt))
    config.pluginmanager.register(Workers(controller, say))
    announce(config, controller, redactor)
