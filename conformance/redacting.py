"""Whatever pytest and its plugins tell of an item, on the console or in a file, is told without secrets."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.options import (
    ADMIN_PASSWORD,
    BUDGET_PASSWORD,
    ENVIRONMENT_PREFIX,
    MAILBOX_PASSWORD,
)
from peertube_conformance.reports.redaction import Redactor
from peertube_conformance.reports.variables import shown

if TYPE_CHECKING:
    from peertube_conformance.fixtures.shared import Shared


def knowing(shared: Callable[[], Shared | None], environment: Mapping[str, str] = os.environ) -> Redactor:
    """A redactor for what goes wrong before a process has its session: it knows what the run was given, and its accounts
    as far as their state can be read."""
    given = (ADMIN_PASSWORD, MAILBOX_PASSWORD, BUDGET_PASSWORD)
    redactor = Redactor({environment.get(name, ""): name.removeprefix(ENVIRONMENT_PREFIX) for name in given})
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
        state = shared()
        for account in state.accounts.values() if state is not None else ():
            for value, name in account.secrets().items():
                redactor.add(value, name)
    return redactor


class Redacting:
    """Stands before everything that writes down how an item ended, or that pytest itself broke off."""

    def __init__(self, redactor: Callable[[], Redactor]) -> None:
        self._redactor = redactor

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """The report of a part of an item, as the first to have it."""
        report = yield
        redactor = self._redactor()
        report.sections = [(title, redactor.error(text)) for title, text in report.sections]
        if isinstance(report.longrepr, tuple):
            path, line, reason = report.longrepr
            report.longrepr = (path, line, redactor.error(reason))
        elif report.longrepr is not None:
            is_told = call.excinfo is not None and isinstance(call.excinfo.value, pytest.fail.Exception)
            told = report.longreprtext
            # The lines that replay a finding have variables already; a broken item may show what nobody is to see.
            report.longrepr = shown(redactor.marks(told)) if is_told else redactor.error(told)
        return report

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """The same for what cannot be collected."""
        report = yield
        if report.failed:
            report.longrepr = self._redactor().error(report.longreprtext)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """Lets an error outside of any item be told once it is clean."""
        told = self._redactor().error(str(excrepr))
        excrepr.toterminal = lambda writer: writer.write(told)
