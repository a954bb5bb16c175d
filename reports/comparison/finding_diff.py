"""Findings that only one of two runs has: regressions, fixes, and findings that the other run did not check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from peertube_conformance.reports.comparison.behaviour_diff import Doubt, Pair, has_json
from peertube_conformance.reports.comparison.change import Change, Kind
from peertube_conformance.reports.comparison.harness import new_checks, new_requirements
from peertube_conformance.reports.comparison.situations import names_of, outcomes_of
from peertube_conformance.reports.comparison.statistical_tests import is_certain
from peertube_conformance.reports.model.finding import Level
from peertube_conformance.reports.model.verdict import Verdict

Document = Mapping[str, Any]
Members = Mapping[str, Any]
_RESPONSE_BODY = "/response/body"
_NOT_SENT = "the later run sent no such request"
_WITHIN = (_RESPONSE_BODY, "/response/headers")


def findings(before: Document, after: Document, pairs: Mapping[str, Pair]) -> Iterator[Doubt]:
    """Yields regressions, fixes, and findings the other run did not check. `pairs` has operations by either name."""
    earlier = {_fingerprint(finding, pairs): finding for finding in before["findings"]}
    later = {_fingerprint(finding, pairs): finding for finding in after["findings"]}
    weakest = Level(after.get("failOn", Level.MUST))
    new = new_requirements(before, after) | new_checks(before, after)
    for fingerprint in sorted(later.keys() - earlier.keys()):
        finding = later[fingerprint]
        if new & {finding["requirement"], finding["check"]}:
            note = "the earlier version of this tool did not check this"
            yield _change(Kind.NEWLY_CHECKED, finding, note=note), _is_unexplained(finding)
        else:
            yield _came(finding, pairs, weakest)
    for fingerprint in sorted(earlier.keys() - later.keys()):
        yield _went(earlier[fingerprint], pairs)
    for fingerprint in sorted(earlier.keys() & later.keys()):
        yield from _no_longer_explained(before, after, earlier[fingerprint], later[fingerprint])


def _no_longer_explained(before: Document, after: Document, was: Members, finding: Members) -> Iterator[Doubt]:
    """Yields a finding that a deviation explained in the earlier run only; another harness may have other deviations."""
    deviation = was["deviation"]
    weakest = Level(after.get("failOn", Level.MUST))
    if deviation is None or finding["deviation"] is not None or not Level(finding["level"]).is_at_least(weakest):
        return
    is_same = before["harness"]["version"] == after["harness"]["version"]
    kind = Kind.REGRESSION if is_same else Kind.NEWLY_CHECKED
    yield _change(kind, finding, note=f"known as {deviation} before"), True


def _came(finding: Members, pairs: Mapping[str, Pair], weakest: Level) -> Doubt:
    pair = pairs.get(finding["operationId"])
    if pair is None or pair.before["verdict"] == Verdict.NOT_IMPLEMENTED or not _asked(pair.before, finding):
        found = _change(Kind.NEW, finding, note="the earlier run did not check this")
        return found, _is_unexplained(finding)
    hits, tries = _share(pair.after, finding)
    if finding["deviation"] is not None:
        found = _change(Kind.NEW, finding, note=f"known as {finding['deviation']}")
        return found, is_certain(0, _times_asked(pair.before, finding), hits, tries)
    if not Level(finding["level"]).is_at_least(weakest):
        return _change(Kind.NEW, finding, note="below the --fail-on level"), True
    return _change(Kind.REGRESSION, finding), True


def _went(finding: Members, pairs: Mapping[str, Pair]) -> Doubt:
    pair = pairs.get(finding["operationId"])
    reason = _NOT_SENT if pair is None else _why_unjudged(pair, finding)
    if pair is None or reason:
        name = pair.name if pair else finding["operationId"]
        found = _change(Kind.UNJUDGED, {**finding, "operationId": name}, came=False)
        return replace(found, reason=reason), _is_unexplained(finding)
    hits, tries = _share(pair.before, finding)
    other_tries = _times_asked(pair.after, finding)
    # Found on every try, it was not chance.
    certain = hits == tries or is_certain(hits, tries, 0, other_tries)
    return _change(Kind.FIX, {**finding, "operationId": pair.name}, came=False), certain


def _fingerprint(finding: Members, pairs: Mapping[str, Pair]) -> str:
    """The finding's fingerprint with the operation's later name, so that a renamed operation keeps its findings."""
    operation_id, _, rest = finding["fingerprint"].partition("|")
    pair = pairs.get(operation_id)
    return f"{pair.name if pair else operation_id}|{rest}"


def _why_unjudged(pair: Pair, finding: Members) -> str:
    """Why the later run says nothing about a finding of the earlier; empty where it judged the same again."""
    if not _asked(pair.after, finding):
        return _NOT_SENT
    return "" if _has_place(pair, finding) else "the later run's responses do not have what was wrong"


def _has_place(pair: Pair, finding: Members) -> bool:
    """Whether the later responses have the body, and in it the object, that the finding was in."""
    status, pointer = str(finding["status"]), finding["pointer"]
    if not pointer.startswith(_RESPONSE_BODY):
        return True
    old, new = (entry.get("mediaTypes", {}).get(status, {}) for entry in (pair.before, pair.after))
    if has_json(old) and new and not has_json(new):
        return False
    parent = pointer.removeprefix(_RESPONSE_BODY).rpartition("/")[0]
    shape, later_shape = (entry["shape"].get(status, {}) for entry in (pair.before, pair.after))
    return parent not in shape or parent in later_shape


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


def _change(kind: Kind, finding: Members, *, note: str = "", came: bool = True) -> Change:
    # A finding changes from its expected to its actual value where it is new, and back where it is gone.
    values = (finding["expected"], finding["actual"])
    before, after = values if came else values[::-1]
    return Change(
        kind,
        finding["operationId"],
        finding["fingerprint"],
        f"{_summary(finding)} ({note})" if note else _summary(finding),
        before,
        after,
        status=str(finding["status"] or ""),
        pointer=finding["pointer"],
        level=finding["level"],
        curl=finding["curl"] if came else "",
        needs=tuple(finding["needs"]) if came else (),
        deviation=finding["deviation"] or "",
        note=note,
        situation=names_of(finding["exchange"])[0] if "exchange" in finding else "",
    )
