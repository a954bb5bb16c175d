"""Checks of response status codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from peertube_conformance.conformance.checks.registry import answered, check
from peertube_conformance.fixtures.http.hanging_routes import CONSEQUENCE
from peertube_conformance.reports import Exchange, Finding, Intent, Situation

# What a server may read leniently: the text of a number where a number is wanted, and the like.
_TYPE_KEYWORDS = frozenset({"type", "format"})
_MEDIA_TYPE = "mediaType"
# How databases word a serialisation failure and a deadlock (SQLSTATE 40001 and 40P01).
_CONFLICTS = ("could not serialize access", "deadlock detected")
# What a server's own retry reports after its first attempt has moved the uploaded file away. The file of a resumable
# upload is moved when the upload is complete: a request to its session fails each time.
_MOVED_AWAY = re.compile(r"ENOENT: no such file or directory, \w+ '[^']*/tmp/(?!resumable-uploads/)")
_NOT_UNIQUE = "SequelizeUniqueConstraintError"
_MULTIPART = "multipart/form-data"
_LENIENT = _TYPE_KEYWORDS | {_MEDIA_TYPE}
_TOO_MANY_REQUESTS = 429
# How the rate-limit test names the request after the window.
WINDOW_OVER = Situation("rate-limit-window-over", "a request after the end of the rate-limit window")


def _valid(exchange: Exchange) -> bool:
    return answered(exchange) and exchange.intent is Intent.VALID


def _keyword(exchange: Exchange) -> str:
    return "" if exchange.defect is None else exchange.defect.keyword


def _invalid(exchange: Exchange) -> bool:
    return answered(exchange) and exchange.intent is Intent.INVALID and _keyword(exchange) not in _LENIENT


def _mistyped(exchange: Exchange) -> bool:
    return answered(exchange) and exchange.intent is Intent.INVALID and _keyword(exchange) in _TYPE_KEYWORDS


def _foreign_body(exchange: Exchange) -> bool:
    return answered(exchange) and exchange.intent is Intent.INVALID and _keyword(exchange) == _MEDIA_TYPE


def _provoked(exchange: Exchange) -> bool:
    return _expected(exchange) and exchange.expects not in {404, 429} and not _after_limit(exchange)


def _limited(exchange: Exchange) -> bool:
    return _expected(exchange) and (exchange.expects == 429 or _after_limit(exchange))


def _expected(exchange: Exchange) -> bool:
    return answered(exchange) and exchange.intent is Intent.PROVOKED and exchange.expects is not None


def _after_limit(exchange: Exchange) -> bool:
    return exchange.purpose == WINDOW_OVER


def _absent(exchange: Exchange) -> bool:
    return answered(exchange) and exchange.intent is Intent.PROVOKED and exchange.expects == 404


@check("PT-STATUS-01", on=answered)
def no_server_error(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9110 section 15.6: a 5xx status says that the server failed. A documented 503 is not a failure."""
    status = exchange.status or 0
    if status >= 500 and str(status) not in exchange.operation.responses and not conflicted(exchange):
        yield Finding(_at(exchange), f"the server failed with {status}", "a status below 500", status)


