"""Renders a run's summary for the terminal: plain text, the overall result first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from peertube_conformance.reports.formatting import counted, duration_text, listed, on_one_line, value_text, wrapped
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.views.confirmed_findings import apart, confirmation_note
from peertube_conformance.reports.views.outages import outages
from peertube_conformance.reports.views.reproduction import replay
from peertube_conformance.reports.views.run_summary import (
    NOUNS,
    Document,
    Members,
    by_requirement,
    class_of,
    judged_in_part,
    judgement,
    known_by_deviation,
    known_findings,
    new_findings,
    reached_ceilings,
    requests_line,
    sections,
    target_line,
    tests_operations,
    untested,
)
from peertube_conformance.reports.views.traffic_lines import refused_line, waited_line
from peertube_conformance.spec.deviations import Category

_MAX_FINDINGS = 15
_MAX_ERRORS = 15
_MAX_NAMES = 6
_MAX_SUSPECTS = 3
_MAX_VALUE = 160
_MAX_CURL = 1500
_MAX_WALK = 6000
_NARROWEST = 40


def lines(document: Document, width: int) -> list[str]:
    """Renders a run's summary in lines of at most `width` columns; curl lines are longer, to be copied whole."""
    width = max(width, _NARROWEST)
    summary: list[str] = []
    parts = (
        _answer,
        _errors,
        _sections,
        _requirements,
        _flows,
        _coverage,
        _changes,
        _outages,
        _ceilings,
        _findings,
        _known,
        _untested,
        _in_part,
        _left,
        _refused,
        _budget,
    )
    for part in parts:
        block = list(part(document, width))
        if block:
            summary += [*([""] if summary else []), *block]
    return summary


def _answer(document: Document, width: int) -> Iterator[str]:
    judged = judgement(document)
    yield from wrapped(f"{judged.headline.replace(judged.answer, judged.answer.upper())}: {judged.sentence}", width)
    yield from wrapped(on_one_line(target_line(document)), width)


def _errors(document: Document, width: int) -> Iterator[str]:
    errors = document["errors"]
    for error in errors[:_MAX_ERRORS]:
        yield from wrapped(f"harness error: {on_one_line(error)}", width)
    if len(errors) > _MAX_ERRORS:
        yield f"and {counted(len(errors) - _MAX_ERRORS, 'more harness error')}"


