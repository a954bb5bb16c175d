"""Renders `summary.md` for the summary page of a CI job, the overall result first."""

from __future__ import annotations

from collections.abc import Iterator

from peertube_conformance.reports.formatting import counted, duration_text, value_text
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.run_verdict import Answer
from peertube_conformance.reports.views.confirmed_findings import apart, confirmation_note, count_text
from peertube_conformance.reports.views.markdown_elements import block, code, plain, table
from peertube_conformance.reports.views.outages import outages
from peertube_conformance.reports.views.reproduction import replay
from peertube_conformance.reports.views.run_summary import (
    NOT_TESTED,
    Document,
    Group,
    by_requirement,
    class_of,
    judged_in_part,
    judgement,
    known_by_deviation,
    new_findings,
    personal_line,
    reached_ceilings,
    requests_line,
    sections,
    target_line,
    tests_operations,
    untested,
)
from peertube_conformance.reports.views.traffic_lines import refused_line, waited_line

_SIGNS = {Answer.CONFORMS: "✅", Answer.NOTHING_FOUND: "☑️", Answer.FAILS: "❌"}
# CI services cut a summary at 1 MiB; further findings are only counted.
_MAX_FINDINGS = 60
_MAX_PER_REQUIREMENT = 10
_MAX_VALUE = 200
_MAX_CURL = 4000
_MAX_WALK = 12_000
_MAX_NAMES = 400


def summary(document: Document) -> str:
    """Renders the whole summary."""
    parts = (
        _answer,
        _sections,
        _flows,
        _outages,
        _ceilings,
        _findings,
        _deviations,
        _untested,
        _in_part,
        _left,
        _coverage,
        _facts,
    )
    blocks = ["\n".join(part(document)) for part in parts]
    return "\n\n".join(shown for shown in blocks if shown) + "\n"


def _answer(document: Document) -> Iterator[str]:
    judged = judgement(document)
    yield f"# {_SIGNS.get(judged.answer, '⚠️')} {judged.headline.capitalize()}"
    yield ""
    yield f"{judged.sentence[:1].upper()}{judged.sentence[1:]}."
    yield ""
    yield f"{plain(target_line(document))}"
    changes = document.get("comparison")
    if changes:
        yield ""
        yield f"Since the baseline: {plain(changes['sentence'])}."


def _sections(document: Document) -> Iterator[str]:
    rows = []
    for section in sections(document["operations"], "tag"):
        verdicts = section.verdicts
        left_out = sum(verdicts.get(verdict, 0) for verdict in NOT_TESTED)
        failed = sum(verdicts.get(verdict, 0) for verdict in (Verdict.FAILED, Verdict.NOT_IMPLEMENTED))
        counts = (section.passed, failed, verdicts.get(Verdict.KNOWN, 0), left_out)
        rows.append((plain(section.name), str(len(section.entries)), *(str(count or "") for count in counts)))
    if rows and tests_operations(document):
        yield "## Operations"
        yield ""
        yield from table(("Section", "Operations ", "Passed ", "Failed ", "Known ", "Not tested "), rows)


def _coverage(document: Document) -> Iterator[str]:
    coverage = document.get("coverage")
    if coverage:
        yield "## Coverage of the API"
        yield ""
        yield f"Test coverage level {coverage['level']} of 7."
        yield ""
        rows = [
            (plain(measure["name"]), f"{measure['tested']} of {measure['documented']}", str(measure["level"] or ""))
            for measure in coverage["measures"]
        ]
        yield from table(("Measure", "Tested ", "Level "), rows)


def _flows(document: Document) -> Iterator[str]:
    flows = document.get("flows", ())
    if flows:
        yield "## Flows"
        yield ""
        rows = [
            (plain(flow["title"]), flow["verdict"], str(flow["examples"]), plain(flow["reason"], _MAX_NAMES))
            for flow in flows
        ]
        yield from table(("What must hold", "Verdict", "Sequences ", "Reason"), rows)


def _outages(document: Document) -> Iterator[str]:
    found = list(outages(document))
    if found:
        yield "## Outages"
        yield ""
        for outage in found:
            yield f"* {plain(outage.sentence)}"
            yield from (f"  * {plain(suspect.text)}" for suspect in outage.suspects)


