"""Limits of judgement: how much of a response is read, judged and recorded, so that judging it takes bounded time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JudgementLimits:
    """How much of one response is judged; what is beyond a limit is named in the report.

    `nesting`: levels of a JSON text that are read. `digits`: of a number in it. `items`, `members`, `values`: of an
    array, of an object, and in all, of an invalid body whose violations are listed; of the `first_values` alone, where
    these have as many as `violations`. `searched_bytes`: of an error response that is searched for internals.
    `findings`: of one check. `seconds`: after which no further check of the response is begun. Of a value in a finding
    are recorded: `shown_characters` of a text, `shown_values` in all.
    """

    nesting: int = 200
    digits: int = 1_000
    items: int = 200
    members: int = 1_000
    values: int = 20_000
    first_values: int = 1_000
    violations: int = 1_000
    searched_bytes: int = 100_000
    findings: int = 100
    seconds: float = 60.0
    shown_characters: int = 4_000
    shown_values: int = 1_000


LIMITS = JudgementLimits()
