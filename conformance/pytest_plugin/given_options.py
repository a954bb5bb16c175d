"""The options of a run, as pytest was given them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from peertube_conformance.conformance.option_values import OptionError
from peertube_conformance.conformance.options import COMMAND_LINE_ONLY, OPTIONS, Options
from peertube_conformance.conformance.pytest_plugin.replay_selection import ReplaySelection

_OPTIONS = {option.destination: option for option in OPTIONS}


def given_options(config: pytest.Config) -> Options:
    """The options of the command line, of pytest's configuration and of the environment, the first of these first.

    Raises UsageError for a value that cannot be used.
    """
    # What `addopts` and PYTEST_ADDOPTS add is not among the parameters of the invocation.
    typed = {str(argument).partition("=")[0] for argument in config.invocation_params.args}

    def value(destination: str) -> Any:
        option = _OPTIONS[destination]
        if option.name in COMMAND_LINE_ONLY and option.flag not in typed:
            return None
        return config.getoption(destination, None)

    selections = [plugin for plugin in config.pluginmanager.get_plugins() if isinstance(plugin, ReplaySelection)]
    replays = selections[0].replayed if selections else None
    try:
        return replace(Options.read(value, config.getoption("base_url") or ""), replays=replays)
    except OptionError as error:
        raise pytest.UsageError(str(error)) from None
