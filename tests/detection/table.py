"""Output of the command: a table of classes, the misses, and the plain tool's results on the same faults."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from tests.detection.detection import Detection
from tests.detection.misses import KNOWN
from tests.faults.registry import GROUPS

_LEAST = 0.97


def table(found: Sequence[Detection]) -> Iterator[str]:
    """The lines of a Markdown table: for each class the faults, how many were caught, and the median of the requests."""
    compared = any(detection.plain for detection in found)
    yield "| class | faults | caught | requests, median |" + (
        " plain Schemathesis, of those tried |" if compared else ""
    )
    yield "|---|---|---|---|" + ("---|" if compared else "")
    for group in GROUPS:
        of_it = [detection for detection in found if detection.group == group]
        if of_it:
            yield _row(group, of_it, compared=compared)
    yield _row("**all**", found, compared=compared)


def _row(name: str, found: Sequence[Detection], *, compared: bool) -> str:
    caught = [detection for detection in found if detection.caught]
    median = round(statistics.median(detection.requests for detection in caught)) if caught else "-"
    cells = [name, f"{len(found):,}", _share(len(caught), len(found)), str(median)]
    if compared:
        tried = [detection for detection in found if detection.plain]
        killed = sum(bool(detection.plain.get("killed")) for detection in tried)
        cells.append(_share(killed, len(tried)) if tried else "-")
    return f"| {' | '.join(cells)} |"


def _share(some: int, of: int) -> str:
    return f"{some:,} of {of:,} ({100 * some / of:.1f} %)"


def misses(found: Sequence[Detection]) -> Iterator[str]:
    """Each fault that was not reported, with the reason; those that are not known misses first."""
    missed = sorted((d for d in found if not d.caught), key=lambda detection: detection.id in KNOWN)
    for detection in missed:
        known = f"known: {KNOWN[detection.id]}" if detection.id in KNOWN else f"NEW: {detection.reason}"
        yield f"{detection.id} ({', '.join(detection.breaks)}) {known}"
    for detection in found:
        if detection.caught and detection.id in KNOWN:
            yield f"{detection.id} is caught: it is to be taken out of misses.py"


def is_enough(found: Sequence[Detection]) -> bool:
    """Whether enough is caught, and nothing is missed that is not known to be."""
    caught = sum(detection.caught for detection in found)
    unknown = any(not detection.caught and detection.id not in KNOWN for detection in found)
    return caught >= _LEAST * len(found) and not unknown
