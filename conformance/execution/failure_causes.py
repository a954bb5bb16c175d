"""Exchange step that finds the cause of a server error by repeating the request without parts of it."""

from __future__ import annotations

from dataclasses import replace

from peertube_conformance.conformance.checks.status_codes import conflicted
from peertube_conformance.conformance.generation.failure_minimizer import FailureMinimizer
from peertube_conformance.fixtures.http.exchange_steps import Send
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Exchange, Intent
from peertube_conformance.reports.recording.recorder import Recorder

_VALID = frozenset({Intent.VALID, Intent.ARRANGED})


class FailureCauses:
    """Adds the cause to an exchange that failed, if repeating its request changes nothing."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._minimizer = FailureMinimizer()

    def __call__(self, draft: Draft, exchange: Exchange, send: Send) -> Exchange:
        """See ExchangeStep."""
        status = exchange.status or 0
        failed = status >= 500 and exchange.operation.response_for(status) is None
        is_valid = exchange.intent in _VALID and exchange.purpose is None
        if not (failed and is_valid and exchange.operation.is_safe) or conflicted(exchange):
            return exchange

        def ask(shorter: Draft) -> Exchange:
            """Sends a shorter request, recorded without findings: its failure is a finding of the original exchange."""
            asked = send(shorter)
            self._recorder.exchange(asked, (), ())
            return asked

        return replace(exchange, cause=self._minimizer.of(draft, ask))
