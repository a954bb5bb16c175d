"""The verdict of one requirement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peertube_conformance.reports.formatting import counted
from peertube_conformance.reports.model.finding import Finding
from peertube_conformance.reports.model.verdict import ReasonedVerdict, Verdict
from peertube_conformance.spec.requirements import Requirement
from peertube_conformance.spec.version_numbers import has_come


def requirement_verdict(
    requirement: Requirement,
    findings: Sequence[Finding],
    evidence: int,
    unjudged: Sequence[ReasonedVerdict],
    target: Mapping[str, Any],
) -> ReasonedVerdict:
    """The verdict of a requirement: violated by one finding, confirmed only by evidence without a finding."""
    new = sum(finding.deviation is None for finding in findings)
    if new:
        return ReasonedVerdict(Verdict.FAILED, counted(new, "finding"))
    if findings:
        return ReasonedVerdict(Verdict.KNOWN, ", ".join(sorted({f.deviation or "" for f in findings})))
    if evidence:
        return ReasonedVerdict(Verdict.PASSED)
    return _why_unjudged(requirement, unjudged, target)


def requirement_entry(
    requirement: Requirement,
    findings: Sequence[Finding],
    evidence: int,
    unjudged: Sequence[ReasonedVerdict],
    target: Mapping[str, Any],
) -> dict[str, Any]:
    """The entry of a requirement in the run document."""
    judged = requirement_verdict(requirement, findings, evidence, unjudged, target)
    return {
        "id": requirement.id,
        "level": requirement.level,
        "section": requirement.section,
        "statement": requirement.statement,
        "source": requirement.source,
        "verdict": judged.verdict.value,
        "evidence": evidence,
        "reason": judged.reason,
        "blockedBy": judged.cause,
    }


def _why_unjudged(
    requirement: Requirement, unjudged: Sequence[ReasonedVerdict], target: Mapping[str, Any]
) -> ReasonedVerdict:
    """Why a requirement was not tested: the catalogue says so, a feature is missing, or its test was prevented."""
    if requirement.not_tested:
        return ReasonedVerdict(Verdict.NO_EVIDENCE, f"not tested: {requirement.not_tested}")
    version = str(target.get("serverVersion", ""))
    if not has_come(requirement.since, version):
        since = ".".join(map(str, requirement.since))
        return ReasonedVerdict(Verdict.NOT_APPLICABLE, f"available since PeerTube {since}; the server is {version}")
    capability = requirement.capability
    if capability and capability not in target.get("capabilities", (capability,)):
        return ReasonedVerdict(Verdict.NOT_APPLICABLE, f"the instance does not offer {capability}")
    return unjudged[0] if unjudged else ReasonedVerdict(Verdict.NO_EVIDENCE, "no exchange of this run tests it")
