"""Renders `badge.json`: the verdict of the run with its numbers, as badge services read it (Shields' endpoint schema)."""

from __future__ import annotations

from typing import Any

from peertube_conformance.reports.formatting import on_one_line
from peertube_conformance.reports.run_document.run_verdict import Answer
from peertube_conformance.reports.views.run_summary import Document, judgement

_COLOURS = {
    Answer.CONFORMS: "brightgreen",
    Answer.NOTHING_FOUND: "yellowgreen",
    Answer.FAILS: "red",
    Answer.INTERRUPTED: "orange",
    Answer.INCONCLUSIVE: "orange",
    Answer.NOTHING: "lightgrey",
}


def badge(document: Document) -> dict[str, Any]:
    """The JSON members of the badge."""
    judged = judgement(document)
    version = on_one_line(document["contract"]["version"], 20)
    return {
        "schemaVersion": 1,
        "label": f"PeerTube API {version}".rstrip(),
        "message": judged.headline,
        "color": _COLOURS[judged.answer],
        "isError": judged.verdict.exit_code != 0,
    }