def _ceilings(document: Document) -> Iterator[str]:
    reached = reached_ceilings(document)
    if reached:
        yield "## Ended early"
        yield ""
        yield from (f"* {plain(sentence)}" for sentence in reached)


def _findings(document: Document) -> Iterator[str]:
    new = new_findings(document)
    if not new:
        return
    room = _MAX_FINDINGS
    lasting, intermittent = apart(new)
    for title, findings in (("Findings", lasting), ("Intermittent findings", intermittent)):
        if findings:
            yield f"## {title}"
        for group in by_requirement(document, findings):
            shown = min(room, _MAX_PER_REQUIREMENT, len(group.findings))
            room -= shown
            yield from _group(group, shown)
        if findings is lasting and lasting and intermittent:
            yield ""


def _group(group: Group, shown: int) -> Iterator[str]:
    yield ""
    yield f"### {plain(group.requirement)} ({group.level}): {count_text(group.findings)}"
    if group.statement:
        yield ""
        yield plain(group.statement)
    for finding in group.findings[:shown]:
        expected, actual = (value_text(finding["expected"], _MAX_VALUE), value_text(finding["actual"], _MAX_VALUE))
        status = finding["status"] or "no answer"
        yield ""
        yield f"**{plain(finding['operationId'])}** {status}: {plain(finding['message'])}, "
        yield f"at {code(finding['pointer'] or '/')}, {counted(finding['occurrences'], 'time')}; "
        note = confirmation_note(finding)
        yield f"expected {code(expected)}, got {code(actual)}" + (f"; {note}" if note else "")
        yield ""
        again = replay(finding)
        if len(again.text) <= (_MAX_WALK if finding.get("steps") else _MAX_CURL):
            yield from block(again.text, "sh")
        else:
            yield "The request is too long for this page; `report.html` has it."
    if shown < len(group.findings):
        yield ""
        yield f"{len(group.findings) - shown} more in `report.html`."


def _deviations(document: Document) -> Iterator[str]:
    used = known_by_deviation(document)
    entries = {entry["id"]: entry for entry in document["deviations"].get("entries", ())}
    if used:
        yield "## Known deviations"
        yield ""
        rows = [
            (
                code(name),
                class_of(found[0]).value,
                str(len(found)),
                plain(entry.get("party", "")),
                plain(entry.get("reason", ""), _MAX_NAMES),
            )
            for name, found in used.items()
            for entry in [entries.get(name, {})]
        ]
        yield from table(("Deviation", "Class", "Findings ", "At fault", "Reason"), rows)
    stale = document["deviations"]["stale"]
    if stale:
        yield ""
        yield f"No longer found: {', '.join(map(code, stale))}"


def _untested(document: Document) -> Iterator[str]:
    groups = untested(document)
    if not groups:
        return
    yield "## Not tested"
    yield ""
    rows = [
        (
            plain(group.reason, _MAX_NAMES),
            group.verdict.value,
            str(len(group.operations)),
            plain(", ".join(group.operations), _MAX_NAMES),
        )
        for group in groups
    ]
    yield from table(("Reason", "Verdict", "Operations ", "Which"), rows)


def _in_part(document: Document) -> Iterator[str]:
    found = judged_in_part(document)
    if found:
        yield "## Judged in part"
        yield ""
        yield from table(
            ("Operation", "What was judged"), [(plain(name), plain(part, _MAX_NAMES)) for name, part in found]
        )


def _left(document: Document) -> Iterator[str]:
    left = document["ledger"]["left"]
    if left:
        yield "## Left on the target"
        yield ""
        yield from (f"* {plain(entry)}" for entry in left[:_MAX_FINDINGS])


def _facts(document: Document) -> Iterator[str]:
    yield "## The run"
    yield ""
    rows = [
        ("Requests", requests_line(document)),
        ("Duration", duration_text(document["durationSeconds"])),
        ("Rate limits of the instance", f"{waited_line(document)}; {refused_line(document)}"),
        ("Seed, depth, tier", plain(f"{document['seed']}, {document['depth']}, {document['safety']}")),
        ("Created, removed", f"{document['ledger']['created']:,}, {document['ledger']['removed']:,}"),
    ]
    personal = personal_line(document)
    rows += [("Data of other people", plain(personal))] if personal else []
    yield from table(("Fact", "Value"), rows)
