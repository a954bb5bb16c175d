"""The folder of Allure's results, which its plugin takes for granted."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest


class AllureFolder:
    """Makes the folder of Allure again where somebody removed it: its plugin would end the session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self) -> None:
        """Before what is told of an item."""
        self._make()

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_post_finalizer(self) -> None:
        """Before what is told of a fixture."""
        self._make()

    def _make(self) -> None:
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