@check("PT-STATUS-10", on=answered)
def no_conflict_of_transactions(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9110 section 15.6.1. Such a failure depends on concurrent work, so it has its own requirement."""
    if (exchange.status or 0) >= 500 and conflicted(exchange):
        yield Finding("/request", "concurrent transactions of the server failed", "a status below 500", exchange.status)


def conflicted(exchange: Exchange) -> bool:
    """Whether the error reports conflicting transactions of the server, so that a retry may succeed."""
    assert exchange.response is not None
    detail = str(exchange.response.problem.get("detail", ""))
    return (
        any(words in detail for words in _CONFLICTS)
        or _MOVED_AWAY.search(detail) is not None
        or _is_in_its_own_way(exchange)
    )


def _is_in_its_own_way(exchange: Exchange) -> bool:
    """Whether a replacing file, whose name no client chooses, is reported as not unique.

    The server's own retry then no longer knows what it has to remove.
    """
    assert exchange.response is not None
    replaces = exchange.operation.creates is None and _MULTIPART in exchange.operation.request_bodies
    return replaces and exchange.response.problem.get("code") == _NOT_UNIQUE


@check("PT-STATUS-02", on=answered)
def documented_status(exchange: Exchange) -> Iterator[Finding]:
    """Reference, responses of each operation. Only no_server_error reports 5xx."""
    status = exchange.status or 0
    if status < 500 and exchange.operation.response_for(status) is None:
        documented = sorted(exchange.operation.responses)
        yield Finding("/response/status", f"status {status} is not documented", documented, status)


@check("PT-STATUS-03", on=_valid)
def valid_request_is_accepted(exchange: Exchange) -> Iterator[Finding]:
    """Reference, parameters and request bodies: what keeps to them is accepted."""
    status = exchange.status or 0
    if not 400 <= status < 500 or status == _TOO_MANY_REQUESTS:
        return
    documented = exchange.operation.response_for(status)
    if documented is None or not documented.refuses_valid:
        detail = exchange.response.problem.get("detail", "") if exchange.response else ""
        yield Finding(_at(exchange), f"valid request refused: {detail}", exchange.operation.success_statuses, status)


@check("PT-STATUS-04", on=_invalid)
def invalid_request_is_refused(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Validation errors": bounds, lengths, patterns, enumerations and required members."""
    yield from _accepted(exchange)


@check("PT-STATUS-05", on=_mistyped)
def wrong_type_is_refused(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Validation errors": types and formats."""
    yield from _accepted(exchange)


@check("PT-STATUS-09", on=_foreign_body)
def foreign_media_type_is_refused(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9110 section 15.5.16: an ignored body looks to its sender as if it had been used."""
    yield from _accepted(exchange)


def _accepted(exchange: Exchange) -> Iterator[Finding]:
    if (exchange.status or 0) < 400:
        yield Finding(_at(exchange), f"invalid request accepted: {exchange.purpose}", "4xx", exchange.status)


@check("PT-STATUS-06", on=_provoked)
def situation_has_its_status(exchange: Exchange) -> Iterator[Finding]:
    """Reference, responses of each operation: the request was made so that this one status is right."""
    yield from _other_than_expected(exchange)


@check("PT-RATE-05", on=_limited)
def limit_is_kept(exchange: Exchange) -> Iterator[Finding]:
    """Reference, "Rate limits": refused with 429 while the window lasts, served again after it."""
    yield from _other_than_expected(exchange)


@check("PT-STATUS-08", on=_absent)
def absent_thing_is_not_found(exchange: Exchange) -> Iterator[Finding]:
    """Reference, path parameters: an id that no thing has is answered with 404."""
    yield from _other_than_expected(exchange)


def _other_than_expected(exchange: Exchange) -> Iterator[Finding]:
    if exchange.status != exchange.expects and (exchange.status or 0) < 500:
        yield Finding(
            f"/response/status/{exchange.expects}",
            f"{exchange.purpose or 'this request'}: expected status {exchange.expects}, got {exchange.status}",
            exchange.expects,
            exchange.status,
        )


@check("PT-STATUS-07", on=lambda exchange: exchange.counted)
def response_arrives(exchange: Exchange) -> Iterator[Finding]:
    """RFC 9110 section 3.4: a server answers each request with a response."""
    if exchange.response is None:
        yield no_response(exchange, "a response")


def no_response(exchange: Exchange, expected: object) -> Finding:
    """The finding of a request without a response; of one that timed out it says what the run does about it."""
    message = f"no response: {exchange.failure}" + (f"; {CONSEQUENCE}" if exchange.timed_out else "")
    return Finding("/response", message, expected, exchange.failure.partition(":")[0])


def _at(exchange: Exchange) -> str:
    """The pointer to the part of a request that the finding is about.

    That is where an invalid request breaks the contract (`/request/query/count`), what makes the server fail on a valid
    one, or the whole request.
    """
    if exchange.defect is not None and exchange.intent is Intent.INVALID:
        return f"/request/{exchange.defect.place}"
    return f"/request{exchange.cause}"
