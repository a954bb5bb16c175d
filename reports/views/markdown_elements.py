"""Renders text from outside as Markdown (GitHub's flavour)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from peertube_conformance.reports.formatting import cleaned, on_one_line

# Includes what starts a bare link (`https://`, `www.`) and, at the start of a line, a list or a heading.
_MARKUP = re.compile(r"[\\`*_\[\]<>#~&$@]|^[-+=]|(?<=:)/(?=/)|(?<=www)\.|(?<=^\d)[.)]", re.IGNORECASE)
BAR = r"\|"
_TICKS = re.compile("`+")


def plain(text: str, limit: int = 0) -> str:
    """Escapes a text, on one line, so that Markdown takes nothing in it for markup, link or mention."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", on_one_line(text, limit))


def code(text: str, limit: int = 0) -> str:
    """Renders a text, on one line, as a code span."""
    line = on_one_line(text, limit) or " "
    ticks = "`" * (_longest_ticks(line) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def block(text: str, language: str = "") -> list[str]:
    """Renders a text as the lines of a fenced code block."""
    fence = "`" * max(3, _longest_ticks(text) + 1)
    return [f"{fence}{language}", *cleaned(text).splitlines(), fence]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Renders a table of Markdown cells; a column whose name ends with a space holds numbers and is right-aligned."""
    aligned = ["---:" if name.endswith(" ") else "---" for name in head]
    # A bar ends a cell even within a code span, unless it is escaped.
    written = [f"| {' | '.join(cell.replace('|', BAR) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(name.strip() for name in head)} |", f"| {' | '.join(aligned)} |", *written]


def _longest_ticks(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
