"""Converts recorded lines and run documents of earlier versions to the present format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from peertube_conformance.reports.model.exchange import Intent
from peertube_conformance.reports.model.finding import Finding
from peertube_conformance.reports.model.verdict import ReasonedVerdict, Verdict
from peertube_conformance.reports.run_document.behaviour import PhaseOutcome
from peertube_conformance.reports.run_document.run_verdict import SCHEMA_VERSION, Ending, concluded, counted_verdicts
from peertube_conformance.spec.deviations import Deviation

_INTERRUPTED, _HARNESS_FAILED, _FINDINGS = 2, 3, 1
# How version 1 began the reason of a verdict `no-evidence` that is `not-tested` now.
_OUT_OF_TIME = ("--max-time has passed", "a signal ended the run")
_NEVER_ACCEPTED = "no valid request was accepted"


def with_purpose(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Adds the members `defect` and `situation` to the line of an exchange that lacks them.

    Versions that did not write them wrote only the text of a defect, `query/count maximum`, and no id of a situation.
    """
    if "defect" in part:
        return part
    defect = _read(part["violation"]) if part["intent"] == Intent.INVALID else None
    return {**part, "defect": defect, "situation": None}


def finding_in(members: Mapping[str, Any], deviations: Iterable[Deviation]) -> Finding:
    """The finding that a line records.

    Versions that recorded no class of the deviation decided at the end of the run, by the fingerprint alone.
    """
    finding = Finding.from_json(dict(members))
    if "deviationClass" in members:
        return finding
    known = next((entry for entry in deviations if entry.matches(finding.fingerprint)), None)
    return finding if known is None else finding.explained_by(known.id, known.category)


def outcome_in(part: Mapping[str, Any]) -> PhaseOutcome:
    """The outcome of a phase that a line records."""
    judged = unjudged_in(part)
    return PhaseOutcome(judged.verdict, judged.reason, part["phase"], judged.cause)


def unjudged_in(part: Mapping[str, Any]) -> ReasonedVerdict:
    """The verdict that a line records for requirements or for a phase; version 1 named no cause."""
    verdict, reason = Verdict(part["verdict"]), part["reason"]
    if verdict is Verdict.NO_EVIDENCE and reason.startswith(_OUT_OF_TIME):
        verdict = Verdict.NOT_TESTED
    return ReasonedVerdict(verdict, reason, part.get("cause", ""))


def upgraded(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A run document in the present format, from one of this or an earlier version.

    Version 1 had no verdict of the run, and the verdict `no-evidence` of operations for two things: blocked ones, and
    those that the run did not test.
    """
    if document["schemaVersion"] != 1:
        return document
    code = document.get("exitCode", 0)
    members = {
        **document,
        "schemaVersion": SCHEMA_VERSION,
        "failOn": document.get("failOn", "must"),
        "tests": document.get("tests", ["operations"] if code != 5 else []),
        "errors": [],
        "stopped": [],
        "operations": [_upgraded_operation(entry) for entry in document["operations"]],
        "flows": [_upgraded_flow(entry) for entry in document.get("flows", ())],
    }
    members["totals"] = {**document["totals"], **_totals(members)}
    ending = Ending(
        interrupted="the run was interrupted" if code == _INTERRUPTED else "",
        harness_failure="the harness failed" if code == _HARNESS_FAILED else "",
        strict=code == _FINDINGS,
    )
    return concluded(members, ending)


def _upgraded_operation(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    if entry["verdict"] != Verdict.NO_EVIDENCE:
        return entry
    verdict = Verdict.BLOCKED if entry["reason"] == _NEVER_ACCEPTED else Verdict.NOT_TESTED
    return {**entry, "verdict": verdict.value}


def flow_in(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entry of a flow that a line records."""
    return _upgraded_flow({key: value for key, value in part.items() if key != "kind"})


def _upgraded_flow(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**entry, "verdict": Verdict.NOT_TESTED.value} if entry["verdict"] == Verdict.NO_EVIDENCE else entry


def _totals(document: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    return {name: counted_verdicts(document[name]) for name in ("operations", "flows", "requirements")}


def _read(text: str) -> dict[str, str]:
    place, _, keyword = text.rpartition(" ")
    location, slash, pointer = place.partition("/")
    return {"location": location, "pointer": f"{slash}{pointer}", "keyword": keyword}
