"""Computes the coordinates of small charts, which the page draws as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peertube_conformance.reports.formatting import anchor, counted
from peertube_conformance.reports.run_document.latency import LATENCY_BOUNDS
from peertube_conformance.reports.views.run_summary import Document, Members

_BAR, _GAP, _HEIGHT = 9, 2, 24
_TRAFFIC_WIDTH, _TRAFFIC_HEIGHT = 720, 120


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: a rectangle and its label."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Latency:
    """Latency chart of one operation: a histogram of milliseconds in classes that grow two to threefold."""

    anchor: str
    operation: Members
    bars: Sequence[Bar]
    width: int = len(LATENCY_BOUNDS) * (_BAR + _GAP) + _BAR
    height: int = _HEIGHT


@dataclass(frozen=True, slots=True)
class Traffic:
    """Traffic chart: bars for requests over time, lines for the least share of the rate limit left (gaps: unknown)."""

    bars: Sequence[Bar]
    lines: Sequence[str]
    seconds: float
    most: int
    width: int = _TRAFFIC_WIDTH
    height: int = _TRAFFIC_HEIGHT


def latencies(document: Document) -> list[Latency]:
    """Latency charts of the operations that got responses, the slowest first."""
    answered = [entry for entry in document["operations"] if entry["latency"]]
    answered.sort(key=lambda entry: (-entry["latency"]["p95"], entry["operationId"]))
    return [Latency(anchor("latency", entry["operationId"]), entry, _histogram(entry)) for entry in answered]


def _histogram(entry: Members) -> list[Bar]:
    counts = entry["latency"]["histogram"]
    most = max(counts)
    bars = []
    for number, count in enumerate(counts):
        if count:
            height = round(max(2.0, _HEIGHT * count / most), 1)
            above = f"up to {LATENCY_BOUNDS[number]} ms" if number < len(LATENCY_BOUNDS) else "longer"
            bars.append(Bar(number * (_BAR + _GAP), _HEIGHT - height, _BAR, height, f"{above}: {count}"))
    return bars


def traffic(document: Document) -> Traffic | None:
    """The run's traffic chart; None where nothing was sent."""
    timeline = document["budget"].get("timeline")
    if not timeline:
        return None
    requests, seconds = timeline["requests"], timeline["seconds"]
    step = _TRAFFIC_WIDTH / max(len(requests), 12)
    most = max(requests)
    bars = [
        Bar(
            round(number * step, 1),
            round(_TRAFFIC_HEIGHT * (1 - count / most), 1),
            round(max(1.0, step - 2), 1),
            round(_TRAFFIC_HEIGHT * count / most, 1),
            f"from {number * seconds:.0f} s: {counted(count, 'request')}",
        )
        for number, count in enumerate(requests)
        if count
    ]
    return Traffic(bars, _lines(timeline["leastLeft"], step), seconds, most)


def _lines(shares: Sequence[float | None], step: float) -> list[str]:
    lines: list[list[str]] = [[]]
    for number, share in enumerate(shares):
        if share is None:
            lines.append([])
        else:
            x, y = (number + 0.5) * step, _TRAFFIC_HEIGHT * (1 - share)
            lines[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(points) for points in lines if len(points) > 1]
