"""Removes secrets from everything that pytest and its plugins write about an item."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.options import (
    ADMIN_PASSWORD,
    BUDGET_PASSWORD,
    ENVIRONMENT_PREFIX,
    MAILBOX_PASSWORD,
    USER_TOKEN,
)
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import paragraph, sentence, view

if TYPE_CHECKING:
    from peertube_conformance.fixtures.environment.run_state import Shared


def knowing(environment: Mapping[str, str] = os.environ) -> Redactor:
    """Creates a redactor that knows the secrets given to the run, before anything is sent."""
    given = (ADMIN_PASSWORD, MAILBOX_PASSWORD, BUDGET_PASSWORD, USER_TOKEN)
    redactor = Redactor({environment.get(name, ""): name.removeprefix(ENVIRONMENT_PREFIX) for name in given})
    redactor.public(*_NAMES)
    return redactor


def learn(redactor: Redactor, shared: Callable[[], Shared | None]) -> None:
    """Adds the secrets of a run's accounts to the redactor, as far as the run's state can be read."""
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
        state = shared()
        for account in state.accounts.values() if state is not None else ():
            for value, name in account.secrets().items():
                redactor.add(value, name)


def redact(config: pytest.Config, redactor: Callable[[], Redactor]) -> None:
    """Removes secrets from all output of this session, and passes to workers only the secrets that they need."""
    for name in (ADMIN_PASSWORD, USER_TOKEN):
        secret = os.environ.get(name)
        if secret is not None and getattr(config.option, "numprocesses", None):
            del os.environ[name]
            config.add_cleanup(partial(os.environ.__setitem__, name, secret))
    config.add_cleanup(redact_logs(redactor))
    config.pluginmanager.register(Redacting(redactor))


def redact_logs(redactor: Callable[[], Redactor]) -> Callable[[], None]:
    """Redacts every record of every logger, and returns what undoes that.

    httpcore logs the header fields of responses, for one.
    """
    make = logging.getLogRecordFactory()

    def clean(*arguments: Any, **members: Any) -> logging.LogRecord:
        record = make(*arguments, **members)
        known = redactor()
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - logging itself says what is wrong with such a call, and to whom
            message = str(record.msg)
        record.msg, record.args = paragraph(message, known), None
        if record.exc_info:
            record.exc_text = paragraph(logging.Formatter().formatException(record.exc_info), known)
        if record.stack_info:
            record.stack_info = paragraph(record.stack_info, known)
        return record

    logging.setLogRecordFactory(clean)
    return partial(logging.setLogRecordFactory, make)


# Our own names are in all output; a password that contains one of them is not given away by them.
_NAMES = ("peertube-conformance", "peertube_conformance", "conformance-report", "PEERTUBE_CONFORMANCE_ADMIN_PASSWORD")


class Redacting:
    """Hooks that redact how an item ended, or that pytest itself broke off, before anything writes it down."""

    def __init__(self, redactor: Callable[[], Redactor]) -> None:
        self._redactor = redactor

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Redacts the report of a part of an item, before other plugins have it."""
        report = yield
        redactor = self._redactor()
        report.sections = [(title, paragraph(text, redactor)) for title, text in report.sections]
        if isinstance(report.longrepr, tuple):
            path, line, reason = report.longrepr
            report.longrepr = (path, line, sentence(reason, redactor))
        elif report.longrepr is not None:
            is_reported = call.excinfo is not None and isinstance(call.excinfo.value, pytest.fail.Exception)
            output = report.longreprtext
            # The lines that replay a finding have variables already; a broken item may show secrets.
            report.longrepr = view(output, redactor) if is_reported else paragraph(output, redactor)
        return report

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Redacts the report of an item that cannot be collected."""
        report = yield
        if report.failed:
            report.longrepr = paragraph(report.longreprtext, self._redactor())
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """Reports an error outside any item without secrets."""
        output = paragraph(str(excrepr), self._redactor())
        excrepr.toterminal = lambda writer: writer.write(output)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: Any) -> None:
        """Reports a warning without secrets."""
        output = paragraph(str(warning_message.message), self._redactor())
        warning_message.message = UserWarning(output)
