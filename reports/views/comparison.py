"""Renders a comparison of two runs for the terminal and as Markdown, HTML or JSON."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence

from peertube_conformance.reports.comparison.change import TITLES
from peertube_conformance.reports.comparison.compare import Comparison
from peertube_conformance.reports.comparison.grouping import Group
from peertube_conformance.reports.formatting import counted, difference_text, listed, on_one_line, verbatim, wrapped
from peertube_conformance.reports.views.html.page import changes_page
from peertube_conformance.reports.views.markdown_elements import block, code, plain
from peertube_conformance.reports.views.serialization import json_text

_MAX_NAMES = 4
_MAX_VALUE = 120
_MAX_ENTRIES = 200
_MAX_DOUBTFUL = 10
_NARROWEST = 40


def rendered(comparison: Comparison, form: str) -> str:
    """Renders a comparison as `console`, `markdown`, `html` or `json`, without a line feed at the end."""
    if form == "html":
        return changes_page(comparison.to_json()).rstrip("\n")
    if form == "json":
        return json_text(comparison.to_json()).rstrip("\n")
    if form == "markdown":
        return summary(comparison).rstrip("\n")
    return "\n".join(lines(comparison, shutil.get_terminal_size().columns))


def lines(comparison: Comparison, width: int) -> list[str]:
    """Renders a comparison for a terminal, in lines of at most `width` columns except for curl lines."""
    width = max(width, _NARROWEST)
    output = wrapped(on_one_line(comparison.sentence), width)
    for remark in comparison.remarks:
        output += wrapped(on_one_line(f"note: {remark}"), width)
    for kind, groups in comparison.grouped().items():
        output += ["", f"{TITLES[kind].lower()} ({len(groups)})"]
        for group in groups:
            output += _lines_of(group, width)
    doubtful = comparison.doubtful
    if doubtful:
        output += ["", *wrapped(_unsure(doubtful), width)]
    for group in doubtful[:_MAX_DOUBTFUL]:
        output += wrapped(on_one_line(_summary(group)), width, "  ")
    return output


def _lines_of(group: Group, width: int) -> Iterator[str]:
    yield from wrapped(on_one_line(_summary(group)), width, "  ")
    values = _values(group)
    if values:
        yield from wrapped(values, width, "      ")
    if group.includes:
        yield from wrapped(on_one_line(f"includes {group.includes}"), width, "      ")
    if group.change.curl:
        yield f"      {verbatim(group.change.curl)}"
    if group.change.needs:
        yield from wrapped(f"set first: {', '.join(group.change.needs)}", width, "      ")
    yield from wrapped(f"to do: {group.advice}", width, "      ")


def summary(comparison: Comparison) -> str:
    """Renders a comparison as Markdown for the summary page of a CI job."""
    sign = "❌" if comparison.has_regressions else "✅"
    output = [f"# {sign} {plain(comparison.sentence)}"]
    if comparison.remarks:
        output += ["", *(f"* {plain(remark)}" for remark in comparison.remarks)]
    for kind, groups in comparison.grouped().items():
        output += ["", f"## {TITLES[kind]}", ""]
        for group in groups[:_MAX_ENTRIES]:
            output += _markdown_of(group)
        if len(groups) > _MAX_ENTRIES:
            output.append(f"* and {len(groups) - _MAX_ENTRIES} more")
    doubtful = comparison.doubtful
    if doubtful:
        output += ["", plain(_unsure(doubtful)), ""]
        output += [f"* {plain(_summary(group))}" for group in doubtful[:_MAX_DOUBTFUL]]
    return "\n".join(output) + "\n"


def _markdown_of(group: Group) -> Iterator[str]:
    values = _values(group)
    yield f"* {plain(_summary(group))}" + (f": {code(values)}" if values else "")
    if group.includes:
        yield f"  Includes {plain(group.includes)}."
    yield f"  {plain(group.advice)}"
    if group.change.curl:
        yield ""
        yield from (f"  {line}" for line in block(verbatim(group.change.curl), "sh"))
        yield ""


def _summary(group: Group) -> str:
    names = listed(group.operations, _MAX_NAMES)
    announced = " (announced)" if group.change.announced else ""
    return f"{names}: {group.message}{announced}" if names else f"{group.message}{announced}"


def _values(group: Group) -> str:
    change = group.change
    return difference_text(
        change.before, change.after, of_finding=change.is_finding, went=change.went, limit=_MAX_VALUE
    )


def _unsure(doubtful: Sequence[Group]) -> str:
    differences = counted(len(doubtful), "further difference")
    verb = "is" if len(doubtful) == 1 else "are"
    return f"{differences} {verb} not statistically significant; to decide, compare runs with --depth=thorough:"
