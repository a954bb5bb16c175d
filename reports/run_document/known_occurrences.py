"""Which deviations explained occurrences of each finding: another occurrence may make the finding a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from peertube_conformance.reports.model.finding import Finding


class KnownOccurrences:
    """Collects the deviations that explained occurrences, by fingerprint."""

    def __init__(self) -> None:
        self._by_fingerprint: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, finding: Finding) -> None:
        """Adds one occurrence."""
        if finding.deviation is not None:
            self._by_fingerprint[finding.fingerprint].add(finding.deviation)

    def used(self, fingerprints: Iterable[str]) -> set[str]:
        """The deviations that explained an occurrence of one of these findings."""
        return {name for fingerprint in fingerprints for name in self._by_fingerprint.get(fingerprint, ())}

    def others(self, finding: Finding) -> list[str]:
        """The deviations that explained occurrences of a finding, other than the one that stands in it."""
        return sorted(self._by_fingerprint.get(finding.fingerprint, set()) - {finding.deviation or ""})
