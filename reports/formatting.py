"""Formats numbers, durations, values and texts from outside for reports."""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections.abc import Iterable
from typing import Any

from peertube_conformance.reports.redaction.safe_output import escaped, escaped_line

_MINUTE_SECONDS = 60
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_.-]+")


def cleaned(text: str) -> str:
    """Escapes control characters and CI workflow commands in a text; tabs and line feeds stay."""
    return escaped(text)


def on_one_line(text: str, limit: int = 0) -> str:
    """Cleans a text, puts it on one line, and cuts it to `limit` characters where one is given."""
    line = escaped_line(text)
    return line if not limit or len(line) <= limit else line[: limit - 1] + "…"


def verbatim(line: str) -> str:
    """Cleans a shell command; spaces stay as they are, line feeds become escapes."""
    return cleaned(line).replace("\n", r"\x0a")


def value_text(value: Any, limit: int = 0) -> str:
    """Formats an expected or actual value: text as it is, null or absence as `null or absent`, the rest as JSON."""
    if value is None:
        return "null or absent"
    if isinstance(value, str) and value.strip():
        return on_one_line(value, limit)
    return on_one_line(json.dumps(value, ensure_ascii=False, default=str), limit)


def difference_text(before: Any, after: Any, *, of_finding: bool, went: bool, limit: int = 0) -> str:
    """Formats both values of a change; empty where there are none. A finding's are the expected and the actual value."""
    if before is None and after is None:
        return ""
    old, new = value_text(before, limit), value_text(after, limit)
    if not of_finding:
        return f"{old} before, {new} after"
    return f"was {old}, should be {new}" if went else f"expected {old}, got {new}"


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Wraps a text to lines of at most `width` columns, the later ones indented by two more; long words stay whole."""
    return textwrap.wrap(
        text,
        max(width, len(indent) + 24),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def anchor(kind: str, name: str) -> str:
    """An HTML id for a name: readable where the name is plain, and never the same for two names."""
    plain = _NOT_IN_ID.sub("-", name)
    if plain == name:
        return f"{kind}-{name}"
    return f"{kind}-{plain[:60]}-{hashlib.sha256(name.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"


def counted(number: int, one: str, many: str = "") -> str:
    """Formats a number with its noun: `1 finding`, `2 findings`, `1,234 findings`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration_text(seconds: float) -> str:
    """Formats a duration: below a minute to a tenth of a second, else in minutes and seconds."""
    if round(seconds, 1) < _MINUTE_SECONDS:
        return f"{round(seconds, 1):g} s"
    minutes, rest = divmod(round(seconds), _MINUTE_SECONDS)
    return f"{minutes:,} min {rest} s"


def listed(names: Iterable[str], limit: int) -> str:
    """Formats the first `limit` names and how many more there are."""
    every = list(names)
    rest = len(every) - limit
    shown = ", ".join(on_one_line(name) for name in every[:limit])
    return shown if rest <= 0 else f"{shown} and {rest} more"
