"""Compares the rate limits that the responses of one window announce."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from peertube_conformance.conformance.checks.registry import answered, completed, unreadable
from peertube_conformance.conformance.execution.forwarded_clients import FORWARDED_FOR, LIMIT, RESET, number_in
from peertube_conformance.reports import Exchange, Finding

REQUIREMENT = "PT-RATE-08"
_REFUSED = 429


class AnnouncedLimits:
    """The limit that each operation announced last, and the end of its window."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, str], tuple[int, int]] = {}

    def judge(self, exchange: Exchange) -> tuple[list[Finding], list[str]]:
        """The finding where the limit differs from that of an earlier response in the same window, and the requirement
        where there was one.

        Responses of the same operation to the same client are compared, because routes and clients may have limits of
        their own, and windows of two clients may end in the same second.
        """
        limit, ends = number_in(exchange, LIMIT), number_in(exchange, RESET)
        # A 429 may be of the limit that all routes share.
        is_comparable = answered(exchange) and exchange.status != _REFUSED and not unreadable(exchange)
        if limit is None or ends is None or not exchange.operation.rate_limits or not is_comparable:
            return [], []
        client = httpx.Headers(list(exchange.request.headers)).get(FORWARDED_FOR, "")
        key = urlsplit(exchange.request.url).netloc, exchange.operation.id, client
        before, self._last[key] = self._last.get(key), (ends, limit)
        if before is None or before[0] != ends:
            return [], []
        return ([] if before[1] == limit else [_changed(exchange, before[1], limit)]), [REQUIREMENT]


def _changed(exchange: Exchange, before: int, limit: int) -> Finding:
    finding = Finding(f"/response/headers/{LIMIT}", f"{LIMIT} changed within a window", before, limit)
    return completed(finding, exchange, check="announced_limits", requirement=REQUIREMENT)
