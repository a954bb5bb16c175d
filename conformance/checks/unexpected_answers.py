"""Finds the violation behind an answer to a preparing request, or any other, that the harness could not use."""

from __future__ import annotations

from dataclasses import replace

from peertube_conformance.conformance.checks.registry import judge, starred
from peertube_conformance.fixtures.messages.precondition_errors import UnexpectedAnswer
from peertube_conformance.reports import Exchange, Finding, Intent, Level
from peertube_conformance.spec.requirements import load_requirements

_BODY, _HEADERS = "/response/body", "/response/headers"
# What an answer breaks that no check of single exchanges finds, by the part of it that is unusable.
_REQUIREMENTS = {_BODY: "PT-BODY-02", _HEADERS: "PT-HEAD-01"}


def violation_of(error: UnexpectedAnswer, exchange: Exchange) -> tuple[Finding | None, bool]:
    """The finding that explains why the answer is unusable, and whether the checks of the exchange found it before.

    A preparing request is a valid one, so that its refusal is judged as that of any other valid request. None where the
    answer is a documented refusal that a valid request may meet, or one that the harness caused by its own traffic.
    """
    if not exchange.counted:
        return None, True
    at = starred(error.at)
    for finding in judge(exchange)[0]:
        if _is_about(finding.at, at):
            return finding, True
    if not at.startswith((_BODY, _HEADERS)):
        refused = judge(replace(exchange, intent=Intent.VALID, purpose=None))[0]
        return next((finding for finding in refused if _is_about(finding.at, at)), None), False
    return _unusable(error, exchange, at), False


def _is_about(found: str, at: str) -> bool:
    """Whether a finding at a pointer explains what is wrong at another one: in the same part, above it or below."""
    if at.startswith(_BODY):
        return found == "/response/headers/content-type" or found.startswith(at) or at.startswith(found)
    return found == at if at.startswith(_HEADERS) else not found.startswith((_BODY, _HEADERS))


def _unusable(error: UnexpectedAnswer, exchange: Exchange, at: str) -> Finding:
    requirement = next(requirement for part, requirement in _REQUIREMENTS.items() if at.startswith(part))
    return Finding(
        at,
        f"the answer cannot be used: {error.came} instead of {error.expected}",
        error.expected,
        error.came,
        check="usable_answer",
        requirement=requirement,
        level=Level(load_requirements()[requirement].level),
        operation_id=exchange.operation.id,
        status=exchange.status,
        request=exchange.summary,
    )
