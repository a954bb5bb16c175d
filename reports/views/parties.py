"""Renders a table of the contract's requirements and the verdicts of several servers, with the party at fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from peertube_conformance.reports.formatting import on_one_line
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.views.run_summary import Document, Members

_WIDEST = 46


def lines(documents: Sequence[Document], *, every: bool = False) -> Iterator[str]:
    """Yields a table of requirements and one of operations: rows where a server does not pass, or every row.

    A column for each run has its verdict, and how many findings known deviations explain, by the party at fault.
    """
    heads = ["contract", *(_head(document) for document in documents)]
    yield from _table("requirement", heads, documents, "requirements", "id", every=every)
    yield ""
    yield from _table("operation", heads, documents, "operations", "operationId", every=every)


def _table(
    kind: str, heads: Sequence[str], documents: Sequence[Document], member: str, identity: str, *, every: bool
) -> Iterator[str]:
    entries = [{entry[identity]: entry for entry in document[member]} for document in documents]
    names = list(dict.fromkeys(name for known in entries for name in known))
    rows = []
    for name in names:
        cells = [_cell(document, kind, known.get(name)) for document, known in zip(documents, entries, strict=True)]
        if every or any(cell != Verdict.PASSED for cell in cells):
            rows.append([name, _asked(kind, next(known[name] for known in entries if name in known)), *cells])
    yield f"{len(rows)} of {len(names)} {kind}s" + ("" if every else ", those on which a server does not pass")
    if rows:
        columns = [[kind, *heads], *rows]
        widths = [min(_WIDEST, max(len(row[at]) for row in columns)) for at in range(len(columns[0]))]
        for row in columns:
            yield "  ".join(cell[:width].ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _head(document: Document) -> str:
    target = document["target"]
    where = "embedded" if target.get("embedded") else target["baseUrl"].partition("://")[2]
    return on_one_line(f"{where} {target['serverVersion']}")


def _asked(kind: str, entry: Members) -> str:
    if kind == "requirement":
        return f"{entry['level']}: {on_one_line(entry['statement'])}"[:_WIDEST]
    return on_one_line(f"{entry['method']} {entry['path']}")


def _cell(document: Document, kind: str, entry: Members | None) -> str:
    if entry is None:
        return "not in this run"
    member, name = (
        ("requirement", entry.get("id")) if kind == "requirement" else ("operationId", entry.get("operationId"))
    )
    parties = {known["id"]: known["party"] for known in document["deviations"].get("entries", ())}
    blamed = Counter(
        parties.get(finding["deviation"], "somebody")
        for finding in document["findings"]
        if finding[member] == name and finding["deviation"] is not None
    )
    counts = ", ".join(f"{party} {count}" for party, count in sorted(blamed.items()))
    return f"{entry['verdict']} ({counts})" if counts else str(entry["verdict"])
