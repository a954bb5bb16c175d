"""Checks of the rate-limit headers of responses (reference, "Rate limits")."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from functools import lru_cache

from peertube_conformance.conformance.checks.registry import answered, check, unreadable
from peertube_conformance.reports import Exchange, Finding

_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
_LONGEST_WINDOW_SECONDS = 24 * 3600
# Date has whole seconds and Reset is rounded up: a window that ends now may read as one second ago.
_ROUNDING_SECONDS = 1


def _counted(exchange: Exchange) -> bool:
    """Whether the request counts for a rate limit: every route of the API does, whatever the status."""
    return answered(exchange) and bool(exchange.operation.rate_limits) and not unreadable(exchange)


def _unread(exchange: Exchange) -> bool:
    return answered(exchange) and bool(exchange.operation.rate_limits) and unreadable(exchange)


def _announced(exchange: Exchange) -> bool:
    return _counted(exchange) and all(name in exchange.response.headers for name in _HEADERS)  # type: ignore[union-attr]


def _number(exchange: Exchange, name: str) -> int | None:
    assert exchange.response is not None
    text = exchange.response.headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else None


@check("PT-RATE-01", on=_counted)
def rate_limit_headers(exchange: Exchange) -> Iterator[Finding]:
    """All three headers on every counted response."""
    yield from _missing(exchange)


@check("PT-RATE-06", on=_unread)
def rate_limit_headers_on_unreadable_bodies(exchange: Exchange) -> Iterator[Finding]:
    """Bodies that cannot be parsed: the server responds before it selects a route."""
    yield from _missing(exchange)


def _missing(exchange: Exchange) -> Iterator[Finding]:
    assert exchange.response is not None
    for name in _HEADERS:
        if name not in exchange.response.headers:
            yield Finding(f"/response/headers/{name}", f"{name} is missing", "a number", None)


@check("PT-RATE-02", on=_announced)
def remaining_is_below_the_limit(exchange: Exchange) -> Iterator[Finding]:
    """This request is counted, so fewer requests than the limit are left."""
    limit, remaining = _number(exchange, _HEADERS[0]), _number(exchange, _HEADERS[1])
    if limit is None or limit < 1 or remaining is None or remaining >= limit:
        expected = f"from 0 to below {limit}"
        yield Finding(
            "/response/headers/x-ratelimit-remaining", "remaining does not fit the limit", expected, remaining
        )


@check("PT-RATE-03", on=_announced)
def reset_is_ahead(exchange: Exchange) -> Iterator[Finding]:
    """Seconds since the epoch, by the server's own clock."""
    assert exchange.response is not None
    reset = _number(exchange, _HEADERS[2])
    try:
        now = _moment(exchange.response.headers["date"])
    except (KeyError, ValueError, TypeError):
        now = exchange.sent_at
    if reset is None or not now - _ROUNDING_SECONDS <= reset <= now + _LONGEST_WINDOW_SECONDS:
        ahead = None if reset is None else round(reset - now)
        yield Finding("/response/headers/x-ratelimit-reset", "reset is not in the window", "within the window", ahead)


@lru_cache(maxsize=16)
def _moment(date: str) -> float:
    """Converts an HTTP date to seconds since the epoch, cached because responses share dates.

    Raises ValueError or TypeError for an invalid date.
    """
    return parsedate_to_datetime(date).timestamp()


@check("PT-RATE-04", on=lambda exchange: exchange.status == 429)
def retry_after_is_said(exchange: Exchange) -> Iterator[Finding]:
    """RFC 6585 section 4, RFC 9110 section 10.2.3: whole seconds."""
    if not _number(exchange, "retry-after"):
        assert exchange.response is not None
        value = exchange.response.headers.get("retry-after")
        yield Finding("/response/headers/retry-after", "no usable Retry-After", "seconds, at least 1", value)
