"""The run document (`run.json`): made from the parts that the workers recorded, so that a killed run has one too."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peertube_conformance.reports.finding import Finding, Level
from peertube_conformance.reports.shape import merge
from peertube_conformance.reports.verdict import Verdict
from peertube_conformance.spec import Contract, Operation
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import Requirement

SCHEMA_VERSION = 1


@dataclass(slots=True)
class _Seen:
    """What was seen of one operation."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    shape: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    outcomes: list[tuple[Verdict, str, str]] = field(default_factory=list)
    media_types: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


class RunDocument:
    """Collects the recorded parts and tells them as one JSON document."""

    def __init__(
        self,
        contract: Contract,
        operations: Sequence[Operation],
        requirements: Mapping[str, Requirement],
        deviations: Sequence[Deviation],
        facts: Mapping[str, Any],
    ) -> None:
        self._contract = contract
        self._operations = operations
        self._requirements = requirements
        self._deviations = deviations
        self._facts = facts
        self._seen: dict[str, _Seen] = defaultdict(_Seen)
        self._evidence: Counter[str] = Counter()
        self._findings: dict[str, Finding] = {}
        self._occurrences: Counter[str] = Counter()
        self._budget: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._exchanges = 0

    def add(self, parts: Iterable[Mapping[str, Any]]) -> None:
        """Takes in recorded lines."""
        for part in parts:
            match part["kind"]:
                case "exchange":
                    self._add_exchange(part)
                case "outcome":
                    seen = self._seen[part["operationId"]]
                    seen.outcomes.append((Verdict(part["verdict"]), part["reason"], part["phase"]))
                case "budget":
                    self._budget.update({key: part[key] for key in ("requests", "throttledSeconds", "self429")})
                case "refusals":
                    self._refusals.update(part["refusals"])

    def _add_exchange(self, part: Mapping[str, Any]) -> None:
        self._exchanges += 1
        seen = self._seen[part["operationId"]]
        response = part["response"]
        if response is not None:
            seen.statuses[response["status"]] += 1
            seen.latencies.append(response["milliseconds"])
            merge(seen.shape.setdefault(str(response["status"]), {}), response["shape"])
        self._evidence.update(part["evidence"])
        for members in part["findings"]:
            self._add_finding(Finding.from_json(members))
        self._occurrences.update(part["more"])

    def _add_finding(self, finding: Finding) -> None:
        """Of the findings with one fingerprint, the one with the shortest request is told."""
        self._occurrences[finding.fingerprint] += 1
        known = self._findings.get(finding.fingerprint)
        if known is None or (len(finding.curl), finding.curl) < (len(known.curl), known.curl):
            explained = next((d.id for d in self._deviations if d.explains(finding.fingerprint)), None)
            self._findings[finding.fingerprint] = finding.explained_by(explained) if explained else finding

    @property
    def findings(self) -> list[Finding]:
        """One finding for each fingerprint, by fingerprint."""
        return [self._findings[key] for key in sorted(self._findings)]

    def new_findings(self, fail_on: Level) -> list[Finding]:
        """Findings that no deviation explains and that count at this level."""
        return [f for f in self.findings if f.deviation is None and f.level.is_at_least(fail_on)]

    @property
    def ran(self) -> bool:
        """Whether any phase of any operation came to an end."""
        return any(seen.outcomes for seen in self._seen.values())

    def stale_deviations(self) -> list[Deviation]:
        """Entries that no finding of this run matched though their operation was called."""
        used = {finding.deviation for finding in self._findings.values()}
        called = {operation_id for operation_id, seen in self._seen.items() if seen.statuses}
        return [
            deviation
            for deviation in self._deviations
            if deviation.id not in used
            and any(p.partition("|")[0] in called or "*" in p.partition("|")[0] for p in deviation.fingerprint)
        ]

    def harness_errors(self) -> list[str]:
        """What went wrong on the harness's own side."""
        return [
            f"{operation_id} {phase}: {reason}"
            for operation_id, seen in sorted(self._seen.items())
            for verdict, reason, phase in seen.outcomes
            if verdict is Verdict.ERROR
        ]

    def to_json(self) -> dict[str, Any]:
        """The whole document."""
        operations = [self._operation(operation) for operation in self._operations]
        requirements = [self._requirement(requirement) for requirement in self._requirements.values()]
        return {
            "schemaVersion": SCHEMA_VERSION,
            **self._facts,
            "totals": {
                "exchanges": self._exchanges,
                "operations": _counted(operations),
                "requirements": _counted(requirements),
                "findings": len(self._findings),
                "newFindings": sum(1 for f in self._findings.values() if f.deviation is None),
                "knownFindings": sum(1 for f in self._findings.values() if f.deviation is not None),
            },
            "requirements": requirements,
            "operations": operations,
            "findings": [
                finding.to_json() | {"occurrences": self._occurrences[finding.fingerprint]} for finding in self.findings
            ],
            "deviations": {
                "used": sorted({f.deviation for f in self._findings.values() if f.deviation}),
                "stale": [deviation.id for deviation in self.stale_deviations()],
            },
            "refused": dict(sorted(self._refusals.items())),
            "budget": {
                "requests": int(self._budget["requests"]),
                "throttledSeconds": round(float(self._budget["throttledSeconds"]), 3),
                "self429": int(self._budget["self429"]),
            },
        }

    def _operation(self, operation: Operation) -> dict[str, Any]:
        seen = self._seen[operation.id]
        findings = [f for f in self._findings.values() if f.operation_id == operation.id]
        verdict, reason = _operation_verdict(seen, findings)
        documented = sorted(int(status) for status in operation.responses if status.isdigit())
        return {
            "operationId": operation.id,
            "method": operation.method,
            "path": operation.path,
            "tag": operation.tag,
            "verdict": verdict.value,
            "reason": reason,
            "statuses": {str(status): count for status, count in sorted(seen.statuses.items())},
            "documented": documented,
            "witnessed": [status for status in documented if seen.statuses[status]],
            "unwitnessed": {
                str(status): self._why_unwitnessed(operation, status, seen)
                for status in documented
                if not seen.statuses[status]
            },
            "latency": _latency(seen.latencies),
            "shape": seen.shape,
        }

    @staticmethod
    def _why_unwitnessed(operation: Operation, status: int, seen: _Seen) -> str:
        documented = operation.responses[str(status)]
        if documented.unwitnessed:
            return documented.unwitnessed
        reasons = [reason for verdict, reason, phase in seen.outcomes if phase == str(status) and reason]
        if not reasons:
            reasons = [r for v, r, p in seen.outcomes if r and v is not Verdict.PASSED and not p.isdigit()]
        return reasons[0] if reasons else ""

    def _requirement(self, requirement: Requirement) -> dict[str, Any]:
        findings = [f for f in self._findings.values() if f.requirement == requirement.id]
        evidence = self._evidence[requirement.id]
        if any(f.deviation is None for f in findings):
            verdict, reason = Verdict.FAILED, f"{sum(f.deviation is None for f in findings)} findings"
        elif findings:
            verdict, reason = Verdict.KNOWN, ", ".join(sorted({f.deviation or "" for f in findings}))
        elif evidence:
            verdict, reason = Verdict.PASSED, ""
        else:
            verdict, reason = Verdict.NO_EVIDENCE, "no exchange of this run says anything of it"
        return {
            "id": requirement.id,
            "level": requirement.level,
            "section": requirement.section,
            "statement": requirement.statement,
            "source": requirement.source,
            "verdict": verdict.value,
            "evidence": evidence,
            "reason": reason,
        }


