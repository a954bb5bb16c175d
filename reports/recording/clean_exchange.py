"""An exchange as it may be recorded: without other people's names in its path and their texts in its response."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from peertube_conformance.reports.model.exchange import Exchange
from peertube_conformance.reports.redaction.redactor import Redactor


class CleanExchange(NamedTuple):
    """An exchange as it may be recorded; `body` replaces that of the response, `summary` is of the original."""

    exchange: Exchange
    body: str | None
    summary: str

    @property
    def marked_summary(self) -> str:
        """Method and target, with marks of variables."""
        return f"{self.exchange.request.method} {self.exchange.request.marked_target}"


def without_personal(exchange: Exchange, redactor: Redactor) -> CleanExchange:
    """The exchange without other people's names in its path, and the body of its response without their texts."""
    personal = redactor.personal
    if personal is None:
        return CleanExchange(exchange, None, exchange.summary)
    body = personal.read(exchange)
    return CleanExchange(replace(exchange, request=personal.request(exchange)), body, exchange.summary)
