"""The matrix of operations by documented response: observed, wrong, or never observed and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from peertube_conformance.reports.formatting import anchor, on_one_line
from peertube_conformance.reports.views.run_summary import Document, Members, Section, sections


class State(StrEnum):
    """The state of one response of one operation."""

    OBSERVED = "observed"
    WRONG = "wrong"
    KNOWN = "known deviation"
    UNDOCUMENTED = "undocumented"
    NEVER = "never observed"


@dataclass(frozen=True, slots=True)
class Cell:
    """One response: how often it was observed, why it was not, and the findings about it with their anchors."""

    status: str
    state: State
    count: int
    reason: str
    findings: Sequence[tuple[str, Members]]


@dataclass(frozen=True, slots=True)
class Row:
    """The row of one operation. `cells` has an entry for every status of the section, None where neither documented nor
    observed.
    """

    anchor: str
    operation: Members
    cells: Sequence[Cell | None]
    unanswered: Sequence[tuple[str, Members]]

    @property
    def documented(self) -> list[Cell]:
        """The cells that are not None."""
        return [cell for cell in self.cells if cell is not None]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The matrix of the operations of one tag."""

    anchor: str
    section: Section
    rows: Sequence[Row]


_Findings = Mapping[tuple[str, str], Sequence[Members]]


def matrices(document: Document) -> list[Matrix]:
    """One matrix for each tag, columns in the order of the status codes."""
    about: defaultdict[tuple[str, str], list[Members]] = defaultdict(list)
    for finding in document["findings"]:
        about[finding["operationId"], str(finding["status"] or "")].append(finding)
    return [
        Matrix(anchor("tag", section.name), section, _rows(section, about))
        for section in sections(document["operations"], "tag")
    ]


def _rows(section: Section, about: _Findings) -> list[Row]:
    cells = {entry["operationId"]: _cells(entry, about) for entry in section.entries}
    columns = sorted({status for by_status in cells.values() for status in by_status}, key=lambda s: (len(s), s))
    return [
        Row(
            anchor("operation", entry["operationId"]),
            entry,
            [cells[entry["operationId"]].get(status) for status in columns],
            _linked(about.get((entry["operationId"], ""), ())),
        )
        for entry in section.entries
    ]


def _cells(entry: Members, about: _Findings) -> dict[str, Cell]:
    documented = [str(status) for status in entry["documented"]]
    undocumented = [status for status in entry["statuses"] if status not in documented]
    found = {}
    for status in (*documented, *undocumented):
        findings = about.get((entry["operationId"], status), ())
        found[status] = Cell(
            status=status,
            state=_state(entry, status, findings),
            count=entry["statuses"].get(status, 0),
            reason=on_one_line(entry["unwitnessed"].get(status, "")) if status in documented else "",
            findings=_linked(findings),
        )
    return found


def _state(entry: Members, status: str, findings: Sequence[Members]) -> State:
    if any(finding["deviation"] is None for finding in findings):
        return State.WRONG
    if int(status) not in entry["documented"]:
        return State.KNOWN if findings else State.UNDOCUMENTED
    if findings:
        return State.KNOWN
    return State.OBSERVED if entry["statuses"].get(status) else State.NEVER


def _linked(findings: Iterable[Members]) -> list[tuple[str, Members]]:
    return [(anchor("finding", finding["fingerprint"]), finding) for finding in findings]
