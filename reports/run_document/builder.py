"""Builds the run document (`run.json`) from the lines that the workers recorded, so that a killed run has one too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from peertube_conformance.reports.model.finding import Finding, Level
from peertube_conformance.reports.model.verdict import ReasonedVerdict, Verdict
from peertube_conformance.reports.run_document import older_formats
from peertube_conformance.reports.run_document.behaviour import Behaviour
from peertube_conformance.reports.run_document.ceilings import Ceilings
from peertube_conformance.reports.run_document.confirmations import Confirmations
from peertube_conformance.reports.run_document.coverage import Coverage
from peertube_conformance.reports.run_document.finding_examples import excerpt, preference
from peertube_conformance.reports.run_document.known_occurrences import KnownOccurrences
from peertube_conformance.reports.run_document.operation_verdicts import (
    operation_verdict,
    phases_not_tested,
    why_unwitnessed,
)
from peertube_conformance.reports.run_document.outages import Deaths
from peertube_conformance.reports.run_document.requirement_verdicts import requirement_entry
from peertube_conformance.reports.run_document.response_schemas import nullable
from peertube_conformance.reports.run_document.run_verdict import (
    NORMAL_END,
    SCHEMA_VERSION,
    Ending,
    concluded,
    counted_verdicts,
)
from peertube_conformance.reports.run_document.stale_deviations import Exercised
from peertube_conformance.reports.run_document.timeline import Timeline
from peertube_conformance.reports.run_document.traffic import Traffic
from peertube_conformance.reports.run_document.unimplemented_operations import UnimplementedOperations
from peertube_conformance.spec import Contract, Operation
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import Requirement


class RunDocument:
    """Collects the recorded lines and builds the run document from them."""

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
        self._seen: dict[str, Behaviour] = defaultdict(Behaviour)
        self._evidence: Counter[str] = Counter()
        self._findings: dict[str, Finding] = {}
        self._examples: dict[str, Mapping[str, Any]] = {}
        self._unimplemented = UnimplementedOperations()
        self._timeline = Timeline()
        self._coverage = Coverage(operations, str(facts.get("target", {}).get("serverVersion", "")))
        self._exercised = Exercised()
        self._deaths = Deaths()
        self._occurrences: Counter[str] = Counter()
        self._known = KnownOccurrences()
        self._unjudged: dict[str, list[ReasonedVerdict]] = defaultdict(list)
        self._flows: list[Mapping[str, Any]] = []
        self._traffic = Traffic()
        self._sums: dict[str, Counter[str]] = {"refusals": Counter(), "failures": Counter()}
        self._stopped: list[Mapping[str, Any]] = []
        self._ceilings = Ceilings()
        self._confirmations = Confirmations()
        self._exchanges = 0
        self._beside: Counter[str] = Counter()

    def add(self, parts: Iterable[Mapping[str, Any]]) -> None:
        """Adds recorded lines."""
        for part in parts:
            match part["kind"]:
                case "exchange":
                    self._add_exchange(older_formats.with_purpose(part))
                case "outcome":
                    self._seen[part["operationId"]].outcomes.append(older_formats.outcome_in(part))
                case "finding":
                    self._add_findings(older_formats.with_purpose(part))
                case "evidence":
                    self._beside.update(part["requirements"])
                    self._evidence.update(part["requirements"])
                case "unjudged":
                    for name in part["requirements"]:
                        self._unjudged[name].append(older_formats.unjudged_in(part))
                case "death":
                    self._deaths.add_death(part)
                case "flow":
                    self._coverage.add_flow(part)
                    self._flows.append(older_formats.flow_in(part))
                case _:
                    self._add_of_worker(part)

    def _add_of_worker(self, part: Mapping[str, Any]) -> None:
        """Adds a line that is about a worker and not about one test."""
        match part["kind"]:
            case "budget":
                self._traffic.add(part)
            case "ceiling":
                self._ceilings.add(part)
            case "confirmation":
                self._confirmations.add(part)
            case "stop":
                self._stopped.append({"reason": part["reason"], "unjudgeable": part["unjudgeable"]})
            case "refusals" | "failures" as kind:
                self._sums[kind].update(part[kind])

    def _add_exchange(self, part: Mapping[str, Any]) -> None:
        self._exchanges += 1
        self._timeline.add(part)
        self._deaths.add_exchange(part)
        if part.get("repeated"):
            self._add_findings(part)
            return
        self._seen[part["operationId"]].add(part)
        self._coverage.add(part)
        self._exercised.add(part)
        self._evidence.update(part["evidence"])
        self._unimplemented.saw(part["operationId"], part["evidence"])
        self._add_findings(part)

    def _add_findings(self, part: Mapping[str, Any]) -> None:
        """Adds the findings of a line; those of a request that was made again only where the first one lacked them."""
        is_repeated = part.get("repeated", False)
        for members in part["findings"]:
            finding = older_formats.finding_in(members, self._deviations)
            if not (is_repeated and finding.fingerprint in self._findings):
                self._add_finding(finding, part)
        self._occurrences.update(() if is_repeated else part["more"])

    def _add_finding(self, finding: Finding, part: Mapping[str, Any]) -> None:
        """Keeps one finding per fingerprint."""
        if not self._unimplemented.admits(finding, self._findings):
            return
        self._occurrences[finding.fingerprint] += 1
        self._known.add(finding)
        kept = self._findings.get(finding.fingerprint)
        if kept is None or preference(finding) < preference(kept):
            self._findings[finding.fingerprint] = finding
            self._examples[finding.fingerprint] = excerpt(part)

    @property
    def findings(self) -> list[Finding]:
        """One finding for each fingerprint, sorted by fingerprint."""
        return [self._findings[key] for key in sorted(self._findings)]

    def new_findings(self, fail_on: Level) -> list[Finding]:
        """Findings that no deviation explains and that count at this level."""
        return [f for f in self.findings if f.deviation is None and f.level.is_at_least(fail_on)]

    @property
    def fail_on(self) -> Level:
        """The weakest level that fails the run."""
        return Level(self._facts.get("failOn", Level.MUST))

    @property
    def ran(self) -> bool:
        """Whether any phase of any operation, any flow or any enumerated test was completed."""
        return bool(self._tests)

    @property
    def is_stopped(self) -> bool:
        """Whether a worker recorded why the run ends early, or that the target no longer answers."""
        return bool(self._stopped) or any(not death["isBack"] for death in self._deaths.to_json()[-1:])

    def stale_deviations(self) -> list[Deviation]:
        """Known deviations that no finding of this run matched, though the run exercised what they are about."""
        used = self._known.used(self._findings)
        contract = {operation.id for operation in self._contract.operations}
        run = {operation.id for operation in self._operations}
        return [
            deviation
            for deviation in self._deviations
            if deviation.id not in used and self._exercised.is_stale(deviation, contract, run, self._by_hand)
        ]

    @property
    def _by_hand(self) -> set[str]:
        """The requirements that hand-written tests tested, and not flows alone."""
        in_flows: Counter[str] = Counter()
        for flow in self._flows:
            in_flows.update(flow.get("requirements", {}))
        return set(self._beside - in_flows)

    @property
    def _tests(self) -> list[str]:
        """The kinds of tests that were completed: of operations one by one, enumerated ones, and flows."""
        ran = {
            "operations": any(seen.outcomes for seen in self._seen.values()),
            "enumerated": bool(self._by_hand),
            "flows": bool(self._flows),
        }
        return [kind for kind, has_run in ran.items() if has_run]

    def harness_errors(self) -> list[str]:
        """Errors of the harness itself: of a worker, in flows and in phases of operations."""
        flows = [f"{flow['name']}: {flow['reason']}" for flow in self._flows if flow["verdict"] == Verdict.ERROR]
        return [*self._sums["failures"], *flows] + [
            f"{operation_id} {outcome.phase}: {outcome.reason}"
            for operation_id, seen in sorted(self._seen.items())
            for outcome in seen.outcomes
            if outcome.verdict is Verdict.ERROR
        ]

    def to_json(self, ending: Ending = NORMAL_END) -> dict[str, Any]:
        """The whole run document, with the verdict and the exit code of a run that ended so."""
        return concluded(self._members(ending), ending)

    def _members(self, ending: Ending) -> dict[str, Any]:
        self._coverage.leave_out(self._unimplemented)
        stopped = next((str(stop["reason"]) for stop in self._stopped), ending.interrupted)
        operations = [self._operation(operation, stopped) for operation in self._operations]
        requirements = [self._requirement(requirement) for requirement in self._requirements.values()]
        return {
            "schemaVersion": SCHEMA_VERSION,
            **self._facts,
            "failOn": self.fail_on.value,
            "tests": self._tests,
            "errors": self.harness_errors(),
            "stopped": self._stopped,
            "totals": {
                "exchanges": self._exchanges,
                "operations": counted_verdicts(operations),
                "flows": counted_verdicts(self._flows),
                "requirements": counted_verdicts(requirements),
                "findings": len(self._findings),
                "newFindings": sum(1 for f in self._findings.values() if f.deviation is None),
                "intermittentFindings": self._confirmations.intermittent(self._findings.values()),
                "knownFindings": sum(1 for f in self._findings.values() if f.deviation is not None),
            },
            "coverage": self._coverage.to_json(),
            "requirements": requirements,
            "operations": operations,
            "flows": sorted(self._flows, key=lambda flow: str(flow["name"])),
            "findings": [
                finding.to_json()
                | self._confirmations.members(finding)
                | {
                    "occurrences": self._occurrences[finding.fingerprint],
                    "alsoKnownAs": self._known.others(finding),
                    "exchange": self._examples[finding.fingerprint],
                }
                for finding in self.findings
            ],
            "deviations": {
                "used": sorted(self._known.used(self._findings)),
                "stale": [deviation.id for deviation in self.stale_deviations()],
            },
            "deaths": self._deaths.to_json(),
            "requests": self._ceilings.to_json(self._facts.get("requests", {})),
            "refused": dict(sorted(self._sums["refusals"].items())),
            "budget": self._traffic.to_json() | {"timeline": self._timeline.to_json()},
        }

    def _operation(self, operation: Operation, stopped: str) -> dict[str, Any]:
        seen = self._seen[operation.id]
        findings = [f for f in self._findings.values() if f.operation_id == operation.id]
        judged = operation_verdict(seen, findings, self.fail_on, stopped=stopped)
        documented = sorted(int(status) for status in operation.responses if status.isdigit())
        return {
            "operationId": operation.id,
            "method": operation.method,
            "path": operation.path,
            "tag": operation.tag,
            "verdict": judged.verdict.value,
            "reason": judged.reason,
            "blockedBy": judged.cause,
            "phasesNotTested": phases_not_tested(seen),
            "documented": documented,
            "witnessed": [status for status in documented if seen.statuses[status]],
            "unwitnessed": {
                str(status): why_unwitnessed(operation, status, seen)
                for status in documented
                if not seen.statuses[status]
            },
            **seen.to_json(),
            "nullable": {status: nullable(operation, status, shape) for status, shape in sorted(seen.shape.items())},
        }

    def _requirement(self, requirement: Requirement) -> dict[str, Any]:
        findings = [f for f in self._findings.values() if f.requirement == requirement.id]
        evidence = self._evidence[requirement.id] - self._unimplemented.evidence(requirement.id)
        target = self._facts.get("target", {})
        return requirement_entry(requirement, findings, evidence, self._unjudged[requirement.id], target)
