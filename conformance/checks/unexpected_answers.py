"""Finds the violation behind an answer to a preparing request, or any other, that the harness could not use."""

from __future__ import annotations

from dataclasses import replace

from peertube_conformance.conformance.checks.registry import completed, judge, starred
from peertube_conformance.fixtures.messages.precondition_errors import UnexpectedAnswer
from peertube_conformance.reports import Exchange, Finding, Intent

_BODY, _HEADERS = "/response/body", "/response/headers"
_MEDIA_TYPE = "/response/headers/content-type"


def violation_of(error: UnexpectedAnswer, exchange: Exchange) -> tuple[Finding | None, bool]:
    """The finding that explains why the answer is unusable, and whether the checks of the exchange found it before.

    A preparing request is a valid one, so that its refusal is judged as that of any other valid request. None where the
    contract permits the answer, or where the harness caused it by its own traffic.
    """
    if not exchange.counted:
        return None, True
    at = starred(error.at)
    if error.breaks:
        return _broken(error, exchange, at), False
    for finding in judge(exchange)[0]:
        if _is_about(finding.at, at):
            return finding, True
    refused = judge(replace(exchange, intent=Intent.VALID, purpose=None))[0]
    return next((finding for finding in refused if _is_about(finding.at, at)), None), False


def _is_about(found: str, at: str) -> bool:
    """Whether a finding at a pointer explains what is wrong at another one: in the same part, above it or below.

    A wrong status or media type explains a wrong body.
    """
    if at.startswith(_BODY):
        is_near = found == at or found.startswith(f"{at}/") or at.startswith(f"{found}/")
        return is_near or found == _MEDIA_TYPE or _is_of_the_whole(found)
    return found == at or _is_of_the_whole(found)


def _is_of_the_whole(found: str) -> bool:
    return not found.startswith((_BODY, _HEADERS))


def _broken(error: UnexpectedAnswer, exchange: Exchange, at: str) -> Finding:
    message = f"the answer cannot be used: it is {error.came} instead of {error.expected}"
    finding = Finding(at, message, error.expected, error.came)
    return completed(finding, exchange, check="usable_answer", requirement=error.breaks)
