"""Extracts from the run document what all views show: the overall result, sections, and groups of findings."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peertube_conformance.reports.formatting import counted, on_one_line
from peertube_conformance.reports.model.finding import Level
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.run_verdict import Answer, RunVerdict
from peertube_conformance.reports.views.confirmed_findings import count_text, is_intermittent
from peertube_conformance.spec.deviations import Category

Document = Mapping[str, Any]
Members = Mapping[str, Any]
NOT_TESTED = (Verdict.ERROR, Verdict.BLOCKED, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE)
_PERSONAL: Mapping[str, str] = {
    "masked": "masked: a text of theirs is shown as ‹text ≤16 #…›, the same text always with the same number",
    "kept": "written as it was read (--keep-bodies)",
}
NOUNS: Mapping[Verdict, str] = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.KNOWN: "with known deviations",
    Verdict.NOT_IMPLEMENTED: "not implemented",
    Verdict.NO_EVIDENCE: "without evidence",
    Verdict.NOT_TESTED: "not tested",
    Verdict.NOT_APPLICABLE: "not applicable",
    Verdict.NOT_IMPLEMENTED: "not implemented",
    Verdict.BLOCKED: "blocked",
    Verdict.ERROR: "with harness errors",
}


_CLASSES = list(Category)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of a run for its readers: a headline with the numbers, and the sentence that gives the reasons."""

    verdict: RunVerdict
    sentence: str

    @property
    def answer(self) -> Answer:
        """The overall result."""
        return self.verdict.answer

    @property
    def headline(self) -> str:
        """The answer with the numbers, the same in every view: `nothing found (12 of 120 tested)`."""
        return self.verdict.headline


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one tag, or the requirements of one section, in the document's order."""

    name: str
    entries: Sequence[Members]
    verdicts: Mapping[str, int]

    @property
    def passed(self) -> int:
        """The number of entries that passed; no other verdict counts as good."""
        return self.verdicts.get(Verdict.PASSED, 0)

    @property
    def others(self) -> str:
        """The numbers of all verdicts but passed: `2 failed, 1 blocked`."""
        return ", ".join(
            f"{self.verdicts[verdict]} {NOUNS[verdict]}"
            for verdict in Verdict
            if verdict is not Verdict.PASSED and self.verdicts.get(verdict)
        )


@dataclass(frozen=True, slots=True)
class Group:
    """The findings that violate one requirement."""

    requirement: str
    level: str
    statement: str
    findings: Sequence[Members]


@dataclass(frozen=True, slots=True)
class Untested:
    """Operations that were not tested for the same reason."""

    verdict: Verdict
    reason: str
    operations: Sequence[str]


def judgement(document: Document) -> Judgement:
    """The verdict of the run, which the document holds, in words."""
    verdict = RunVerdict.from_json(document["runVerdict"])
    counting = counting_findings(document)
    # Findings are counted in more detail than in the verdict's own reason.
    reason = "" if verdict.answer is Answer.FAILS and counting else on_one_line(verdict.reason)
    parts = [
        reason,
        _found(document, counting),
        _tested(document),
        _narrowed(document),
        _unjudged_requirements(verdict),
    ]
    return Judgement(verdict, "; ".join(part for part in parts if part))


def _found(document: Document, counting: Sequence[Members]) -> str:
    if counting:
        found = (
            f"{count_text(counting)} against "
            f"{counted(len({f['requirement'] for f in counting}), 'requirement')} in "
            f"{counted(len({f['operationId'] for f in counting}), 'operation')}"
        )
    else:
        found = "no new findings" if document["totals"]["knownFindings"] else "no findings"
    weaker = len(new_findings(document)) - len(counting)
    known = document["totals"]["knownFindings"]
    if weaker:
        found += f", {weaker} below the --fail-on level ({fail_level(document)})"
    return found + (f", {known} known" if known else "")


def _tested(document: Document) -> str:
    """The operations by verdict: `operations: 10 passed, 2 failed, 108 not tested`."""
    if not tests_operations(document):
        return _tested_otherwise(document)
    verdicts = Counter(entry["verdict"] for entry in document["operations"])
    counts = [f"{verdicts[verdict]:,} {NOUNS[verdict]}" for verdict in Verdict if verdicts[verdict]]
    left_out = document["contract"]["operations"] - len(document["operations"])
    counts += [f"{left_out:,} not selected"] if left_out > 0 else []
    in_part = document["runVerdict"]["testedInPart"]
    return f"operations: {', '.join(counts) or 'none'}" + (f"; {in_part:,} tested in part" if in_part else "")


def _narrowed(document: Document) -> str:
    """What --operations and --tags chose beside the operations; empty where they were not given."""
    narrowed = document.get("narrowed")
    if not narrowed:
        return ""
    given = [f"--{name} {shlex.quote(patterns)}" for name, patterns in document["selection"].items() if patterns]
    tests = counted(narrowed["handWrittenTests"], "hand-written test")
    return (
        f"narrowed by {' and '.join(given)}, with the {tests} and {counted(narrowed['flows'], 'flow')} that judge them"
    )


def _unjudged_requirements(verdict: RunVerdict) -> str:
    number = verdict.without_evidence
    return f"{counted(number, 'requirement')} without evidence" if number else ""


def _tested_otherwise(document: Document) -> str:
    """Summary of what was tested in a run that did not test operations one by one."""
    flows = document.get("flows", ())
    passed = sum(flow["verdict"] == Verdict.PASSED for flow in flows)
    judged = sum(entry["evidence"] > 0 for entry in document["requirements"])
    text = f"{passed} of {counted(len(flows), 'flow')} passed, " if flows else ""
    return f"{text}{counted(judged, 'requirement')} judged; {not_one_by_one(document)}"


