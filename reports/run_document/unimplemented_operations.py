"""Operations whose route the target lacks: one finding stands for all others, and no exchange is evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, MutableMapping

from peertube_conformance.reports.model.finding import ROUTE_REQUIREMENT, Finding


class UnimplementedOperations:
    """Collects the operations that are not implemented, and the evidence that exchanges of each operation gave."""

    def __init__(self) -> None:
        self._operations: set[str] = set()
        self._evidence: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._operations))

    def saw(self, operation_id: str, evidence: Iterable[str]) -> None:
        """Adds the requirements that an exchange of an operation is evidence of."""
        self._evidence[operation_id].update(evidence)

    def admits(self, finding: Finding, findings: MutableMapping[str, Finding]) -> bool:
        """Whether a finding is kept; removes those that it stands for from the findings by fingerprint."""
        operation_id = finding.operation_id
        if finding.requirement != ROUTE_REQUIREMENT:
            return operation_id not in self._operations
        if operation_id not in self._operations:
            self._operations.add(operation_id)
            for fingerprint in [name for name, known in findings.items() if known.operation_id == operation_id]:
                del findings[fingerprint]
        return True

    def evidence(self, requirement: str) -> int:
        """How often exchanges of these operations seemed to be evidence of a requirement."""
        return sum(self._evidence[operation_id][requirement] for operation_id in self._operations)
