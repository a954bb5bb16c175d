"""Renders `junit.xml` for CI systems: a case for the run, and one for each operation, flow and requirement.

It conforms to the schemas of both Jenkins and Surefire: these allow properties for suites only, so every suite states
the run's facts and, under the name of each case, its description and verdict.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

from peertube_conformance.reports.formatting import cleaned, on_one_line, value_text
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.run_verdict import Answer
from peertube_conformance.reports.views.confirmed_findings import confirmation_note, count_text
from peertube_conformance.reports.views.reproduction import replay
from peertube_conformance.reports.views.run_summary import (
    Document,
    Members,
    Section,
    counting_findings,
    judgement,
    sections,
    stock_line,
)

_SKIPPED = frozenset({Verdict.NO_EVIDENCE, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE})
_FAILED = frozenset({Verdict.FAILED, Verdict.NOT_IMPLEMENTED})
_WITHOUT_ANSWER = frozenset({Answer.INTERRUPTED, Answer.INCONCLUSIVE, Answer.NOTHING})
_PACKAGE = "peertube_conformance"
_MAX_FINDINGS = 50


def junit(document: Document) -> bytes:
    """The XML document, with one suite for each tag, for the flows and for each section of the catalogue."""
    root = ET.Element("testsuites", name="PeerTube REST API conformance")
    root.append(_of_run(document))
    operations = {entry["operationId"]: entry for entry in document["operations"]}
    for section in sections(document["operations"], "tag"):
        root.append(_Suite(document, "operation", section, "operationId", operations).element())
    flows = [{**flow, "section": "flows"} for flow in document.get("flows", ())]
    for section in sections(flows, "section"):
        root.append(_Suite(document, "flow", section, "name", operations).element())
    for section in sections(document["requirements"], "section"):
        root.append(_Suite(document, "requirement", section, "id", operations).element())
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    rendered: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return rendered


def _of_run(document: Document) -> ET.Element:
    """The suite of the run itself, which agrees with the exit code whatever the other cases say."""
    judged = judgement(document)
    suite = ET.Element("testsuite", name="run", tests="1", skipped="0", time=_seconds(document["durationSeconds"]))
    suite.set("failures", str(int(judged.answer is Answer.FAILS)))
    suite.set("errors", str(int(judged.answer in _WITHOUT_ANSWER)))
    properties = ET.SubElement(suite, "properties")
    for name, value in (("verdict", judged.headline), ("summary", judged.sentence)):
        ET.SubElement(properties, "property", name=name, value=on_one_line(value))
    case = ET.SubElement(
        suite, "testcase", name="verdict", classname=f"{_PACKAGE}.run", time=_seconds(document["durationSeconds"])
    )
    text = on_one_line(f"{judged.headline}: {judged.sentence}")
    if judged.answer is Answer.FAILS:
        ET.SubElement(case, "failure", type=judged.answer.value, message=judged.headline).text = text
    elif judged.answer in _WITHOUT_ANSWER:
        ET.SubElement(case, "error", type=judged.answer.value, message=judged.headline).text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return suite


class _Suite:
    """The suite of one section; `identity` is the member that names a case."""

    def __init__(
        self, document: Document, kind: str, section: Section, identity: str, operations: dict[str, Members]
    ) -> None:
        self._document = document
        self._kind = kind
        self._section = section
        self._identity = identity
        self._operations = operations

    def element(self) -> ET.Element:
        """The `testsuite` element."""
        cases = [self._case(entry) for entry in self._section.entries]
        suite = ET.Element(
            "testsuite",
            name=on_one_line(f"{self._kind}s: {self._section.name}"),
            tests=str(len(cases)),
            failures=str(sum(case.find("failure") is not None for case in cases)),
            errors=str(sum(case.find("error") is not None for case in cases)),
            skipped=str(sum(case.find("skipped") is not None for case in cases)),
            time=_seconds(sum(map(_duration, self._section.entries))),
        )
        properties = ET.SubElement(suite, "properties")
        for name, value in self._properties():
            ET.SubElement(properties, "property", name=on_one_line(name), value=on_one_line(value))
        suite.extend(cases)
        return suite

    def _properties(self) -> Iterator[tuple[str, str]]:
        document = self._document
        yield "target", document["target"]["baseUrl"]
        yield "serverVersion", document["target"]["serverVersion"]
        yield "contract", document["contract"]["version"]
        if stock := stock_line(document):
            yield "stockDeviations", stock
        for name in ("seed", "depth", "safety", "startedAt"):
            yield name, str(document[name])
        for entry in self._section.entries:
            stands_for = _stands_for(entry)
            yield f"{entry[self._identity]}", stands_for
            yield f"{entry[self._identity]}.verdict", entry["verdict"]

    def _case(self, entry: Members) -> ET.Element:
        case = ET.Element(
            "testcase",
            name=on_one_line(entry[self._identity]),
            classname=on_one_line(f"{_PACKAGE}.{self._kind}.{self._section.name.replace('.', ' ')}"),
            time=_seconds(_duration(entry)),
        )
        verdict = Verdict(entry["verdict"])
        reason = on_one_line(entry["reason"]) or verdict.value
        found = self._of(entry, self._document["findings"])
        counting = self._of(entry, counting_findings(self._document))
        is_explained = verdict is Verdict.BLOCKED and bool(entry.get("blockedBy"))
        if verdict in _FAILED and (counting or not found):
            self._fail(case, counting)
        elif verdict in _SKIPPED or is_explained:
            ET.SubElement(case, "skipped", message=f"{verdict.value}: {reason}")
        elif verdict in {Verdict.BLOCKED, Verdict.ERROR}:
            ET.SubElement(case, "error", type=verdict.value, message=reason).text = reason
        elif verdict in _FAILED or verdict is Verdict.KNOWN:
            # Known findings, and those below the level that fails the run.
            ET.SubElement(case, "system-out").text = _summary(found)
        return case

    def _fail(self, case: ET.Element, found: Sequence[Members]) -> None:
        message = on_one_line(found[0]["message"]) if len(found) == 1 else count_text(found)
        kinds = on_one_line(", ".join(sorted({finding["requirement"] for finding in found})))
        failure = ET.SubElement(case, "failure", type=kinds or "failed", message=message or "failed")
        failure.text = _summary(found)

    def _of(self, entry: Members, findings: Sequence[Members]) -> list[Members]:
        member = {"operation": "operationId", "flow": "check"}.get(self._kind, "requirement")
        return [finding for finding in findings if finding[member] == entry[self._identity]]


def _stands_for(entry: Members) -> str:
    if "path" in entry:
        return f"{entry['method']} {entry['path']}"
    if "title" in entry:
        return str(entry["title"])
    return f"{entry['level']}: {entry['statement']} ({entry['source']})"


def _summary(findings: Sequence[Members]) -> str:
    blocks = []
    for finding in findings[:_MAX_FINDINGS]:
        known = f" [known: {finding['deviation']}]" if finding["deviation"] else ""
        note = confirmation_note(finding)
        known += f" [{note}]" if note else ""
        about = f"{finding['requirement']} ({finding['level']}) {finding['operationId']}"
        blocks.append(
            f"{about}: {finding['message']}{known}\n"
            f"fingerprint: {finding['fingerprint']}\n"
            f"at {finding['pointer'] or '/'}: expected {value_text(finding['expected'])}, "
            f"got {value_text(finding['actual'])}\n"
            f"{replay(finding).text}\n"
            f"set first: {', '.join(replay(finding).needs) or 'nothing'}\n"
        )
    if len(findings) > _MAX_FINDINGS:
        blocks.append(f"and {len(findings) - _MAX_FINDINGS} more, in report.html\n")
    return cleaned("\n".join(blocks))


def _duration(entry: Members) -> float:
    latency = entry.get("latency")
    return latency["total"] / 1000 if latency else float(entry.get("seconds", 0.0))


def _seconds(value: float) -> str:
    return f"{value:.3f}"
