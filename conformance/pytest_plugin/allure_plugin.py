"""The folder of Allure's results: its plugin takes for granted that it is there, and writes down what it is handed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import allure_commons
import attrs
import pytest
from allure_commons.logger import AllureFileLogger

from peertube_conformance.reports.redaction.redactor import Redactor

# It has no types.
_Logger: Any = AllureFileLogger
_PLUGINS: Any = allure_commons.plugin_manager


class RedactingLogger(_Logger):  # type: ignore[misc]
    """Writes the files of Allure's plugin without secrets."""

    def __init__(self, folder: Path, redactor: Callable[[], Redactor]) -> None:
        super().__init__(folder)
        self._redactor = redactor

    def _report_item(self, item: Any) -> None:
        super()._report_item(self._clean(item))

    @allure_commons.hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        """A file that a test attached."""
        self.report_attached_data(Path(source).read_bytes(), file_name)

    @allure_commons.hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        """What a test attached, or what was captured while it ran; bytes that are not text are media."""
        with contextlib.suppress(UnicodeDecodeError):
            body = self._redactor().error(body if isinstance(body, str) else body.decode("utf-8"))
        super().report_attached_data(body, file_name)

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._redactor().error(value)
        if isinstance(value, list | tuple):
            return [self._clean(one) for one in value]
        if attrs.has(type(value)):
            members = {field.name: self._clean(getattr(value, field.name)) for field in attrs.fields(type(value))}
            return attrs.evolve(value, **members)
        return value


class AllureFolder:
    """Makes the folder of Allure again where somebody removed it, for its plugin would end the session; and has what
    goes into it written without secrets."""

    def __init__(self, folder: Path, redactor: Callable[[], Redactor]) -> None:
        self._folder = folder
        self._redactor = redactor

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Puts a logger that redacts in the place of the plugin's, for the time of the session."""
        for plugin in list(_PLUGINS.get_plugins()):
            if isinstance(plugin, _Logger):
                own = RedactingLogger(self._folder, self._redactor)
                _PLUGINS.unregister(plugin)
                _PLUGINS.register(own)
                # The plugin will look for its own when it ends.
                session.config.add_cleanup(partial(_PLUGINS.register, plugin))
                session.config.add_cleanup(partial(_PLUGINS.unregister, own))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self) -> None:
        """Creates the folder before Allure's plugin writes an item."""
        self._make()

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_post_finalizer(self) -> None:
        """Creates the folder before Allure's plugin writes a fixture."""
        self._make()

    def _make(self) -> None:
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