def _operation_verdict(seen: _Seen, findings: Sequence[Finding]) -> tuple[Verdict, str]:
    told = {verdict: reason for verdict, reason, _ in reversed(seen.outcomes)}
    phases = {phase: verdict for verdict, _, phase in seen.outcomes}
    if Verdict.ERROR in told:
        return Verdict.ERROR, told[Verdict.ERROR]
    if any(f.deviation is None for f in findings):
        return Verdict.FAILED, f"{sum(f.deviation is None for f in findings)} findings"
    if phases.get("valid") in {Verdict.BLOCKED, Verdict.NOT_APPLICABLE}:
        verdict = phases["valid"]
        return verdict, next(reason for v, reason, phase in seen.outcomes if phase == "valid" and v is verdict)
    if not any(200 <= status < 400 for status in seen.statuses):
        return Verdict.NO_EVIDENCE, told.get(Verdict.NO_EVIDENCE, "no request was accepted")
    if findings:
        return Verdict.KNOWN, ", ".join(sorted({f.deviation or "" for f in findings}))
    return Verdict.PASSED, ""


def _latency(milliseconds: Sequence[float]) -> dict[str, float] | None:
    if not milliseconds:
        return None
    ordered = sorted(milliseconds)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))]  # noqa: E731
    return {"p50": round(statistics.median(ordered), 2), "p95": at(0.95), "max": ordered[-1]}


def _counted(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts = Counter(entry["verdict"] for entry in entries)
    return {verdict.value: counts[verdict.value] for verdict in Verdict}
