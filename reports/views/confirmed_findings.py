"""Says of a finding whether it happened again when its request was made once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from peertube_conformance.reports.formatting import counted
from peertube_conformance.reports.model.confirmation import Obstacle, State

Members = Mapping[str, Any]
_NOT_CONFIRMED: Mapping[str, str] = {
    Obstacle.BOUND: "enough requests were made again",
    Obstacle.TIME: "no time was left",
    Obstacle.OUTAGE: "the target no longer answered",
    Obstacle.INTERRUPTED: "the run ended before",
    Obstacle.SET_UP: "the set-up is not repeated",
    Obstacle.CLEAN_UP: "the clean-up is not repeated",
    Obstacle.RATE_LIMIT: "tests that exhaust rate limits are not repeated",
    Obstacle.COMPARISON: "it is about several answers",
    Obstacle.BLOCKED: "a preparing request failed",
    Obstacle.REPETITION: "it was first seen when another request was made again",
}


def is_intermittent(finding: Members) -> bool:
    """Whether the finding did not happen again; reports of earlier versions do not say."""
    return bool(finding.get("intermittent"))


def apart(findings: Iterable[Members]) -> tuple[list[Members], list[Members]]:
    """The findings, and apart from them the intermittent ones."""
    every = list(findings)
    return [f for f in every if not is_intermittent(f)], [f for f in every if is_intermittent(f)]


def count_text(findings: Iterable[Members]) -> str:
    """Counts findings: `3 findings`, `3 findings, 1 intermittent finding`, `1 intermittent finding`."""
    lasting, intermittent = apart(findings)
    counts = [counted(len(lasting), "finding")] if lasting or not intermittent else []
    return ", ".join([*counts, *([counted(len(intermittent), "intermittent finding")] if intermittent else [])])


def confirmation_note(finding: Members) -> str:
    """What a reader has to know of a new finding: that it did not happen again, or why that was not tried; empty for one
    that happened again."""
    if is_intermittent(finding):
        return "intermittent: did not happen again when the request was repeated"
    confirmation = finding.get("confirmation")
    if not confirmation or confirmation["state"] != State.NOT_CONFIRMED:
        return ""
    return f"not confirmed: {_NOT_CONFIRMED.get(confirmation['obstacle'], confirmation['obstacle'])}"
