"""Describes how long a run waited for rate limits, and what was refused for these."""

from __future__ import annotations

from peertube_conformance.reports.formatting import counted, duration_text
from peertube_conformance.reports.views.run_summary import Document


def waited_line(document: Document) -> str:
    """How long the run waited for rate limits: the worker that waited longest, and all together where that is more."""
    budget = document["budget"]
    every = budget["throttledSeconds"]
    # Older reports have only the sum.
    longest = budget.get("waitedSeconds", every)
    text = f"waited {duration_text(longest)} for rate limits"
    workers = budget.get("workers", 1)
    return text if longest == every else f"{text} ({duration_text(every)} summed over {workers} workers)"


def refused_line(document: Document) -> str:
    """The requests that were refused with 429, and how many of them tests of rate limits provoked."""
    budget = document["budget"]
    provoked = budget.get("provoked429", 0)
    text = f"{counted(budget['self429'] + provoked, 'request')} refused with 429"
    return f"{text}, {provoked:,} of them in tests of rate limits" if provoked else text
