"""Classes of values, written as text: `integer > 2147483647`, `not a boolean`, `matches ^bytes`, `is "text"`.

A class tells whether a value belongs to it. Values of paths, queries, headers and forms are text, which classes of
numbers and booleans read as such. Where nothing was sent, the value is ABSENT: it belongs to `absent` alone.
"""

from __future__ import annotations

import datetime
import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from peertube_conformance.spec.messages.request_body_decoding import FilePart


class ClassError(ValueError):
    """A text that names no class of values; the message says what is wrong."""


class _Nothing:
    """A value that is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Nothing()
Predicate = Callable[[Any], bool]
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_COMPARISON = re.compile(r"(integer|number) (<=|>=|<|>) (-?\d+(?:\.\d+)?(?:[eE]\d+)?)")
_LENGTH = re.compile(r"text longer than (\d+)")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T|$)")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_BOOLEANS = frozenset({"true", "false", "1", "0"})
_MOST_DIGITS = 400


@dataclass(frozen=True, slots=True)
class ValueClass:
    """A class of values with the text that names it; `pointer` where it depends on another value of the occurrence."""

    text: str
    holds: Predicate
    pointer: str = ""


def read_class(text: str) -> ValueClass:
    """Reads a class from its text. Raises ClassError."""
    if text.startswith("not "):
        inner = read_class(text[4:])
        if inner.pointer:
            raise ClassError(f"{text!r} compares with another value: leave out 'not'")
        return ValueClass(text, lambda value: value is not ABSENT and not inner.holds(value))
    if text.startswith("same as /"):
        return ValueClass(text, lambda _value: False, text.removeprefix("same as "))
    return ValueClass(text, _predicate(text))


def _predicate(text: str) -> Predicate:
    name = text.removeprefix("an ").removeprefix("a ")
    if name in _NAMED:
        return _NAMED[name]
    if found := _COMPARISON.fullmatch(name):
        return _compared(*found.groups())
    if found := _LENGTH.fullmatch(name):
        most = int(found[1])
        return lambda value: isinstance(value, str) and len(value) > most
    if name.startswith("matches "):
        return _matching(name.removeprefix("matches "))
    if name.startswith("is "):
        return _equal(name.removeprefix("is "))
    raise ClassError(f"{text!r} names no class of values: use one of {', '.join(sorted(_NAMED))}, a comparison or 'is'")


def number_in(value: Any) -> int | float | None:
    """The number that a value is, or that its text reads as; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or not _NUMBER.fullmatch(value) or len(value) > _MOST_DIGITS:
        return None
    try:
        return int(value)
    except ValueError:
        return float(value)


def _compared(kind: str, sign: str, bound: str) -> Predicate:
    limit = int(bound) if re.fullmatch(r"-?\d+", bound) else float(bound)
    compare, accepts = _OPERATORS[sign], _is_integer if kind == "integer" else _is_number
    return lambda value: accepts(value) and compare(number_in(value), limit)


def _matching(pattern: str) -> Predicate:
    try:
        search = re.compile(pattern).search
    except re.error as error:
        raise ClassError(f"'matches {pattern}' is not a regular expression ({error}): correct it") from error
    return lambda value: isinstance(value, str) and search(value) is not None


def _equal(literal: str) -> Predicate:
    try:
        wanted = json.loads(literal)
    except ValueError as error:
        raise ClassError(f"'is {literal}' is not a JSON value: quote a text") from error
    # A number or boolean in a query is text.
    as_text = literal if isinstance(wanted, int | float) else wanted
    return lambda value: (
        value == (as_text if isinstance(value, str) else wanted)
        and (isinstance(value, bool) == isinstance(wanted, bool) or isinstance(value, str))
    )


def _is_number(value: Any) -> bool:
    return number_in(value) is not None


def _is_integer(value: Any) -> bool:
    number = number_in(value)
    return number is not None and (isinstance(number, int) or number.is_integer())


def _is_fraction(value: Any) -> bool:
    return _is_number(value) and not _is_integer(value)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool) or value in _BOOLEANS if isinstance(value, str | bool) else False


def _is_impossible_date(value: Any) -> bool:
    """Whether a text has the form of a date that no calendar has: 2030-02-30."""
    found = _DATE.match(value) if isinstance(value, str) else None
    if found is None:
        return False
    try:
        datetime.date.fromisoformat(found[1])
    except ValueError:
        return True
    return False


def _is_one_name_on_two_hosts(value: Any) -> bool:
    """Whether a list has two handles `name@host` with one name and two hosts."""
    handles = {item for item in value if isinstance(item, str) and "@" in item} if isinstance(value, list) else set()
    return len({handle.partition("@")[0] for handle in handles}) < len(handles)


_NAMED: Mapping[str, Predicate] = {
    "absent": lambda value: value is ABSENT,
    "present": lambda value: value is not ABSENT,
    "null": lambda value: value is None,
    "boolean": _is_boolean,
    "number": _is_number,
    "integer": _is_integer,
    "fraction": _is_fraction,
    "text": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "file": lambda value: isinstance(value, FilePart),
    "empty text": lambda value: value == "",
    "date that does not exist": _is_impossible_date,
    "list with one name on two hosts": _is_one_name_on_two_hosts,
}
