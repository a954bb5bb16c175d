"""Converts recorded lines of earlier versions to the present format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peertube_conformance.reports.model.exchange import Intent


def with_purpose(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Adds the members `defect` and `situation` to the line of an exchange that lacks them.

    Versions that did not write them wrote only the text of a defect, `query/count maximum`, and no id of a situation.
    """
    if "defect" in part:
        return part
    defect = _read(part["violation"]) if part["intent"] == Intent.INVALID else None
    return {**part, "defect": defect, "situation": None}


def _read(text: str) -> dict[str, str]:
    place, _, keyword = text.rpartition(" ")
    location, slash, pointer = place.partition("/")
    return {"location": location, "pointer": f"{slash}{pointer}", "keyword": keyword}
