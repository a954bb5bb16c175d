"""Renders `report.sarif`: findings for code-scanning views (SARIF 2.1.0)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from peertube_conformance.reports.formatting import cleaned, on_one_line, value_text
from peertube_conformance.reports.run_document.run_verdict import Answer
from peertube_conformance.reports.views.confirmed_findings import confirmation_note, is_intermittent
from peertube_conformance.reports.views.run_summary import Document, Members, judgement

SARIF_VERSION = "2.1.0"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"must": "error", "should": "warning", "may": "note"}
_FINGERPRINT = "peertubeConformance/v1"
_UNFINISHED = (Answer.INTERRUPTED, Answer.INCONCLUSIVE, Answer.NOTHING)


def sarif(document: Document) -> dict[str, Any]:
    """The SARIF log: a rule for each requirement, a result for each finding; known ones are suppressed with reason."""
    rules = [_rule(entry) for entry in document["requirements"]]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    operations = {entry["operationId"]: entry for entry in document["operations"]}
    reasons = {entry["id"]: entry["reason"] for entry in document["deviations"].get("entries", ())}
    harness = document["harness"]
    return {
        "$schema": _SCHEMA,
        "version": SARIF_VERSION,
        "runs": [
            {
                "tool": {"driver": {"name": harness["name"], "version": harness["version"], "rules": rules}},
                "automationDetails": {"id": f"{harness['name']}/{quote(document['contract']['version'])}/"},
                "invocations": [_invocation(document)],
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, index, operations, reasons) for finding in document["findings"]],
            }
        ],
    }


def _invocation(document: Document) -> dict[str, Any]:
    judged = judgement(document)
    return {
        "executionSuccessful": judged.answer not in _UNFINISHED,
        "exitCode": document["exitCode"],
        "exitCodeDescription": cleaned(f"{judged.headline}: {judged.sentence}"),
    }


def _rule(requirement: Members) -> dict[str, Any]:
    return {
        "id": requirement["id"],
        "shortDescription": {"text": requirement["statement"]},
        "help": {"text": f"{requirement['statement']} Source: {requirement['source']}."},
        "defaultConfiguration": {"level": _LEVELS[requirement["level"]]},
        "properties": {"tags": [requirement["section"], requirement["level"]]},
    }


def _result(
    finding: Members, index: dict[str, int], operations: dict[str, Members], reasons: dict[str, str]
) -> dict[str, Any]:
    operation = operations.get(finding["operationId"], {"method": "", "path": finding["operationId"]})
    message = (
        f"{on_one_line(finding['message'])}: expected {value_text(finding['expected'])}, "
        f"got {value_text(finding['actual'])} at {on_one_line(finding['pointer'] or '/')} "
        f"of {on_one_line(finding['request'])}. Replay: {on_one_line(finding['curl'])}"
    )
    note = confirmation_note(finding)
    message = f"{note[:1].upper()}{note[1:]}. {message}" if note else message
    result: dict[str, Any] = {
        "ruleId": finding["requirement"],
        "level": _LEVELS[finding["level"]],
        "message": {"text": message},
        "locations": [
            {
                # Viewers need a file; the path of the operation stands for one.
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(cleaned(operation["path"]).lstrip("/"), safe="/")},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {
                        "name": on_one_line(finding["operationId"]),
                        "fullyQualifiedName": on_one_line(f"{operation['method']} {operation['path']}"),
                        "kind": "function",
                    }
                ],
            }
        ],
        "partialFingerprints": {_FINGERPRINT: on_one_line(finding["fingerprint"])},
        "occurrenceCount": max(1, finding["occurrences"]),
        "properties": {"intermittent": is_intermittent(finding)},
    }
    if finding["requirement"] in index:
        result["ruleIndex"] = index[finding["requirement"]]
    if finding["deviation"] is not None:
        reason = reasons.get(finding["deviation"], "a known deviation")
        result["suppressions"] = [
            {"kind": "external", "justification": on_one_line(f"{finding['deviation']}: {reason}")}
        ]
    return result
