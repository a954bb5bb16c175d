"""Tests of rate limits: exhausted, refused and open again, and the counts in headers (reference, "Rate limits")."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.execution.forwarded_clients import (
    LIMIT,
    REMAINING,
    RESET,
    RETRY,
    ForwardedClient,
    forwarded,
    number_in,
)
from peertube_conformance.conformance.execution.outcome import PRECONDITION_ERRORS, outcome_of
from peertube_conformance.conformance.pytest_plugin.item_results import report
from peertube_conformance.fixtures.messages.json_response import answered
from peertube_conformance.fixtures.messages.precondition_errors import NotTested, UnexpectedAnswer
from peertube_conformance.fixtures.resources.factory import NotArranged
from peertube_conformance.reports import Exchange
from peertube_conformance.spec import Operation

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination
    from peertube_conformance.conformance.execution.rate_limit_exhaustion import Exhaustion
    from peertube_conformance.conformance.execution.worker_session import Session

# Reset and Retry-After are rounded up, Date is cut.
_ROUNDING_SECONDS = 2
_LONGEST_WAIT_SECONDS = 60
_REFUSED = "a client that is refused"
_FORM = "application/x-www-form-urlencoded"
_NOBODY = {"client_id": "0" * 32, "client_secret": "0" * 32, "grant_type": "password", "username": "a", "password": "b"}
_SIGN_IN: dict[str, Any] = {"body": _NOBODY, "media_type": _FORM}
# The routes of the table, each with a request that is refused and does nothing.
_COUNTED: dict[str, dict[str, Any]] = {
    "getOAuthToken": _SIGN_IN,
    "registerUser": {"body": {}},
    "resendEmailToVerifyUser": {"body": {}},
}


def _is_limited(operation: Operation) -> bool:
    return bool(operation.rate_limits)


@pytest.mark.judges(where=_is_limited)
@pytest.mark.requirement("PT-RATE-05")
def test_exhaustion(exhaustion: Exhaustion, conformance_session: Session) -> None:
    """A client that used up its requests gets 429 on every limited operation."""
    _recorded(conformance_session, exhaustion.use_up)


@pytest.mark.judges(where=_is_limited)
@pytest.mark.late
@pytest.mark.requirement("PT-RATE-05")
def test_exhaustion_ends(exhaustion: Exhaustion, conformance_session: Session) -> None:
    """It is served again when the window is over."""
    _recorded(conformance_session, exhaustion.reopened)


@pytest.mark.judges("getConfig", "getVideo", "getUserInfo", "getVideos")
@pytest.mark.requirement("PT-RATE-07")
@pytest.mark.requirement("PT-RATE-08")
def test_counting(examine: Examination) -> None:
    """Requests of one client, with success and without."""
    client = forwarded(examine)
    before = client.send("getConfig")
    for operation, parts in (
        ("getConfig", {}),
        ("getVideo", {"path": {"id": "no-video"}}),
        ("getUserInfo", {}),
        ("getVideos", {"query": {"count": 1}}),
    ):
        after = client.send(operation, **parts)
        if _is_next_window(before, after):
            before = after
            continue
        examine.agree(
            after, "PT-RATE-07", at=f"/response/headers/{REMAINING}", expected=(number_in(before, REMAINING) or 0) - 1,
            actual=number_in(after, REMAINING), message="the remaining requests did not decrease by one",
        )  # fmt: skip
        for name in (LIMIT, RESET):
            examine.agree(
                after, "PT-RATE-08", at=f"/response/headers/{name}", expected=number_in(before, name),
                actual=number_in(after, name), message=f"{name} changed within a window",
            )  # fmt: skip
        before = after


@pytest.mark.judges("getConfig")
@pytest.mark.requirement("PT-RATE-09")
@pytest.mark.requirement("PT-RATE-13")
def test_window(examine: Examination) -> None:
    """One client uses its requests up, another is served meanwhile."""
    client, other = forwarded(examine), forwarded(examine)
    refusal = client.use_up("getConfig")
    examine.session.left[_REFUSED] = client, refusal, time.monotonic()
    examine.expect(
        other.send("getConfig"), 200, requirement="PT-RATE-13", situation="a request of another client at the same time"
    )
    if not examine.expect(
        refusal, 429, requirement="PT-RATE-09", situation="a request of a client that exhausted its rate limit"
    ):
        return
    seconds = number_in(refusal, RETRY)
    if seconds is None:
        raise _without_retry(refusal)
    examine.agree(
        refusal, "PT-RATE-09", at=f"/response/headers/{RETRY}", expected=True,
        actual=abs(seconds - _left(refusal)) <= _ROUNDING_SECONDS,
        message="Retry-After is not the remaining time of the window",
    )  # fmt: skip


@pytest.mark.judges("getConfig")
@pytest.mark.late
@pytest.mark.requirement("PT-RATE-09")
def test_window_ends(examine: Examination) -> None:
    """The refused client is served after it waited as long as Retry-After says."""
    client, refusal, since = examine.session.left.pop(_REFUSED, None) or _refused(examine)
    seconds = number_in(refusal, RETRY)
    if refusal.status != 429:
        raise NotArranged("the rate limit was not exhausted", refusal)
    if seconds is None:
        raise _without_retry(refusal)
    if seconds > _LONGEST_WAIT_SECONDS:
        raise NotTested(f"the window ends in {seconds} s; tests wait for at most {_LONGEST_WAIT_SECONDS} s")
    left = max(0.0, since + seconds - time.monotonic())
    examine.world.deadline.sleep(left, "the end of an exhausted rate-limit window")
    again = client.send("getConfig")
    if examine.expect(
        again, 200, requirement="PT-RATE-09", situation="a request of a client that waited as long as Retry-After says"
    ):
        examine.agree(
            again, "PT-RATE-09", at=f"/response/headers/{REMAINING}", expected=(number_in(again, LIMIT) or 0) - 1,
            actual=number_in(again, REMAINING), message="the new window does not begin with the full limit",
        )  # fmt: skip


@pytest.mark.judges("registerUser")
@pytest.mark.requirement("PT-RATE-10")
def test_failed_sign_ups(examine: Examination) -> None:
    """More of them than the stock limit has, each refused because it says nothing."""
    client = forwarded(examine)
    seen: list[int | None] = []
    for _ in range(4):
        exchange = client.send("registerUser", body={})
        if not examine.expect(exchange, 400, 403, requirement="PT-RATE-10", situation="a sign-up that fails"):
            return
        seen.append(number_in(exchange, REMAINING))
    examine.agree(
        exchange, "PT-RATE-10", at=f"/response/headers/{REMAINING}", expected=seen[0], actual=seen[-1],
        message="failed sign-ups count towards the limit",
    )  # fmt: skip


@pytest.mark.judges(operation=...)
@pytest.mark.requirement("PT-RATE-11")
@pytest.mark.parametrize("operation", list(_COUNTED))
def test_limits_of_their_own(examine: Examination, operation: str) -> None:
    """What was asked for elsewhere does not show in the count of the route."""
    client = forwarded(examine)
    for _ in range(3):
        client.send("getConfig")
    exchange = client.send(operation, **_COUNTED[operation])
    examine.agree(
        exchange, "PT-RATE-11", at=f"/response/headers/{REMAINING}", expected=(number_in(exchange, LIMIT) or 0) - 1,
        actual=number_in(exchange, REMAINING), message="requests to other routes count towards the limit of this route",
    )  # fmt: skip


@pytest.mark.judges("getOAuthToken", "getConfig")
@pytest.mark.requirement("PT-RATE-12")
def test_too_many_sign_ins(examine: Examination) -> None:
    """As the reference has it: 15 sign-ins in five minutes, whether they succeed or not."""
    client = forwarded(examine)
    refusal = client.use_up("getOAuthToken", **_SIGN_IN)
    examine.expect(refusal, 429, requirement="PT-RATE-12", situation="a sign-in beyond the limit")
    examine.expect(
        client.send("getConfig"),
        200,
        requirement="PT-RATE-12",
        situation="another request than a sign-in after the sign-in limit is exhausted",
    )


def _recorded(session: Session, send: Callable[[], None]) -> None:
    """Calls `send`, and reports what the checks of the exchanges found."""
    session.collect()
    try:
        send()
    except PRECONDITION_ERRORS as blocker:
        report(session, session.collect())
        outcome = outcome_of(blocker, session)
        pytest.skip(f"{outcome.verdict.value}: {outcome.reason}")
    report(session, session.collect())


def _refused(examine: Examination) -> tuple[ForwardedClient, Exchange, float]:
    """A client that exhausted its requests, the refusal, and when it came (monotonic seconds)."""
    client = forwarded(examine)
    return client, client.use_up("getConfig"), time.monotonic()


def _is_next_window(before: Exchange, after: Exchange) -> bool:
    """Whether the response is the first of a new window: all requests but one remain, and it ends later."""
    limit = number_in(after, LIMIT)
    fresh = limit is not None and number_in(after, REMAINING) == limit - 1
    return fresh and (number_in(after, RESET) or 0) > (number_in(before, RESET) or 0)


def _without_retry(refusal: Exchange) -> UnexpectedAnswer:
    at, came = f"/response/headers/{RETRY}", "429 without one"
    expected = "a Retry-After that is a number of seconds"
    return UnexpectedAnswer(refusal.operation.id, at, expected=expected, came=came, exchange=refusal)


def _left(exchange: Exchange) -> float:
    """Seconds until the window ends, by the server's own clock."""
    try:
        now = parsedate_to_datetime(answered(exchange).headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        now = exchange.sent_at
    return (number_in(exchange, RESET) or 0) - now
