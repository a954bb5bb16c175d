"""Renders `junit.xml` for CI systems: one case for each operation, flow and requirement.

It conforms to the schemas of both Jenkins and Surefire: these allow properties for suites only, so every suite states
the run's facts and, under the name of each case, its description and verdict.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

from peertube_conformance.reports.formatting import cleaned, counted, on_one_line, value_text
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.views.reproduction import replay
from peertube_conformance.reports.views.run_summary import Document, Members, Section, known_findings, sections

_SKIPPED = frozenset({Verdict.NO_EVIDENCE, Verdict.NOT_APPLICABLE})
_FAILURES = frozenset({Verdict.FAILED, Verdict.NOT_IMPLEMENTED})
_ERRORS = frozenset({Verdict.BLOCKED, Verdict.ERROR})
_PACKAGE = "peertube_conformance"
_MAX_FINDINGS = 50


def junit(document: Document) -> bytes:
    """The XML document, with one suite for each tag, for the flows and for each section of the catalogue."""
    root = ET.Element("testsuites", name="PeerTube REST API conformance")
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
        verdicts = self._section.verdicts
        suite = ET.Element(
            "testsuite",
            name=on_one_line(f"{self._kind}s: {self._section.name}"),
            tests=str(len(self._section.entries)),
            failures=str(sum(verdicts.get(verdict, 0) for verdict in _FAILURES)),
            errors=str(sum(verdicts.get(verdict, 0) for verdict in _ERRORS)),
            skipped=str(sum(verdicts.get(verdict, 0) for verdict in _SKIPPED)),
            time=_seconds(sum(map(_duration, self._section.entries))),
        )
        properties = ET.SubElement(suite, "properties")
        for name, value in self._properties():
            ET.SubElement(properties, "property", name=on_one_line(name), value=on_one_line(value))
        for entry in self._section.entries:
            suite.append(self._case(entry))
        return suite

    def _properties(self) -> Iterator[tuple[str, str]]:
        document = self._document
        yield "target", document["target"]["baseUrl"]
        yield "serverVersion", document["target"]["serverVersion"]
        yield "contract", document["contract"]["version"]
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
        if verdict in _FAILURES:
            self._fail(case, entry)
        elif verdict in _ERRORS:
            ET.SubElement(case, "error", type=verdict.value, message=reason).text = reason
        elif verdict in _SKIPPED:
            ET.SubElement(case, "skipped", message=f"{verdict.value}: {reason}")
        elif verdict is Verdict.KNOWN:
            known = self._of(entry, known_findings(self._document))
            ET.SubElement(case, "system-out").text = _summary(known)
        return case

    def _fail(self, case: ET.Element, entry: Members) -> None:
        new = [finding for finding in self._document["findings"] if finding["deviation"] is None]
        found = self._of(entry, new)
        message = on_one_line(found[0]["message"]) if len(found) == 1 else counted(len(found), "finding")
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
