"""Renders `allure-results/` for Allure: one result for each operation, flow and requirement.

Results have a history of their own across runs, requirements are stories, and findings come with their exchange and
with the line that replays it. Allure's own model writes them.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs
from allure_commons.model2 import Attachment, Label, Status, StatusDetails, TestResult

from peertube_conformance.reports.formatting import cleaned, on_one_line, value_text
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.redaction.safe_output import escaped_json, file_text
from peertube_conformance.reports.report_directory.file_recognition import ENVIRONMENT
from peertube_conformance.reports.views.confirmed_findings import confirmation_note, is_intermittent
from peertube_conformance.reports.views.reproduction import replay
from peertube_conformance.reports.views.run_summary import (
    Document,
    Members,
    counting_findings,
    judgement,
    known_findings,
    new_findings,
    target_line,
)
from peertube_conformance.reports.views.serialization import encoded

_PACKAGE = "peertube-conformance"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:{_PACKAGE}:allure")
_STATUSES = {
    Verdict.PASSED: Status.PASSED,
    Verdict.FAILED: Status.FAILED,
    Verdict.NOT_IMPLEMENTED: Status.FAILED,
    Verdict.KNOWN: Status.UNKNOWN,
    Verdict.NOT_IMPLEMENTED: Status.FAILED,
    Verdict.BLOCKED: Status.BROKEN,
    Verdict.ERROR: Status.BROKEN,
    Verdict.NO_EVIDENCE: Status.SKIPPED,
    Verdict.NOT_TESTED: Status.SKIPPED,
    Verdict.NOT_APPLICABLE: Status.SKIPPED,
}
# Allure's names for the levels; only results use these.
_SEVERITIES = {"must": "critical", "should": "normal", "may": "minor"}
_MAX_ATTACHED = 5


def allure_files(document: Document) -> dict[str, bytes]:
    """The results, their attachments and the properties that Allure shows beside them, by file name."""
    files: dict[str, bytes] = {}
    for kind, identity, member in (
        ("operation", "operationId", "operationId"),
        ("flow", "name", "check"),
        ("requirement", "id", "requirement"),
    ):
        found: dict[str, list[Members]] = {}
        for finding in [*new_findings(document), *known_findings(document)]:
            found.setdefault(finding[member], []).append(finding)
        for entry in document.get(f"{kind}s", ()):
            result = _result(document, kind, entry, on_one_line(entry[identity]), found.get(entry[identity], ()))
            result.attachments = list(_attached(files, result, found.get(entry[identity], ())))
            members = attrs.asdict(result, filter=lambda _attribute, value: value or value is False)
            name = result.file_pattern.format(prefix=uuid.uuid4())
            files[name] = encoded(file_text(escaped_json(json.dumps(members, ensure_ascii=False))))
    files[ENVIRONMENT] = _environment(document)
    return files


def _result(document: Document, kind: str, entry: Members, name: str, findings: Sequence[Members]) -> TestResult:
    full_name = f"{_PACKAGE}.{kind}#{name}"
    history = hashlib.md5(full_name.encode("utf-8", "backslashreplace"), usedforsecurity=False).hexdigest()
    verdict = Verdict(entry["verdict"])
    began = _milliseconds(document["startedAt"])
    rendered = "\n".join(_summary(finding) for finding in findings)
    return TestResult(
        uuid=str(uuid.uuid5(_NAMESPACE, f"{full_name} {document['startedAt']} {document['seed']}")),
        historyId=history,
        testCaseId=history,
        fullName=full_name,
        name=name,
        description=on_one_line(_description(entry)),
        status=_status(document, verdict, findings),
        statusDetails=StatusDetails(
            known=verdict is Verdict.KNOWN,
            # Allure's word for a test that does not always fail.
            flaky=bool(findings) and all(is_intermittent(finding) for finding in findings),
            message=on_one_line(f"{verdict.value}: {entry['reason']}" if entry["reason"] else verdict.value),
            trace=cleaned(rendered),
        ),
        labels=[Label(name=key, value=on_one_line(value)) for key, value in _labels(document, kind, entry)],
        start=began,
        stop=began + round(_seconds(entry) * 1000),
    )


def _status(document: Document, verdict: Verdict, findings: Sequence[Members]) -> str:
    """Allure's status of an entry; findings below the level that fails the run do not make it fail."""
    counting = {finding["fingerprint"] for finding in counting_findings(document)}
    is_weak = bool(findings) and not any(finding["fingerprint"] in counting for finding in findings)
    status: str = _STATUSES[verdict]
    return Status.UNKNOWN if status == Status.FAILED and is_weak else status


