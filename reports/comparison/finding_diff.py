"""Findings that only one of two runs has: regressions, fixes, and findings that the other run did not check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.reports.comparison.behaviour_diff import Doubt, Pair
from peertube_conformance.reports.comparison.change import Change, Kind
from peertube_conformance.reports.comparison.situations import outcomes_of
from peertube_conformance.reports.comparison.statistical_tests import is_certain
from peertube_conformance.reports.model.finding import Level

Document = Mapping[str, Any]
Members = Mapping[str, Any]
_WITHIN = ("/response/body", "/response/headers")


def findings(before: Document, after: Document, pairs: Mapping[str, Pair]) -> Iterator[Doubt]:
    """Yields regressions, fixes, and findings the other run did not check. `pairs` has operations by either name."""
    earlier = {_fingerprint(finding, pairs): finding for finding in before["findings"]}
    later = {_fingerprint(finding, pairs): finding for finding in after["findings"]}
    weakest = Level(after.get("failOn", Level.MUST))
    for fingerprint in sorted(later.keys() - earlier.keys()):
        yield _came(later[fingerprint], pairs, weakest)
    for fingerprint in sorted(earlier.keys() - later.keys()):
        yield _went(earlier[fingerprint], pairs)


def _came(finding: Members, pairs: Mapping[str, Pair], weakest: Level) -> Doubt:
    pair = pairs.get(finding["operationId"])
    message = _summary(finding)
    if pair is None or not _asked(pair.before, finding):
        found = _change(Kind.NEW, finding, f"{message} (the earlier run did not check this)")
        return found, _is_unexplained(finding)
    hits, tries = _share(pair.after, finding)
    if finding["deviation"] is not None:
        found = _change(Kind.NEW, finding, f"{message} (known as {finding['deviation']})")
        return found, is_certain(0, _times_asked(pair.before, finding), hits, tries)
    if not Level(finding["level"]).is_at_least(weakest):
        return _change(Kind.NEW, finding, f"{message} (below the --fail-on level)"), True
    return _change(Kind.REGRESSION, finding, message), True


def _went(finding: Members, pairs: Mapping[str, Pair]) -> Doubt:
    pair = pairs.get(finding["operationId"])
    message = _summary(finding)
    if pair is None or not _asked(pair.after, finding):
        found = _change(Kind.GONE, finding, f"{message} (the later run did not check this)", came=False)
        return found, _is_unexplained(finding)
    hits, tries = _share(pair.before, finding)
    other_tries = _times_asked(pair.after, finding)
    # Found on every try, it was not chance.
    certain = hits == tries or is_certain(hits, tries, 0, other_tries)
    return _change(Kind.FIX, {**finding, "operationId": pair.name}, message, came=False), certain


def _fingerprint(finding: Members, pairs: Mapping[str, Pair]) -> str:
    """The finding's fingerprint with the operation's later name, so that a renamed operation keeps its findings."""
    operation_id, _, rest = finding["fingerprint"].partition("|")
    pair = pairs.get(operation_id)
    return f"{pair.name if pair else operation_id}|{rest}"


def _asked(entry: Members, finding: Members) -> bool:
    return _times_asked(entry, finding) > 0


def _is_unexplained(finding: Members) -> bool:
    """Whether no deviation explains the finding."""
    return finding["deviation"] is None


def _times_asked(entry: Members, finding: Members) -> int:
    """How often a run met the situation of the finding's exchange; for a finding within a response, how often with a
    response of that status."""
    if "situations" not in entry or "exchange" not in finding:
        return sum(entry["statuses"].values())
    outcomes = outcomes_of(entry, finding["exchange"])
    within = finding["pointer"].startswith(_WITHIN)
    return sum(
        count
        for outcome, count in outcomes.items()
        if not within or outcome.partition(" ")[0] == str(finding["status"])
    )


def _share(entry: Members, finding: Members) -> tuple[int, int]:
    tries = _times_asked(entry, finding)
    return min(finding["occurrences"], tries), tries


def _summary(finding: Members) -> str:
    where = f"{finding['requirement']} at {finding['pointer'] or '/'}"
    return f"{where} of {finding['status'] or 'no answer'}: {finding['message']}"


def _change(kind: Kind, finding: Members, message: str, *, came: bool = True) -> Change:
    # A finding changes from its expected to its actual value where it is new, and back where it is gone.
    values = (finding["expected"], finding["actual"])
    before, after = values if came else values[::-1]
    return Change(
        kind,
        finding["operationId"],
        finding["fingerprint"],
        message,
        before,
        after,
        status=str(finding["status"] or ""),
        pointer=finding["pointer"],
        level=finding["level"],
        curl=finding["curl"] if came else "",
        needs=tuple(finding["needs"]) if came else (),
    )
