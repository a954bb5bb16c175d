"""Checks of access rules: who must be accepted, and who refused."""

from __future__ import annotations

from collections.abc import Iterator

from peertube_conformance.conformance.checks.registry import answered, check
from peertube_conformance.reports import Exchange, Finding, Intent, Situation

NO_TOKEN = Situation("no-token", "a request without a token")
WRONG_TOKEN = Situation("wrong-token", "a request with a token that was never issued")
LOW_ROLE = Situation("low-role", "a request with a role that is too low")
SOMEBODY_ELSE = Situation("another-user", "a request by another user")


def _as(situation: Situation, exchange: Exchange) -> bool:
    return answered(exchange) and exchange.intent is Intent.UNAUTHORISED and exchange.purpose == situation


@check("PT-AUTH-01", on=lambda exchange: _as(NO_TOKEN, exchange))
def token_is_needed(exchange: Exchange) -> Iterator[Finding]:
    """RFC 6750 section 3.1."""
    yield from _let_in(exchange)


@check("PT-AUTH-02", on=lambda exchange: _as(WRONG_TOKEN, exchange))
def wrong_token_is_refused(exchange: Exchange) -> Iterator[Finding]:
    """RFC 6750 section 3.1: invalid_token is answered with 401, never taken for no token."""
    yield from _let_in(exchange)


@check("PT-AUTH-03", on=lambda exchange: _as(LOW_ROLE, exchange))
def low_role_is_refused(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Roles"."""
    yield from _let_in(exchange)


@check("PT-AUTH-04", on=lambda exchange: _as(SOMEBODY_ELSE, exchange))
def belongings_of_others_are_kept(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Roles". A server may hide that the thing exists: 404 is as good as 403 (RFC 9110 section 15.5.4)."""
    if exchange.status != 404:
        yield from _let_in(exchange)


def _let_in(exchange: Exchange) -> Iterator[Finding]:
    if exchange.status != exchange.expects and (exchange.status or 0) < 500:
        message = f"{exchange.purpose}: expected status {exchange.expects}, got {exchange.status}"
        yield Finding("/request", message, exchange.expects, exchange.status)


@check("PT-AUTH-05", on=lambda exchange: answered(exchange) and exchange.status == 401)
def challenge_is_sent(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9110 section 11.6.1: a 401 names at least one challenge."""
    assert exchange.response is not None
    if not exchange.response.headers.get("www-authenticate", "").strip():
        yield Finding("/response/headers/www-authenticate", "a 401 without a challenge", "a challenge", None)
