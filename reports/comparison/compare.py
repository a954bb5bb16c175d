"""Compares two runs: what an upgrade broke, fixed and changed. Ignores ids, times and order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from peertube_conformance.reports.comparison.announced_changes import announced_of
from peertube_conformance.reports.comparison.behaviour_diff import Pair, answers, headers, media_types, slower
from peertube_conformance.reports.comparison.body_diff import bodies
from peertube_conformance.reports.comparison.change import TITLES, Announced, Change, Kind
from peertube_conformance.reports.comparison.common_causes import consolidated
from peertube_conformance.reports.comparison.finding_diff import findings
from peertube_conformance.reports.comparison.situations import names_of
from peertube_conformance.reports.formatting import counted
from peertube_conformance.reports.run_document.run_verdict import TESTED, Answer, RunVerdict

Document = Mapping[str, Any]
Members = Mapping[str, Any]
_ABOUT_STATUS = ("/response/status", "/request")
_INCOMPLETE = frozenset({Answer.INTERRUPTED, Answer.INCONCLUSIVE, Answer.NOTHING})


@dataclass(frozen=True, slots=True)
class Group:
    """One change that several operations share."""

    change: Change
    operations: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """The members that the views show."""
        return {
            "operations": [name for name in self.operations if name],
            "message": self.change.message,
            "before": self.change.before,
            "after": self.change.after,
            "isFinding": self.change.is_finding,
            "went": self.change.went,
            "announced": self.change.announced,
            "curl": self.change.curl,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes between two runs by kind, the most serious first. `unsure` are differences that may be chance."""

    before: str
    after: str
    compared: int
    changes: Sequence[Change]
    unsure: Sequence[Change]
    remarks: Sequence[str] = ()

    @property
    def has_regressions(self) -> bool:
        """Whether the later run fails where the earlier did not."""
        return any(change.kind is Kind.REGRESSION for change in self.changes)

    def grouped(self) -> dict[Kind, list[Group]]:
        """The changes by kind; the same change of several operations appears once."""
        return _grouped(self.changes)

    def perhaps(self) -> list[Group]:
        """The changes that may be chance; the same change of several operations appears once."""
        return [group for groups in _grouped(self.unsure).values() for group in groups]

    @property
    def sentence(self) -> str:
        """Summary: `1 regression, 2 fixes, 3 other changes in 120 operations: PeerTube 6.1.0 to PeerTube 6.2.0`."""
        counts = {kind: len(groups) for kind, groups in self.grouped().items()}
        regressions, fixes = counts.pop(Kind.REGRESSION, 0), counts.pop(Kind.FIX, 0)
        others = sum(counts.values())
        reported = [
            f"{count} {one if count == 1 else many}"
            for count, one, many in (
                (regressions, "regression", "regressions"),
                (fixes, "fix", "fixes"),
                (others, "other change", "other changes"),
            )
            if count
        ]
        what = ", ".join(reported) or "no change"
        return f"{what} in {counted(self.compared, 'operation')}: {self.before} to {self.after}"

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON, for machines, and for the HTML page, which shows the groups."""
        return {
            "schemaVersion": 1,
            "before": self.before,
            "after": self.after,
            "sentence": self.sentence,
            "remarks": list(self.remarks),
            "regressions": sum(change.kind is Kind.REGRESSION for change in self.changes),
            "changes": [change.to_json() for change in self.changes],
            "unsure": [change.to_json() for change in self.unsure],
            "groups": [
                {"kind": kind.value, "title": TITLES[kind], "entries": [group.to_json() for group in groups]}
                for kind, groups in self.grouped().items()
            ],
            "perhaps": [group.to_json() for group in self.perhaps()],
        }


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
    doubts += [(change, True) for change in _verdicts(pairs, gone, new)]
    doubts += [(change, True) for change in _requirements(before, after)]
    for pair in pairs:
        # A finding about the status already says this, and more.
        doubts += [*answers(pair, reported), *media_types(pair), *headers(pair), *bodies(pair)]
    doubts += [(change, True) for change in slower(pairs)]
    doubts = consolidated(doubts, pairs, announced)
    return Comparison(
        before=_run_name(before),
        after=_run_name(after),
        compared=len(pairs),
        changes=_ordered((change for change, certain in doubts if certain), announced),
        unsure=_ordered((change for change, certain in doubts if not certain), announced),
        remarks=list(_remarks(before, after)),
    )


def _grouped(changes: Iterable[Change]) -> dict[Kind, list[Group]]:
    found: defaultdict[tuple[Kind, str, str, str], list[Change]] = defaultdict(list)
    for change in changes:
        shared = change.subject if change.kind in {Kind.SHAPE, Kind.SLOWER} else change.operation_id
        values = f"{change.before!r} {change.after!r} {change.announced}"
        found[change.kind, shared + change.message, values, change.curl].append(change)
    groups: defaultdict[Kind, list[Group]] = defaultdict(list)
    for alike in found.values():
        groups[alike[0].kind].append(Group(alike[0], [change.operation_id for change in alike]))
    return {kind: groups[kind] for kind in Kind if kind in groups}


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


def _verdicts(pairs: Iterable[Pair], gone: Iterable[Members], new: Iterable[Members]) -> Iterator[Change]:
    """Yields operations that only one of the runs has or tested."""
    for entry in gone:
        message = f"{entry['method']} {entry['path']} is not in the later run"
        yield Change(Kind.GONE, entry["operationId"], "operation", message)
    for entry in new:
        message = f"{entry['method']} {entry['path']} is not in the earlier run"
        yield Change(Kind.NEW, entry["operationId"], "operation", message)
    for pair in pairs:
        before, after = pair.before["verdict"], pair.after["verdict"]
        if before in TESTED and after not in TESTED:
            reason = pair.after["reason"] or after
            yield Change(Kind.GONE, pair.name, "verdict", f"no longer tested: {reason}", before, after)
        elif before not in TESTED and after in TESTED:
            reason = pair.before["reason"] or before
            yield Change(Kind.NEW, pair.name, "verdict", f"was not tested before: {reason}", before, after)


def _requirements(before: Document, after: Document) -> Iterator[Change]:
    earlier = {entry["id"]: entry["verdict"] for entry in before["requirements"]}
    for entry in after["requirements"]:
        was, is_now = earlier.get(entry["id"]), entry["verdict"]
        if was in TESTED and is_now not in TESTED:
            yield Change(Kind.GONE, "", entry["id"], f"{entry['id']} no longer has evidence", was, is_now)


def _reported_situations(before: Document, after: Document, reported: Iterable[Change]) -> set[tuple[str, str]]:
    """Operation ids and names of situations of changed findings that are about the status."""
    met = {
        finding["fingerprint"]: names_of(finding["exchange"])
        for document in (before, after)
        for finding in document["findings"]
        if "exchange" in finding and finding["pointer"].startswith(_ABOUT_STATUS)
    }
    return {(change.operation_id, name) for change in reported for name in met.get(change.subject, ())}


def _ordered(changes: Iterable[Change], announced: Announced | None) -> list[Change]:
    order = list(Kind)
    unique = {(c.kind, c.operation_id, c.subject, c.message): c for c in changes}
    marked = (_marked(change, announced) for change in unique.values())
    return sorted(marked, key=lambda c: (order.index(c.kind), c.operation_id, c.subject))


def _marked(change: Change, announced: Announced | None) -> Change:
    if announced is None or change.kind is Kind.REGRESSION or not announced(change):
        return change
    return replace(change, announced=True)


def _run_name(document: Document) -> str:
    return f"PeerTube {document['target']['serverVersion'] or 'of unknown version'}"


def _remarks(before: Document, after: Document) -> Iterator[str]:
    """Yields the verdicts of both runs, differences in set-up that make them hard to compare, and why one ended early."""
    earlier, later = (RunVerdict.from_json(document["runVerdict"]) for document in (before, after))
    yield f"verdicts: {earlier.headline} before, {later.headline} after"
    for member in ("depth", "safety"):
        if before[member] != after[member]:
            yield f"{member} differs: {before[member]} before, {after[member]} after"
    if before["contract"]["version"] != after["contract"]["version"]:
        versions = f"{before['contract']['version']} before, {after['contract']['version']} after"
        yield f"the runs used different contracts: {versions}"
    offered, offers = (set(document["target"].get("capabilities", ())) for document in (before, after))
    for names, which in ((offers - offered, "only the later"), (offered - offers, "only the earlier")):
        if names:
            yield f"{which} instance offers {', '.join(sorted(names))}"
    for verdict, which in ((earlier, "earlier"), (later, "later")):
        if verdict.answer in _INCOMPLETE:
            yield f"the {which} run did not end normally: {verdict.reason}"
