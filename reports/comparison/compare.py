"""Compares two runs: what an upgrade broke, fixed and changed. Ignores ids, times and order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from peertube_conformance.reports.comparison.announced_changes import announced_of
from peertube_conformance.reports.comparison.behaviour_diff import Pair, answers, headers, media_types, slower
from peertube_conformance.reports.comparison.body_diff import bodies
from peertube_conformance.reports.comparison.causes import Cause, causes
from peertube_conformance.reports.comparison.change import TITLES, Announced, Change, Kind
from peertube_conformance.reports.comparison.finding_diff import findings
from peertube_conformance.reports.comparison.grouping import Group, grouped
from peertube_conformance.reports.comparison.harness import harness_text
from peertube_conformance.reports.comparison.situations import names_of
from peertube_conformance.reports.comparison.verdict_diff import only_in_one, requirements, routes, verdicts
from peertube_conformance.reports.formatting import counted
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.run_verdict import Answer, RunVerdict

Document = Mapping[str, Any]
Members = Mapping[str, Any]
_ABOUT_STATUS = ("/response/status", "/request")
_INCOMPLETE = frozenset({Answer.INTERRUPTED, Answer.INCONCLUSIVE, Answer.NOTHING})


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes between two runs by kind, the most serious first. `unsure` are differences that may be chance."""

    before: str
    after: str
    compared: int
    groups: Sequence[Group]
    doubtful: Sequence[Group]
    remarks: Sequence[str] = ()

    @property
    def changes(self) -> list[Change]:
        """The changes of the groups, one by one, without what is part of another."""
        return _single(change for group in self.groups for change in group.changes)

    @property
    def unsure(self) -> list[Change]:
        """The changes that may be chance, one by one."""
        return _single(change for group in self.doubtful for change in group.changes)

    @property
    def has_regressions(self) -> bool:
        """Whether the later run fails where the earlier did not."""
        return any(group.kind is Kind.REGRESSION for group in self.groups)

    def grouped(self) -> dict[Kind, list[Group]]:
        """The changes by kind; what has one cause appears once."""
        found = {kind: [group for group in self.groups if group.kind is kind] for kind in Kind}
        return {kind: groups for kind, groups in found.items() if groups}

    @property
    def sentence(self) -> str:
        """Summary: `1 regression, 2 fixes, 3 other changes in 120 operations: PeerTube 6.1.0 to PeerTube 6.2.0`."""
        counts = {kind: len(groups) for kind, groups in self.grouped().items()}
        regressions, fixes = counts.pop(Kind.REGRESSION, 0), counts.pop(Kind.FIX, 0)
        unjudged, checked = counts.pop(Kind.UNJUDGED, 0), counts.pop(Kind.NEWLY_CHECKED, 0)
        others = sum(counts.values())
        reported = [
            f"{count} {one if count == 1 else many}"
            for count, one, many in (
                (regressions, "regression", "regressions"),
                (fixes, "fix", "fixes"),
                (others, "other change", "other changes"),
                (checked, "newly checked", "newly checked"),
            )
            if count
        ]
        what = ", ".join(reported) or "no change"
        less = f"; less was judged, for {counted(unjudged, 'reason')}" if unjudged else ""
        return f"{what} in {counted(self.compared, 'operation')}: {self.before} to {self.after}{less}"

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON, for machines, and for the HTML page, which shows the groups."""
        return {
            "schemaVersion": 1,
            "before": self.before,
            "after": self.after,
            "sentence": self.sentence,
            "remarks": list(self.remarks),
            "regressions": sum(group.kind is Kind.REGRESSION for group in self.groups),
            "changes": [change.to_json() for change in self.changes],
            "included": [
                change.to_json() for change in _single(echo for group in self.groups for echo in group.echoes)
            ],
            "unsure": [change.to_json() for change in self.unsure],
            "groups": [
                {"kind": kind.value, "title": TITLES[kind], "entries": [group.to_json() for group in groups]}
                for kind, groups in self.grouped().items()
            ],
            "perhaps": [group.to_json() for group in self.doubtful],
        }


def _single(changes: Iterable[Change]) -> list[Change]:
    order = list(Kind)
    unique = {(c.kind, c.operation_id, c.subject, c.message): c for c in changes}
    return sorted(unique.values(), key=lambda c: (order.index(c.kind), c.operation_id, c.subject))


def compare(before: Document, after: Document, announced: Announced | None = None) -> Comparison:
    """Compares a run document with a later one.

    Operations are matched by id, else by method and path. `announced` says of a change whether the later
    version's contract announces it; regressions never are. Without it, the runs' own contracts decide.
    """
    announced = announced or announced_of(before, after)
    pairs, gone, new = _paired(before["operations"], after["operations"])
    by_name = {name: pair for pair in pairs for name in (pair.before["operationId"], pair.name)}
    doubts = list(findings(before, after, by_name))
    reported = _reported_situations(before, after, [change for change, _ in doubts])
    certain = (only_in_one(gone, new), routes(pairs, before, after), verdicts(pairs), requirements(before, after))
    doubts += [(change, True) for changes in certain for change in changes]
    never = {
        pair.name for pair in pairs if {pair.before["verdict"], pair.after["verdict"]} == {Verdict.NOT_IMPLEMENTED}
    }
    alike = all(before[name] == after[name] for name in ("depth", "safety"))
    for pair in pairs:
        # A finding about the status already says this, and more.
        doubts += [*answers(pair, reported, alike=alike), *media_types(pair), *headers(pair), *bodies(pair)]
    doubts += [(change, True) for change in slower(pairs)]
    doubts = [(change, sure) for change, sure in doubts if change.operation_id not in never]
    found = [_marked(cause, announced) for cause in causes(doubts, announced)]
    return Comparison(
        before=_run_name(before),
        after=_run_name(after),
        compared=len(pairs),
        groups=grouped(cause for cause in found if cause.is_certain),
        doubtful=grouped(cause for cause in found if not cause.is_certain),
        remarks=list(_remarks(before, after)),
    )


def _paired(before: Sequence[Members], after: Sequence[Members]) -> tuple[list[Pair], list[Members], list[Members]]:
    by_id = {entry["operationId"]: entry for entry in before}
    by_route = {(entry["method"], entry["path"]): entry for entry in before}
    pairs, new = [], []
    for entry in after:
        earlier = by_id.get(entry["operationId"]) or by_route.get((entry["method"], entry["path"]))
        if earlier is None:
            new.append(entry)
        else:
            pairs.append(Pair(earlier, entry))
    matched = {pair.before["operationId"] for pair in pairs}
    return pairs, [entry for entry in before if entry["operationId"] not in matched], new


def _reported_situations(before: Document, after: Document, reported: Iterable[Change]) -> set[tuple[str, str]]:
    """Operation ids and names of situations of changed findings that are about the status."""
    met = {
        finding["fingerprint"]: names_of(finding["exchange"])
        for document in (before, after)
        for finding in document["findings"]
        if "exchange" in finding and finding["pointer"].startswith(_ABOUT_STATUS)
    }
    return {(change.operation_id, name) for change in reported for name in met.get(change.subject, ())}


def _marked(cause: Cause, announced: Announced | None) -> Cause:
    change = cause.change
    if announced is None or change.kind is Kind.REGRESSION or not announced(change):
        return cause
    return replace(cause, change=replace(change, announced=True))


def _run_name(document: Document) -> str:
    return f"PeerTube {document['target']['serverVersion'] or 'of unknown version'}"


def _remarks(before: Document, after: Document) -> Iterator[str]:
    """Yields the verdicts of both runs, differences in set-up that make them hard to compare, and why one ended early."""
    earlier, later = (RunVerdict.from_json(document["runVerdict"]) for document in (before, after))
    yield f"verdicts: {earlier.headline} before, {later.headline} after"
    yield f"this tool: {harness_text(before)} before, {harness_text(after)} after"
    for member in ("depth", "safety"):
        if before[member] != after[member]:
            yield f"{member} differs: {before[member]} before, {after[member]} after"
    offered, offers = (set(document["target"].get("capabilities", ())) for document in (before, after))
    for names, which in ((offers - offered, "only the later"), (offered - offers, "only the earlier")):
        if names:
            yield f"{which} instance offers {', '.join(sorted(names))}"
    for verdict, which in ((earlier, "earlier"), (later, "later")):
        if verdict.answer in _INCOMPLETE:
            yield f"the {which} run did not end normally: {verdict.reason}"
