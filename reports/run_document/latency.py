"""Latency statistics of one operation: quantiles and a histogram."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

# Upper bounds of the latency histogram's classes in milliseconds; one more class has none.
LATENCY_BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def latency_of(milliseconds: Sequence[float]) -> dict[str, Any] | None:
    """Count, sum, quantiles and histogram (counts up to each of LATENCY_BOUNDS, then above); None without latencies."""
    if not milliseconds:
        return None
    ordered = sorted(milliseconds)
    below = [bisect_left(ordered, bound + 1e-9) for bound in LATENCY_BOUNDS] + [len(ordered)]
    return {
        "count": len(ordered),
        "total": round(sum(ordered), 2),
        "p50": round(statistics.median(ordered), 2),
        "p95": ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))],
        "max": ordered[-1],
        "histogram": [here - before for before, here in zip([0, *below], below, strict=False)],
    }
