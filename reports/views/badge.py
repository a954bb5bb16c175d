"""Renders `badge.json`: the result in three words, as badge services read it (Shields' endpoint schema)."""

from __future__ import annotations

from typing import Any

from peertube_conformance.reports.formatting import counted, on_one_line
from peertube_conformance.reports.views.run_summary import Answer, Document, counting_findings, judgement

_COLOURS = {
    Answer.CONFORMS: "brightgreen",
    Answer.FAILS: "red",
    Answer.INTERRUPTED: "orange",
    Answer.BROKEN: "orange",
    Answer.NOTHING: "lightgrey",
}


def badge(document: Document) -> dict[str, Any]:
    """The JSON members of the badge."""
    answer = judgement(document).answer
    message = answer.value
    found = counting_findings(document)
    if answer is Answer.FAILS and found:
        message = counted(len(found), "finding")
    version = on_one_line(document["contract"]["version"], 20)
    return {
        "schemaVersion": 1,
        "label": f"PeerTube API {version}".rstrip(),
        "message": message,
        "color": _COLOURS[answer],
        "isError": answer is not Answer.CONFORMS,
    }
