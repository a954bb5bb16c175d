"""Registers checks and runs those that apply to an exchange."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from peertube_conformance.reports import Exchange, Finding, Intent, Level
from peertube_conformance.reports.model.exchange import PROBLEM_JSON
from peertube_conformance.spec.judgement_limits import LIMITS, JudgementLimits
from peertube_conformance.spec.requirements import load_requirements


@dataclass(frozen=True, slots=True)
class InPart:
    """A check judged only a part of a response; `part` says which: `the first 200 of 30,000 items of /data`."""

    part: str


class Judgement(NamedTuple):
    """The findings of all checks that apply, the ids of the requirements for which the exchange is evidence, and what
    was judged in part."""

    findings: list[Finding]
    evidence: list[str]
    in_part: list[str]


Predicate = Callable[[Exchange], bool]
CheckFunction = Callable[[Exchange], Iterable[Finding | InPart]]
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


def judge(
    exchange: Exchange, limits: JudgementLimits = LIMITS, clock: Callable[[], float] = time.monotonic
) -> Judgement:
    """Judges an exchange by all checks that apply to it, within the limits."""
    judgement = Judgement([], [], [])
    ends = clock() + limits.seconds
    for number, candidate in enumerate(CHECKS):
        if clock() > ends:
            judgement.in_part.append(f"the first {number} of {len(CHECKS)} checks, within {limits.seconds:g} s")
            break
        if candidate.applies(exchange):
            judgement.evidence.append(candidate.requirement)
            _judge_by(candidate, exchange, limits.findings, judgement)
    return judgement


def _judge_by(candidate: Check, exchange: Exchange, most: int, judgement: Judgement) -> None:
    count = 0
    for found in candidate.function(exchange):
        if isinstance(found, InPart):
            judgement.in_part.append(found.part)
            continue
        count += 1
        if count > most:
            judgement.in_part.append(f"the first {most} findings of the check {candidate.name}")
            return
        finding = replace(found, at=starred(found.at))
        judgement.findings.append(completed(finding, exchange, check=candidate.name, requirement=candidate.requirement))


def completed(finding: Finding, exchange: Exchange, *, check: str, requirement: str) -> Finding:
    """The finding with everything that makes its fingerprint: an exchange violates a requirement, as a check found."""
    return replace(
        finding,
        check=check,
        requirement=requirement,
        level=Level(load_requirements()[requirement].level),
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
