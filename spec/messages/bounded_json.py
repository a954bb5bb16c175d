"""Reads JSON texts of any depth and size in bounded time and stack (RFC 8259 section 9 allows a parser such limits)."""

from __future__ import annotations

import json
import re
from json import JSONDecodeError
from typing import Any, NamedTuple

from peertube_conformance.spec.judgement_limits import LIMITS, JudgementLimits

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


class ReadJson(NamedTuple):
    """A JSON value; `is_json` is False where the body is not a JSON text, `is_cut` True where it is nested too deeply.

    The value then has null in place of what is nested deeper than the limit.
    """

    is_json: bool
    value: Any = None
    is_cut: bool = False


_NO_JSON = ReadJson(is_json=False)


def read_bounded(body: bytes, limits: JudgementLimits = LIMITS) -> ReadJson:
    """Reads a JSON text: UTF-8 without a byte order mark, no NaN (RFC 8259 sections 3, 6, 8.1)."""
    try:
        text = body.decode()
        value = _loaded(text, limits)
    except RecursionError:
        return _read_cut(text, limits)
    except ValueError:
        return _NO_JSON
    # Most texts have fewer brackets than the limit has levels.
    if text.count("[") + text.count("{") > limits.nesting and _is_deeper(value, limits.nesting):
        return _read_cut(text, limits)
    return ReadJson(is_json=True, value=value)


def _read_cut(text: str, limits: JudgementLimits) -> ReadJson:
    try:
        return ReadJson(is_json=True, value=_loaded(_shallow(text, limits.nesting), limits), is_cut=True)
    except (ValueError, RecursionError):
        return _NO_JSON


def _loaded(text: str, limits: JudgementLimits) -> Any:
    try:
        return json.loads(text, parse_constant=_refused)
    except JSONDecodeError:
        raise
    except ValueError:
        # Python refuses integers of more than 4,300 digits, which JSON allows.
        return json.loads(text, parse_constant=_refused, parse_int=lambda digits: int(digits[: limits.digits]))


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _is_deeper(value: Any, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [
            item
            for parent in level
            for item in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


def _shallow(text: str, levels: int) -> str:
    """The JSON text with null in place of each value that is nested deeper than so many levels."""
    parts: list[str] = []
    depth = begin = 0
    for found in _TOKEN.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth == levels + 1:
                parts += [text[begin : found.start()], "null"]
                begin = len(text)
        elif found[0] in "]}":
            if depth == levels + 1:
                begin = found.end()
            depth -= 1
    return "".join([*parts, text[begin:]])
