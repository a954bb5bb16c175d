"""Quantiles and histogram of the latencies of one operation."""

from __future__ import annotations

from peertube_conformance.reports.run_document.latency import LATENCY_BOUNDS, latency_of


def test_latency() -> None:
    reported = latency_of([1.0, 1.5, 30.0, 6000.0])
    assert reported is not None
    assert reported["histogram"] == [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert len(reported["histogram"]) == len(LATENCY_BOUNDS) + 1
    assert (reported["count"], reported["p50"], reported["p95"], reported["max"]) == (4, 15.75, 6000.0, 6000.0)
    assert latency_of([]) is None