def _sections(document: Document, width: int) -> Iterator[str]:
    found = sections(document["operations"], "tag")
    if not found or not tests_operations(document):
        return
    yield "operations that conform"
    longest = min(max(len(on_one_line(section.name)) for section in found), width // 2)
    for section in found:
        name = on_one_line(section.name, longest).ljust(longest)
        share = f"{section.passed}/{len(section.entries)}".rjust(7)
        yield from wrapped(f"{name} {share}  {section.others}".rstrip(), width, "  ")


def _requirements(document: Document, width: int) -> Iterator[str]:
    verdicts = Counter(entry["verdict"] for entry in document["requirements"])
    summary = [f"{verdicts[verdict]} {NOUNS[verdict]}" for verdict in Verdict if verdicts[verdict]]
    if summary:
        yield from wrapped(f"requirements: {', '.join(summary)}", width)


def _coverage(document: Document, width: int) -> Iterator[str]:
    coverage = document.get("coverage")
    if coverage:
        shares = [f"{m['name']} {m['tested']}/{m['documented']}" for m in coverage["measures"] if m["documented"]]
        yield from wrapped(f"coverage: test coverage level {coverage['level']} of 7; {', '.join(shares)}", width)


def _changes(document: Document, width: int) -> Iterator[str]:
    changes = document.get("comparison")
    if changes:
        yield from wrapped(f"since the baseline: {on_one_line(changes['sentence'])}", width)


def _flows(document: Document, width: int) -> Iterator[str]:
    flows = document.get("flows", ())
    verdicts = Counter(flow["verdict"] for flow in flows)
    summary = [f"{verdicts[verdict]} {NOUNS[verdict]}" for verdict in Verdict if verdicts[verdict]]
    if summary:
        yield from wrapped(f"flows: {', '.join(summary)}", width)
    for flow in flows:
        if flow["verdict"] not in {Verdict.PASSED, Verdict.FAILED}:
            reason = on_one_line(flow["reason"], _MAX_VALUE) or "no reason was recorded"
            yield from wrapped(f"{on_one_line(flow['name'])}, {flow['verdict']}: {reason}", width, "  ")


def _outages(document: Document, width: int) -> Iterator[str]:
    for outage in outages(document):
        yield from wrapped(outage.sentence, width)
        for suspect in outage.suspects[:_MAX_SUSPECTS]:
            yield from wrapped(suspect.text, width, "  ")
            if len(suspect.curl) <= _MAX_CURL:
                yield f"     {suspect.curl}"


def _findings(document: Document, width: int) -> Iterator[str]:
    new = new_findings(document)
    if not new:
        return
    lasting, intermittent = apart(new)
    if lasting:
        yield "findings by requirement"
        yield from _groups(document, lasting, width)
    if intermittent:
        yield "intermittent findings by requirement: they did not happen again when their requests were repeated"
        yield from _groups(document, intermittent, width)
    yield ""
    yield "findings" if len(new) <= _MAX_FINDINGS else f"the first {_MAX_FINDINGS} of {len(new)} findings"
    for number, finding in enumerate(new[:_MAX_FINDINGS], 1):
        yield from _finding(number, finding, width)


def _groups(document: Document, findings: Sequence[Members], width: int) -> Iterator[str]:
    for group in by_requirement(document, findings):
        found = f"{group.requirement} ({group.level})  {len(group.findings)}  {group.statement}"
        yield from wrapped(on_one_line(found), width, "  ")


def _finding(number: int, finding: Members, width: int) -> Iterator[str]:
    status = finding["status"] or "no answer"
    head = f"{number}. {finding['operationId']} {status}: {finding['message']} [{finding['requirement']}]"
    yield from wrapped(on_one_line(head), width, "  ")
    expected, actual = value_text(finding["expected"], _MAX_VALUE), value_text(finding["actual"], _MAX_VALUE)
    seen = counted(finding["occurrences"], "time")
    yield from wrapped(f"at {on_one_line(finding['pointer'] or '/')}, seen {seen}", width, "     ")
    yield from wrapped(f"expected {expected}, got {actual}", width, "     ")
    if note := confirmation_note(finding):
        yield from wrapped(note, width, "     ")
    again = replay(finding)
    if len(again.text) > (_MAX_WALK if finding.get("steps") else _MAX_CURL):
        yield from wrapped("the request is too long for this place; the report has it", width, "     ")
        return
    # Not wrapped, so that the lines can be copied into a shell.
    yield from (f"     {line}" for line in again.text.split("\n"))
    if again.needs:
        yield from wrapped(f"set first: {', '.join(again.needs)}", width, "     ")


def _known(document: Document, width: int) -> Iterator[str]:
    known = known_findings(document)
    if known:
        names = listed(known_by_deviation(document), _MAX_NAMES)
        counts = Counter(class_of(finding) for finding in known)
        classes = ", ".join(f"{counts[each]} of {each}" for each in Category if counts[each])
        yield from wrapped(f"known deviations: {counted(len(known), 'finding')} ({classes}) under {names}", width)
    if document["deviations"]["stale"]:
        stale = listed(document["deviations"]["stale"], _MAX_NAMES)
        yield from wrapped(f"known deviations that no longer occur: {stale}", width)


def _untested(document: Document, width: int) -> Iterator[str]:
    groups = untested(document)
    if groups:
        yield "not tested"
    for group in groups:
        names = listed(group.operations, _MAX_NAMES)
        reason = on_one_line(group.reason, _MAX_VALUE) or "no reason was recorded"
        summary = f"{counted(len(group.operations), 'operation')}, {group.verdict}: {reason} ({names})"
        yield from wrapped(summary, width, "  ")


def _in_part(document: Document, width: int) -> Iterator[str]:
    found = judged_in_part(document)
    if found:
        yield from wrapped(f"responses judged in part, of {counted(len(found), 'operation')}", width)
    for name, part in found[:_MAX_NAMES]:
        yield from wrapped(on_one_line(f"{name}: {part}", _MAX_VALUE), width, "  ")


def _left(document: Document, width: int) -> Iterator[str]:
    ledger = document["ledger"]
    created, removed, left = ledger["created"], ledger["removed"], ledger["left"]
    if left:
        yield from wrapped(f"left on the target, of {counted(created, 'resource')} created:", width)
        for entry in left:
            yield from wrapped(on_one_line(entry), width, "  ")
    elif created:
        yield from wrapped(f"resources on the target: {created:,} created, {removed:,} removed", width)


def _ceilings(document: Document, width: int) -> Iterator[str]:
    for sentence in reached_ceilings(document):
        yield from wrapped(on_one_line(sentence), width)


def _refused(document: Document, width: int) -> Iterator[str]:
    refused = document["refused"]
    if refused:
        most = max(refused, key=lambda reason: (refused[reason], reason))
        summary = (
            f"not allowed in the tier {document['safety']}: {counted(sum(refused.values()), 'request')}, mostly because "
            f"{on_one_line(most, _MAX_VALUE)} ({refused[most]:,})"
        )
        yield from wrapped(summary, width)


def _budget(document: Document, width: int) -> Iterator[str]:
    summary = (
        f"traffic: {requests_line(document)} in {duration_text(document['durationSeconds'])}; "
        f"{waited_line(document)}; {refused_line(document)}; seed {document['seed']}, depth {document['depth']}"
    )
    yield from wrapped(summary, width)
