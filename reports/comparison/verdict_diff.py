"""Operations and requirements that only one of two runs has or judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peertube_conformance.reports.comparison.behaviour_diff import Pair
from peertube_conformance.reports.comparison.change import Change, Kind, Subject
from peertube_conformance.reports.comparison.harness import new_requirements
from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.run_verdict import TESTED

Document = Mapping[str, Any]
Members = Mapping[str, Any]
_PAGE = "text/html"
_FEWEST = 8
_FIRST_ERROR = "400"


def only_in_one(gone: Iterable[Members], new: Iterable[Members]) -> Iterator[Change]:
    """Yields the operations that only one of the runs has."""
    for entries, kind, which in ((gone, Kind.GONE, "later"), (new, Kind.NEW, "earlier")):
        for entry in entries:
            message = f"{entry['method']} {entry['path']} is not in the {which} run"
            yield Change(kind, entry["operationId"], "operation", message, about=Subject.OPERATION)


def routes(pairs: Iterable[Pair], before: Document, after: Document) -> Iterator[Change]:
    """Yields the routes that are no longer served, and those that are served only now."""
    findings = {f["operationId"]: f for f in after["findings"] if f["requirement"] == ROUTE_REQUIREMENT}
    unchecked = ROUTE_REQUIREMENT in new_requirements(before, after)
    for pair in pairs:
        route = f"{pair.after['method']} {pair.after['path']}"
        was_missing, is_missing = (_is_missing(entry) for entry in (pair.before, pair.after))
        if is_missing and not was_missing:
            yield _missing(pair, route, findings.get(pair.name), unchecked=unchecked)
        elif was_missing and not is_missing and pair.after["verdict"] in TESTED:
            yield _route(Kind.FIX, pair, f"{route} is now served")
        elif not is_missing and _is_page_now(pair):
            message = f"{route} is no longer served: a page of the web client is the answer to every request"
            yield _route(Kind.REGRESSION, pair, message)


def _missing(pair: Pair, route: str, finding: Members | None, *, unchecked: bool) -> Change:
    if unchecked and not _was_served(pair.before):
        return _route(Kind.NEWLY_CHECKED, pair, f"{route} is not served", finding)
    if finding is not None and finding["deviation"] is not None:
        return _route(Kind.GONE, pair, f"{route} is no longer served (known as {finding['deviation']})", finding)
    return _route(Kind.REGRESSION, pair, f"{route} is no longer served", finding)


def _route(kind: Kind, pair: Pair, message: str, finding: Members | None = None) -> Change:
    statuses = [", ".join(sorted(entry["statuses"])) for entry in (pair.before, pair.after)]
    return Change(
        kind,
        pair.name,
        f"route {pair.after['path']}",
        message,
        statuses[0],
        statuses[1],
        curl=finding["curl"] if finding else "",
        needs=tuple(finding["needs"]) if finding else (),
        about=Subject.ROUTE,
    )


def _is_missing(entry: Members) -> bool:
    return bool(entry["verdict"] == Verdict.NOT_IMPLEMENTED)


def _was_served(entry: Members) -> bool:
    return any(
        status < _FIRST_ERROR and set(counts) - {_PAGE}
        for status, counts in entry.get("mediaTypes", {}).items()
        if counts
    )


def _is_page_now(pair: Pair) -> bool:
    """Whether the response to every request is now the web client's page, which no response was before."""
    before, after = _media_types(pair.before), _media_types(pair.after)
    return set(after) == {_PAGE} and _PAGE not in before and bool(before) and after[_PAGE] >= _FEWEST


def _media_types(entry: Members) -> dict[str, int]:
    summed: dict[str, int] = {}
    for counts in entry.get("mediaTypes", {}).values():
        for name, count in counts.items():
            summed[name] = summed.get(name, 0) + count
    summed.pop("none", None)
    return summed


def verdicts(pairs: Iterable[Pair]) -> Iterator[Change]:
    """Yields the operations that only one of the runs judged."""
    for pair in pairs:
        before, after = pair.before["verdict"], pair.after["verdict"]
        if before in TESTED and after not in TESTED:
            yield _unjudged(pair.name, "verdict", "no longer tested", Subject.VERDICT, (before, pair.after))
        elif before not in TESTED and after in TESTED:
            reason = pair.before["reason"] or before
            message = f"was not tested before: {reason}"
            yield Change(Kind.NEW, pair.name, "verdict", message, before, after, about=Subject.VERDICT, reason=reason)


def requirements(before: Document, after: Document) -> Iterator[Change]:
    """Yields the requirements that are no longer judged, and those that only the later harness checks."""
    earlier = {entry["id"]: entry["verdict"] for entry in before["requirements"]}
    new = new_requirements(before, after)
    for entry in after["requirements"]:
        was, name = earlier.get(entry["id"]), entry["id"]
        if was in TESTED and entry["verdict"] not in TESTED:
            yield _unjudged("", name, f"{name} no longer has evidence", Subject.REQUIREMENT, (str(was), entry))
        elif name in new and entry["verdict"] in TESTED:
            message = f"{name} is newly checked: {entry['verdict']}"
            yield Change(Kind.NEWLY_CHECKED, "", name, message, None, entry["verdict"], about=Subject.REQUIREMENT)


def _unjudged(name: str, subject: str, what: str, about: Subject, verdicts: tuple[str, Members]) -> Change:
    was, entry = verdicts
    reason = entry["reason"] or entry["verdict"]
    return Change(
        Kind.UNJUDGED,
        name,
        subject,
        f"{what}: {reason}",
        was,
        entry["verdict"],
        about=about,
        reason=reason,
        cause=entry.get("blockedBy", ""),
    )
