"""Renders `report.html`: the whole run on one self-contained page, without network access or other files.

Everything that came from the target is escaped, and the page's own content security policy allows no script and
no style but the two that are part of it.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from peertube_conformance.reports import formatting
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.views.confirmed_findings import apart
from peertube_conformance.reports.views.html.charts import latencies, traffic
from peertube_conformance.reports.views.html.findings import shown_findings
from peertube_conformance.reports.views.html.response_matrix import State, matrices
from peertube_conformance.reports.views.outages import outages
from peertube_conformance.reports.views.run_summary import (
    NOUNS,
    Document,
    by_requirement,
    fail_level,
    judged_in_part,
    judgement,
    known_by_deviation,
    known_findings,
    new_findings,
    not_one_by_one,
    personal_line,
    reached_ceilings,
    requests_line,
    sections,
    stock_line,
    tests_operations,
    untested,
)

_HERE = Path(__file__).parent
SIGNS = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✗",
    Verdict.KNOWN: "≈",
    Verdict.NOT_IMPLEMENTED: "✗",
    Verdict.NO_EVIDENCE: "·",
    Verdict.NOT_TESTED: "·",
    Verdict.NOT_APPLICABLE: "○",
    Verdict.NOT_IMPLEMENTED: "✗",
    Verdict.BLOCKED: "!",
    Verdict.ERROR: "!",
}
STATE_SIGNS = {State.OBSERVED: "✓", State.WRONG: "✗", State.KNOWN: "≈", State.UNDOCUMENTED: "?", State.NEVER: "·"}


def page(document: Document) -> str:
    """Renders the page of a run as HTML."""
    style, script = _file("report.css"), _file("report.js")
    tags = {entry["operationId"]: entry["tag"] for entry in document["operations"]}
    new, known = new_findings(document), known_findings(document)
    lasting, intermittent = apart(new)
    shown, left_out = shown_findings([*new, *known], tags)
    members: dict[str, Any] = {
        "run": {"flows": [], "coverage": None, **document},
        "outages": list(outages(document)),
        "judged": judgement(document),
        "fail_level": fail_level(document),
        "style": Markup(style),  # noqa: S704 - the package's own file
        "script": Markup(script),  # noqa: S704 - the package's own file
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "tiles": list(_tiles(document)),
        "one_by_one": tests_operations(document),
        "aside": not_one_by_one(document),
        "requirement_sections": sections(document["requirements"], "section"),
        "matrices": matrices(document),
        "groups": by_requirement(document, lasting),
        "intermittent_groups": by_requirement(document, intermittent),
        "shown": {finding.members["fingerprint"]: finding for finding in shown},
        "left_out": left_out,
        "untested": untested(document),
        "in_part": judged_in_part(document),
        "latencies": latencies(document),
        "traffic": traffic(document),
        "requests_line": requests_line(document),
        "personal_line": personal_line(document),
        "reached_ceilings": reached_ceilings(document),
        "deviations": {entry["id"]: entry for entry in document["deviations"].get("entries", ())},
        "stock_line": stock_line(document),
        "explained": known_by_deviation(document),
        "changes": document.get("comparison"),
    }
    return _environment().get_template("report.html").render(members)


def changes_page(changes: Document) -> str:
    """Renders the JSON of a comparison as an HTML page."""
    style = _file("report.css")
    members = {"changes": changes, "style": Markup(style), "style_hash": _hash(style)}  # noqa: S704 - as above
    return _environment().get_template("changes.html").render(members)


def _tiles(document: Document) -> Iterator[tuple[str, Mapping[str, int], int]]:
    """Yields name, verdict counts and number of entries for operations, flows and requirements."""
    for name in ("operations", "flows", "requirements"):
        entries = document.get(name, ())
        if entries and (name != "operations" or tests_operations(document)):
            yield name.capitalize(), Counter(entry["verdict"] for entry in entries), len(entries)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escaped,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["line"] = formatting.on_one_line
    environment.filters["verbatim"] = formatting.verbatim
    environment.filters["duration_text"] = formatting.duration_text
    environment.filters["moment"] = _moment
    environment.globals.update(
        anchor=formatting.anchor,
        counted=formatting.counted,
        difference=formatting.difference_text,
        nouns=NOUNS,
        signs=SIGNS,
        state_signs=STATE_SIGNS,
        verdicts=list(Verdict),
    )
    return environment


def _escaped(value: Any) -> Any:
    """Cleans each value that a template outputs, except the package's own files, which are marked as Markup."""
    return formatting.cleaned(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _moment(when: str) -> str:
    """Formats an ISO 8601 time as `2026-01-02 03:04 UTC`; a text that is not a time stays as it is."""
    try:
        return f"{datetime.datetime.fromisoformat(when).astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return formatting.on_one_line(when)


@cache
def _file(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _hash(content: str) -> str:
    """A hash source expression for one inline element (Content Security Policy level 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
