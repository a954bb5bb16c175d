"""Shell variables that stand for values of one run (ids, tokens) in curl lines and reports."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, Self

# Private-use characters: a generated value that happens to read `$TOKEN` is not taken for a variable.
_OPEN, _CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{_OPEN}([A-Z][A-Z0-9_]*){_CLOSE}")


def mark(variable: str) -> str:
    """The mark that stands for a variable in a text."""
    return f"{_OPEN}{variable}{_CLOSE}"


class NamedText(str):
    """A text value of this run that a report shows as `$variable`."""

    __slots__ = ("variable",)
    variable: str

    def __new__(cls, value: str, variable: str) -> Self:
        self = super().__new__(cls, value)
        self.variable = variable
        return self


class NamedNumber(int):
    """A number of this run that a report shows as `$variable`."""

    variable: str

    def __new__(cls, value: int, variable: str) -> Self:
        self = super().__new__(cls, value)
        self.variable = variable
        return self


def marked(value: Any) -> Any:
    """Replaces every named value in a JSON value by the mark of its variable; unnamed values stay."""
    if isinstance(value, NamedText | NamedNumber):
        return mark(value.variable)
    if isinstance(value, dict):
        return {key: marked(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [marked(item) for item in value]
    return value


def named_numbers(value: Any) -> Iterator[str]:
    """Yields the variables of the numbers in a value, which JSON writes without quotes."""
    if isinstance(value, NamedNumber):
        yield value.variable
    elif isinstance(value, dict | list | tuple):
        for member in value.values() if isinstance(value, dict) else value:
            yield from named_numbers(member)


def shown(text: str) -> str:
    """Replaces marks in a text by `$NAME`, for reading."""
    return MARK.sub(r"$\1", text) if _OPEN in text else text


def shell_quoted(text: str) -> str:
    """Quotes a text as one shell word, with variables outside the single quotes so that the shell expands them."""
    parts: list[str] = []
    end = 0
    for found in MARK.finditer(text):
        if found.start() > end:
            parts.append(shlex.quote(text[end : found.start()]))
        parts.append(f'"${found[1]}"')
        end = found.end()
    if end < len(text) or not parts:
        parts.append(shlex.quote(text[end:]))
    return "".join(parts)


def variables_in(text: str) -> tuple[str, ...]:
    """The variables marked in the text, in the order of their first use."""
    return tuple(dict.fromkeys(MARK.findall(text)))