def _labels(document: Document, kind: str, entry: Members) -> Iterator[tuple[str, str]]:
    yield "epic", f"PeerTube {document['contract']['version']}"
    yield "feature", entry.get("tag") or entry.get("section") or "Flows"
    if kind == "requirement":
        yield "story", entry["id"]
        yield "severity", _SEVERITIES[entry["level"]]
    yield "parentSuite", _PACKAGE
    yield "suite", f"{kind}s"
    yield "subSuite", entry.get("tag") or entry.get("section") or ""
    yield "host", target_line(document)
    yield "framework", _PACKAGE


def _description(entry: Members) -> str:
    if "path" in entry:
        return f"{entry['method']} {entry['path']}"
    return str(entry["title"] if "title" in entry else f"{entry['statement']} ({entry['source']})")


def _summary(finding: Members) -> str:
    known = f" [known: {finding['deviation']}]" if finding["deviation"] else ""
    note = confirmation_note(finding)
    known += f" [{note}]" if note else ""
    return (
        f"{finding['requirement']} ({finding['level']}) {on_one_line(finding['message'])}{known}\n"
        f"  at {on_one_line(finding['pointer'] or '/')}: expected {value_text(finding['expected'])}, "
        f"got {value_text(finding['actual'])}"
    )


def _attached(files: dict[str, bytes], result: TestResult, findings: Iterable[Members]) -> Iterator[Attachment]:
    """Adds the exchange of each finding and the lines that replay it to the files. They hold no secret, as the record
    has none."""
    for number, finding in enumerate(list(findings)[:_MAX_ATTACHED]):
        about = on_one_line(finding["fingerprint"])
        lines = replay(finding)
        needs = "".join(f"# set {name} first\n" for name in lines.needs)
        texts = [(f"replay {about}", "text/plain", "txt", cleaned(f"{needs}{lines.text}\n"))]
        if finding.get("exchange"):
            rendered = escaped_json(json.dumps(finding["exchange"], indent=2))
            texts.append((f"exchange {about}", "application/json", "json", rendered))
        for title, kind, ending, text in texts:
            source = f"{uuid.uuid5(_NAMESPACE, f'{result.uuid} {title} {number}')}-attachment.{ending}"
            files[source] = encoded(file_text(text))
            yield Attachment(name=title, source=source, type=kind)


def _environment(document: Document) -> bytes:
    """The environment that Allure shows beside the results (a Java properties file)."""
    facts = {
        "instance": document["target"]["baseUrl"],
        "PeerTube": document["target"]["serverVersion"],
        "contract": document["contract"]["version"],
        "verdict": judgement(document).headline,
        "depth": document["depth"],
        "seed": str(document["seed"]),
    }
    lines = [f"{name}={on_one_line(value)}" for name, value in facts.items()]
    return "".join(f"{line}\n" for line in lines).encode("ascii", "backslashreplace")


def _milliseconds(moment: str) -> int:
    try:
        return round(datetime.datetime.fromisoformat(moment).timestamp() * 1000)
    except ValueError:
        return 0


def _seconds(entry: Members) -> float:
    latency: Any = entry.get("latency")
    return latency["total"] / 1000 if latency else float(entry.get("seconds", 0.0))
