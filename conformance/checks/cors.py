"""Checks of CORS headers: pages of other origins must be able to use the shared routes (reference, "CORS")."""

from __future__ import annotations

from collections.abc import Iterator

from peertube_conformance.conformance.checks.registry import answered, check, unreadable
from peertube_conformance.reports import Exchange, Finding

_GROUPS = ("/api/", "/download/", "/lazy-static/", "/.well-known/webfinger")


def _shared(exchange: Exchange) -> bool:
    return answered(exchange) and exchange.operation.path.startswith(_GROUPS)


def _routed(exchange: Exchange) -> bool:
    return _shared(exchange) and not unreadable(exchange)


def _unread(exchange: Exchange) -> bool:
    return _shared(exchange) and unreadable(exchange)


def _names_origin(exchange: Exchange) -> bool:
    return _shared(exchange) and _origin(exchange) is not None


@check("PT-CORS-01", on=_routed)
def every_origin_is_allowed(exchange: Exchange) -> Iterator[Finding]:
    """The four route groups, whatever the status: a page must be able to read an error too."""
    yield from _closed(exchange)


@check("PT-CORS-03", on=_unread)
def every_origin_is_allowed_on_unreadable_bodies(exchange: Exchange) -> Iterator[Finding]:
    """Bodies that cannot be parsed: the server responds before it selects a route."""
    yield from _closed(exchange)


def _closed(exchange: Exchange) -> Iterator[Finding]:
    assert exchange.response is not None
    value = exchange.response.headers.get("access-control-allow-origin")
    if value is None or (value != "*" and value != _origin(exchange)):
        yield Finding("/response/headers/access-control-allow-origin", "other origins cannot read this", "*", value)


@check("PT-CORS-02", on=_names_origin)
def no_credentials_for_any_origin(exchange: Exchange) -> Iterator[Finding]:
    """Fetch standard, "CORS protocol and credentials": whoever repeats any origin and allows credentials lets every page
    act as the signed-in user."""
    assert exchange.response is not None
    headers = exchange.response.headers
    if headers.get("access-control-allow-origin") == _origin(exchange):
        value = headers.get("access-control-allow-credentials")
        if value == "true":
            at = "/response/headers/access-control-allow-credentials"
            yield Finding(at, "any origin is allowed to use credentials", None, value)


def _origin(exchange: Exchange) -> str | None:
    return next((value for name, value in exchange.request.headers if name.lower() == "origin"), None)
