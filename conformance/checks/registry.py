"""Registers checks and runs those that apply to an exchange."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from peertube_conformance.reports import Exchange, Finding, Intent, Level
from peertube_conformance.reports.model.exchange import PROBLEM_JSON
from peertube_conformance.spec.requirements import load_requirements

Predicate = Callable[[Exchange], bool]
CheckFunction = Callable[[Exchange], Iterable[Finding]]
_INDEX = re.compile(r"/\d+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Check:
    """A check: the requirement that it proves, when it applies, and the function that examines an exchange."""

    name: str
    requirement: str
    level: Level
    applies: Predicate
    function: CheckFunction


CHECKS: list[Check] = []


def check(requirement: str, *, on: Predicate) -> Callable[[CheckFunction], CheckFunction]:
    """Registers a check of this requirement for the exchanges where `on` holds."""
    level = Level(load_requirements()[requirement].level)

    def register(function: CheckFunction) -> CheckFunction:
        CHECKS.append(Check(function.__name__, requirement, level, on, function))
        return function

    return register


def judge(exchange: Exchange) -> tuple[list[Finding], list[str]]:
    """The findings of all checks that apply, and the ids of the requirements for which this exchange is evidence."""
    findings: list[Finding] = []
    evidence: list[str] = []
    for candidate in CHECKS:
        if not candidate.applies(exchange):
            continue
        evidence.append(candidate.requirement)
        findings.extend(_completed(finding, candidate, exchange) for finding in candidate.function(exchange))
    return findings, evidence


def _completed(finding: Finding, by: Check, exchange: Exchange) -> Finding:
    return replace(
        finding,
        at=starred(finding.at),
        check=by.name,
        requirement=by.requirement,
        level=by.level,
        operation_id=exchange.operation.id,
        status=exchange.status,
        request=exchange.summary,
    )


# When a check applies


def answered(exchange: Exchange) -> bool:
    """Whether a response arrived that the harness did not cause by its own traffic."""
    return exchange.response is not None and exchange.counted


def as_asked(exchange: Exchange) -> bool:
    """Whether a response arrived that is not to an accepted invalid request, whose acceptance is the only finding."""
    return answered(exchange) and not (exchange.intent is Intent.INVALID and (exchange.status or 0) < 400)


def unreadable(exchange: Exchange) -> bool:
    """Whether the request's JSON body is malformed, or no object or array: parsers refuse it before routing."""
    named = {name.lower(): value for name, value in exchange.request.headers}
    is_json = "json" in named.get("content-type", "").lower()
    return is_json and (
        (exchange.defect is not None and exchange.defect.keyword == "malformed")
        or exchange.request.body.lstrip()[:1] not in {b"{", b"[", b""}
    )


def errors(exchange: Exchange) -> bool:
    """Whether the response has a 4xx or 5xx status."""
    return answered(exchange) and (exchange.status or 0) >= 400 and exchange.request.method != "HEAD"


def problems(exchange: Exchange) -> bool:
    """Whether the response declares problem details as its media type and carries a JSON object."""
    response = exchange.response
    return errors(exchange) and response is not None and response.media_type == PROBLEM_JSON and bool(response.problem)


# The place of a finding


def starred(pointer: str) -> str:
    """Replaces every index in a body by `*`; numbers elsewhere in a pointer (`/response/status/404`) are not indices."""
    part, body, within = pointer.partition("/body")
    return f"{part}{body}{_INDEX.sub('/*', within)}"
