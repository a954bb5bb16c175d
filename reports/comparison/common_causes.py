"""Merges several differences between two runs that have one cause into one change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from peertube_conformance.reports.comparison.behaviour_diff import Doubt, Pair
from peertube_conformance.reports.comparison.change import Announced, Change, Kind
from peertube_conformance.reports.formatting import counted

_PAGE = "text/html"
_FEWEST = 8
_RESPONSE_BODY = "/response/body"


def consolidated(doubts: Iterable[Doubt], pairs: Sequence[Pair], announced: Announced | None) -> list[Doubt]:
    """Merges differences that have one cause into one change; with each, whether it is certain."""
    lost = {pair.name: change for pair in pairs for change in _lost(pair)}
    reported: list[Doubt] = [(change, True) for change in lost.values()]
    reported += [(change, sure) for change, sure in doubts if change.operation_id not in lost]
    reported = [(change, sure or _is_announced(change, announced)) for change, sure in reported]
    return list(_without_echoes(list(_folded(reported)), announced))


def _lost(pair: Pair) -> Iterator[Change]:
    """Yields a change for a removed route: the response to every request is the web client's page."""
    before, after = _media_types(pair.before), _media_types(pair.after)
    if set(after) == {_PAGE} and _PAGE not in before and before and after.total() >= _FEWEST:
        statuses = [", ".join(sorted(entry["statuses"])) for entry in (pair.before, pair.after)]
        message = (
            f"{pair.after['method']} {pair.after['path']} is no longer served: a page of the web client "
            "is the answer to every request"
        )
        yield Change(Kind.REGRESSION, pair.name, "route", message, statuses[0], statuses[1])


def _media_types(entry: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Counter[str]:
    summed: Counter[str] = Counter()
    for counts in entry.get("mediaTypes", {}).values():
        summed.update(counts)
    del summed["none"]
    return summed


def _is_announced(change: Change, announced: Announced | None) -> bool:
    """Whether the change is an announced change of shape, which is certain without more evidence."""
    return change.kind is Kind.SHAPE and announced is not None and announced(change)


def _folded(doubts: Sequence[Doubt]) -> Iterator[Doubt]:
    """Replaces the findings of an operation that the earlier run did not test by their number."""
    new = {change.operation_id for change, _ in doubts if change.kind is Kind.NEW and not change.is_finding}
    found = Counter(change.operation_id for change, _ in doubts if change.kind is Kind.NEW and change.is_finding)
    for change, sure in doubts:
        if change.kind is not Kind.NEW or change.operation_id not in new:
            yield change, sure
        elif not change.is_finding:
            number = found[change.operation_id]
            more = f", with {counted(number, 'finding')}" if number else ""
            yield change.saying(f"{change.message}{more}"), sure


def _without_echoes(doubts: Sequence[Doubt], announced: Announced | None) -> Iterator[Doubt]:
    """Drops fixes that are announced new members, as these were not missing before."""
    shapes = {
        (change.operation_id, change.status, change.pointer) for change, _ in doubts if _is_announced(change, announced)
    }
    for change, sure in doubts:
        place = (change.operation_id, change.status, change.pointer.removeprefix(_RESPONSE_BODY))
        if not (change.kind is Kind.FIX and place in shapes):
            yield change, sure