def tests_operations(document: Document) -> bool:
    """Whether operations were tested one by one, so that their verdicts are meaningful."""
    return "operations" in document.get("tests", ("operations",))


def not_one_by_one(document: Document) -> str:
    """Summary of the operations in a run that did not test them one by one."""
    called = sum(bool(entry["statuses"]) for entry in document["operations"])
    return f"operations were not tested individually, {called} of {len(document['operations'])} were called"


def fail_level(document: Document) -> Level:
    """The weakest level that fails a run."""
    return Level(document.get("failOn", Level.MUST))


def new_findings(document: Document) -> list[Members]:
    """Findings that no deviation explains, the strongest level first, and the intermittent ones last."""
    order = list(Level)
    new = [finding for finding in document["findings"] if finding["deviation"] is None]
    return sorted(new, key=lambda finding: (is_intermittent(finding), order.index(Level(finding["level"]))))


def known_findings(document: Document) -> list[Members]:
    """Findings that a deviation explains, those of the gravest class first."""
    known = [finding for finding in document["findings"] if finding["deviation"] is not None]
    return sorted(known, key=lambda finding: _CLASSES.index(class_of(finding)))


def known_by_deviation(document: Document) -> Mapping[str, list[Members]]:
    """The known findings by deviation: those of the gravest class first, then by name."""
    found: defaultdict[str, list[Members]] = defaultdict(list)
    for finding in known_findings(document):
        found[finding["deviation"]].append(finding)
    return dict(sorted(found.items(), key=lambda item: (_CLASSES.index(class_of(item[1][0])), item[0])))


def class_of(finding: Members) -> Category:
    """The class of the deviation that explains a finding; reports of earlier versions have none."""
    return Category(finding.get("deviationClass") or Category.BEHAVIOUR)


def counting_findings(document: Document) -> list[Members]:
    """New findings at a level that fails the run."""
    weakest = fail_level(document)
    return [finding for finding in new_findings(document) if Level(finding["level"]).is_at_least(weakest)]


def by_requirement(document: Document, findings: Iterable[Members]) -> list[Group]:
    """Groups findings by the requirement that they violate, in the order of the findings."""
    requirements = {entry["id"]: entry for entry in document["requirements"]}
    groups: defaultdict[str, list[Members]] = defaultdict(list)
    for finding in findings:
        groups[finding["requirement"]].append(finding)
    return [
        Group(name, found[0]["level"], requirements.get(name, {}).get("statement", ""), found)
        for name, found in groups.items()
    ]


def sections(entries: Sequence[Members], by: str) -> list[Section]:
    """Groups entries by their `tag` or `section`, in the order of first appearance."""
    found: defaultdict[str, list[Members]] = defaultdict(list)
    for entry in entries:
        found[entry[by]].append(entry)
    return [Section(name, members, Counter(entry["verdict"] for entry in members)) for name, members in found.items()]


def untested(document: Document) -> list[Untested]:
    """Groups operations that were not tested by verdict and reason, the more serious verdict first; empty for a run that
    did not test operations one by one."""
    groups: defaultdict[tuple[Verdict, str], list[str]] = defaultdict(list)
    for entry in document["operations"] if tests_operations(document) else ():
        verdict = Verdict(entry["verdict"])
        if verdict in NOT_TESTED:
            groups[verdict, entry["reason"]].append(entry["operationId"])
    ordered = sorted(groups.items(), key=lambda item: (NOT_TESTED.index(item[0][0]), -len(item[1]), item[0][1]))
    return [Untested(verdict, reason, operations) for (verdict, reason), operations in ordered]


def judged_in_part(document: Document) -> list[tuple[str, str]]:
    """Operations with responses that were judged in part only, and what was judged of each."""
    return [
        (entry["operationId"], "; ".join(entry["judgedInPart"]))
        for entry in document["operations"]
        if entry.get("judgedInPart")
    ]


def stock_line(document: Document) -> str:
    """Whether the known deviations of stock servers count, and why; empty for reports of versions that did not say so."""
    decision = document.get("stockDeviations")
    if decision is None:
        return ""
    count = "count" if decision["applied"] else "do not count"
    return f"known deviations of stock servers {count} ({decision['reason']})"


def target_line(document: Document) -> str:
    """Describes target, contract and deviations: `https://my.instance, PeerTube 6.2.0, tested with contract 6.2.0`."""
    target = document["target"]
    where = "embedded instance" if target.get("embedded") else target["baseUrl"]
    version = target["serverVersion"] or "of unknown version"
    line = f"{where}, PeerTube {version}, tested with contract {document['contract']['version']}"
    stock = stock_line(document)
    return f"{line}; {stock}" if stock else line


def personal_line(document: Document) -> str:
    """What the report shows of other people; empty where the target has only data of the run, or nothing is known."""
    return _PERSONAL.get(document.get("personalData", ""), "")


def requests_line(document: Document) -> str:
    """The requests that the run sent, and the most that it was allowed."""
    sent = counted(document["budget"]["requests"], "request")
    ceiling = document.get("requests", {}).get("ceiling")
    return f"{sent} (of at most {ceiling:,})" if ceiling else sent


def reached_ceilings(document: Document) -> list[str]:
    """A sentence for each test that ended because it had sent as many requests as it may, and for the run."""
    reached = document.get("requests", {}).get("reached", ())
    return [" ".join(("stopped:", entry["item"], entry["reason"])).replace(":  ", ": ") for entry in reached]
