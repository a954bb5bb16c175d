"""Drafts entries for the file of known deviations, ready to paste: one for each new finding of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def entries(document: Mapping[str, Any]) -> str:
    """The drafts as YAML. A person must review party and reason; the evidence is the request and its response."""
    version = document["target"]["serverVersion"]
    new = [finding for finding in document["findings"] if finding["deviation"] is None]
    drafts = [
        {
            "id": _id(finding),
            "fingerprint": finding["fingerprint"],
            "versions": [version, version],
            "party": "server",
            "reason": f"REASON MISSING. {finding['message']}",
            "evidence": f"{finding['request']} -> {finding['status']}: expected {finding['expected']!r}, "
            f"got {finding['actual']!r}",
        }
        for finding in new
    ]
    return yaml.safe_dump(drafts, sort_keys=False, allow_unicode=True, width=120) if drafts else ""


def _id(finding: Mapping[str, Any]) -> str:
    words = [finding["operationId"], finding["requirement"].lower(), str(finding["status"] or "none")]
    tail = finding["pointer"].rpartition("/")[2]
    return "-".join([*words, *([tail] if tail else [])])
