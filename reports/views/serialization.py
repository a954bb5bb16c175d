"""Serializes views to JSON and bytes for files."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from peertube_conformance.reports.redaction.safe_output import Shown, escaped_json, file_text


def encoded(text: Shown) -> bytes:
    """Encodes a text as UTF-8; lone surrogates, which UTF-8 cannot encode, become escapes."""
    return text.encode("utf-8", "backslashreplace")


def json_text(members: Mapping[str, Any]) -> Shown:
    """Serializes members as JSON, each entry of a list on a line of its own.

    Numbers that JSON cannot represent, such as NaN (RFC 8259 section 6), become text.
    """
    try:
        return file_text(escaped_json(_by_entry(members)))
    except ValueError:
        return file_text(escaped_json(_by_entry(_finite(members))))


def _by_entry(members: Mapping[str, Any]) -> str:
    parts = []
    for name, value in members.items():
        if isinstance(value, list) and value:
            text = ",\n".join(map(_compact, value))
            parts.append(f"{_compact(name)}: [\n{text}\n]")
        else:
            parts.append(f"{_compact(name)}: {_compact(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: Any) -> str:
    # Not indented, as only then json uses its fast encoder.
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
