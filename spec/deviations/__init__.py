"""Known deviations: their entries, and the conditions under which they explain a finding."""

from peertube_conformance.spec.deviations.entries import (
    Category,
    Deviation,
    DeviationError,
    check_deviations,
    load_deviations,
)
from peertube_conformance.spec.deviations.occurrence import Answer, Occurrence, SentRequest

__all__ = [
    "Answer",
    "Category",
    "Deviation",
    "DeviationError",
    "Occurrence",
    "SentRequest",
    "check_deviations",
    "load_deviations",
]
