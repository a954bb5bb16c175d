"""Extracts the names and values of the parameters of a recorded request."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from peertube_conformance.reports.model.exchange import Request

_PART = re.compile(r'name="([^"\[]+)[^"]*"(?:\r?\n[^\r\n]+)*\r?\n\r?\n([^\r\n]*)')
_PART_NAME = re.compile(rb'form-data; name="([^"\r\n]*)"')
_MULTIPART = "multipart/form-data"
_LONGEST = 40
_LOCATIONS = frozenset({"query", "header", "body"})


def part_names(request: Request) -> list[str]:
    """The names of the parts of a multipart body (RFC 7578 section 4.2), of which a record holds only the beginning."""
    named = {name.lower(): value for name, value in request.headers}
    if not named.get("content-type", "").startswith(_MULTIPART):
        return []
    return [found.decode("utf-8", "replace") for found in _PART_NAME.findall(request.body)]


def sent_values(
    request: Mapping[str, Any], media_type: str, locations: Collection[str] = _LOCATIONS
) -> Iterator[tuple[str, str, str | None]]:
    """Yields location, name and value of each parameter in these parts of a request: its query, headers or body.

    The value is None where it is not a short text, number or boolean. Bodies that were cut are read as far as possible.
    """
    if "query" in locations:
        query = request["target"].partition("?")[2]
        for name, value in parse_qsl(query, keep_blank_values=True):
            yield "query", name.partition("[")[0], value
    if "header" in locations:
        for name, value in request["headers"]:
            yield "header", name, value
    if "body" not in locations:
        return
    for name in request.get("parts", ()):
        yield "body", name.partition("[")[0], None
    body = request["body"]
    if not body or body.startswith("base64:"):
        return
    for name, value in _members(body, media_type):
        yield "body", name.partition("[")[0], value


def _members(body: str, media_type: str) -> Iterator[tuple[str, str | None]]:
    if "json" in media_type:
        try:
            decoded = json.loads(body)
        except (ValueError, RecursionError):
            return
        if isinstance(decoded, dict):
            for name, value in decoded.items():
                yield from ((name, _text(one)) for one in (value if isinstance(value, list) and value else [value]))
    elif media_type == "application/x-www-form-urlencoded":
        yield from parse_qsl(body, keep_blank_values=True)
    elif media_type == _MULTIPART:
        for found in _PART.finditer(body):
            yield found[1], found[2] if len(found[2]) <= _LONGEST else None


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float) and len(str(value)) <= _LONGEST:
        return str(value)
    return None
