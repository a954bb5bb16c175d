"""Keeps secrets out of the results of Allure's plugin, and recreates its folder where it was removed."""

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

# Allure's package has no types.
_Logger: Any = AllureFileLogger
_PLUGINS: Any = allure_commons.plugin_manager


class RedactingLogger(_Logger):  # type: ignore[misc]
    """Logger in place of Allure's that writes its files without secrets."""

    def __init__(self, folder: Path, redactor: Callable[[], Redactor]) -> None:
        super().__init__(folder)
        self._redactor = redactor

    def _report_item(self, item: Any) -> None:
        super()._report_item(self._clean(item))

    @allure_commons.hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        """Writes a file that a test attached, without secrets."""
        self.report_attached_data(Path(source).read_bytes(), file_name)

    @allure_commons.hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        """Writes an attachment or captured output without secrets; bytes that are not text are media."""
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
    """Recreates Allure's folder where it was removed, because its plugin would end the session.

    It also has what goes into the folder written without secrets.
    """

    def __init__(self, folder: Path, redactor: Callable[[], Redactor]) -> None:
        self._folder = folder
        self._redactor = redactor

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Replaces the plugin's logger by one that redacts, during the session."""
        for plugin in list(_PLUGINS.get_plugins()):
            if isinstance(plugin, _Logger):
                own = RedactingLogger(self._folder, self._redactor)
                _PLUGINS.unregister(plugin)
                _PLUGINS.register(own)
                # The plugin looks for its own logger when it ends.
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
