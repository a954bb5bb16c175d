"""Collects which findings happened again when their requests were made once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from peertube_conformance.reports.model.confirmation import Confirmation, Obstacle, State, not_confirmed
from peertube_conformance.reports.model.finding import Finding


class Confirmations:
    """The confirmations of a run, by fingerprint: that a finding happened again in one test outweighs all else."""

    def __init__(self) -> None:
        self._known: dict[str, Confirmation] = {}
        self._recipes: dict[str, Mapping[str, Any] | None] = {}

    def add(self, part: Mapping[str, Any]) -> None:
        """Adds a recorded line."""
        found = Confirmation.from_json(part)
        if found.outweighs(self._known.get(part["fingerprint"])):
            self._known[part["fingerprint"]] = found
            self._recipes[part["fingerprint"]] = part["recipe"]

    def of(self, finding: Finding) -> Confirmation | None:
        """Whether a finding happened again; None for a known one, whose request is not made again."""
        if finding.deviation is not None:
            return None
        return self._known.get(finding.fingerprint, not_confirmed(Obstacle.INTERRUPTED))

    def members(self, finding: Finding) -> dict[str, Any]:
        """The members of a finding in the run document that say whether it happened again."""
        found = self.of(finding)
        recipe = None if finding.recipe is None else asdict(finding.recipe)
        return {
            # What happened again can be run again later; another occurrence of the finding may not happen again.
            "recipe": self._recipes.get(finding.fingerprint) or recipe,
            "intermittent": found is not None and found.state is State.INTERMITTENT,
            "confirmation": None if found is None else found.to_json(),
        }

    def intermittent(self, findings: Iterable[Finding]) -> int:
        """How many of the findings are intermittent."""
        return sum(self.members(finding)["intermittent"] for finding in findings)
