"""Runs to compare, and what a comparison found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from peertube_conformance.reports import Finding
from peertube_conformance.reports.comparison.change import Kind
from peertube_conformance.reports.comparison.compare import Comparison

Run = Any


Told = tuple[Kind, str, str]


WRONG = Finding("/response/body/total", "2 is not of type string", "type", 2, requirement="PT-BODY-02")


def seen(comparison: Comparison) -> list[Told]:
    return [(change.kind, change.operation_id, change.message) for change in comparison.changes]


def page(*members: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"total": len(members), "data": list(members), **more}


def answers(body: Any, times: int = 8, **more: Any) -> Callable[[Run], object]:
    return lambda run: run.saw("getVideos", 200, body, times=times, **more)
