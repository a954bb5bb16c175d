"""The exchange that the run document shows for a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peertube_conformance.reports.model.finding import Finding

# A body in the document is an excerpt; exchanges.ndjson has more of it.
_MAX_BODY_CHARACTERS = 4096
_SHOWN = ("id", "at", "intent", "violation", "defect", "situation", "role", "request", "response", "failure")


def preference(finding: Finding) -> tuple[bool, bool, int, str]:
    """Sort key of findings with one fingerprint: one that no deviation explains first, then one with steps, then the one
    with the shortest request."""
    return finding.deviation is not None, not finding.steps, len(finding.curl), finding.curl


def excerpt(part: Mapping[str, Any]) -> dict[str, Any]:
    """One exchange as an example of a finding, without shapes and with long bodies cut."""
    example = {key: part[key] for key in _SHOWN}
    for side in ("request", "response"):
        if example[side] is not None:
            members = {key: value for key, value in example[side].items() if key != "shape"}
            if len(members["body"]) > _MAX_BODY_CHARACTERS:
                members["body"] = members["body"][:_MAX_BODY_CHARACTERS] + "…"
            example[side] = members
    return example
