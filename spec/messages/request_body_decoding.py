"""Decodes bodies and queries from bytes to plain values, as web servers do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_SURROGATES = re.compile("[\\ud800-\\udfff]")
# The depth limit of Express's parsers; deeper brackets stay part of the name.
_DEPTH = 5


class MalformedBody(ValueError):
    """The body cannot be parsed as its media type; the message says why."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part of a multipart body that has a file name."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class TypedPart:
    """A part of a multipart body that states a media type and has no file name."""

    content_type: str
    text: str


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON value")


def read_json(content: bytes) -> Any:
    """Parses JSON (RFC 8259). Bytes that are not UTF-8 become U+FFFD, as in the text decoders of servers.

    Raises:
        MalformedBody: not JSON.
    """
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    value = _loaded(text)
    return well_formed(value) if "\\u" in text else value


def _loaded(text: str) -> Any:
    try:
        try:
            return json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            if "digits" not in str(error):
                raise
            # Python refuses to parse integers of thousands of digits; other languages round them.
            return json.loads(text, parse_constant=_refuse, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise MalformedBody(str(error) or "nested too deeply") from None


def well_formed(value: Any) -> Any:
    """Replaces lone surrogates in a JSON value by U+FFFD: JSON can escape them (`"\\ud800"`), UTF-8 cannot hold them."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, list):
        return [well_formed(item) for item in value]
    if isinstance(value, dict):
        return {well_formed(key): well_formed(item) for key, item in value.items()}
    return value


def read_pairs(encoded: str) -> list[tuple[str, str]]:
    """Parses a query or an `application/x-www-form-urlencoded` body into names and values, in order."""
    return parse_qsl(encoded, keep_blank_values=True, encoding="utf-8", errors="replace")


def read_multipart(content: bytes, content_type: str) -> list[tuple[str, Any]]:
    """Parses a `multipart/form-data` body (RFC 7578) into names and values, in order; a value is text, `TypedPart` or
    `FilePart`.

    Raises:
        MalformedBody: there is no boundary, the parts do not follow it, or one has no name.
    """
    # Werkzeug's package also imports its development server, which takes 0.2 s; only multipart bodies need it.
    from werkzeug.http import parse_options_header  # noqa: PLC0415
    from werkzeug.sansio import multipart  # noqa: PLC0415

    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary:
        raise MalformedBody("the media type names no boundary")
    decoder = multipart.MultipartDecoder(boundary.encode("latin-1", "replace"), max_form_memory_size=None)
    pairs: list[tuple[str, Any]] = []
    part: multipart.Field | multipart.File | None = None
    data: list[bytes] = []
    try:
        decoder.receive_data(content)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), multipart.Epilogue):
            if isinstance(event, multipart.NeedData):
                raise MalformedBody("the last boundary is missing")
            if isinstance(event, multipart.Field | multipart.File):
                part, data = event, []
            elif isinstance(event, multipart.Data) and part is not None:
                data.append(event.data)
                if not event.more_data:
                    pairs.append((part.name, _part_value(part, b"".join(data))))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise MalformedBody(str(error) or "the parts do not follow the boundary") from None
    if any(not isinstance(name, str) for name, _ in pairs):
        raise MalformedBody("a part has no name")
    return pairs


def _part_value(part: Any, data: bytes) -> str | TypedPart | FilePart:
    content_type = part.headers.get("content-type")
    filename = getattr(part, "filename", None)
    if filename is not None:
        return FilePart(filename, content_type or "application/octet-stream", data)
    text = data.decode("utf-8", "replace")
    return TypedPart(content_type.partition(";")[0].strip().lower(), text) if content_type else text


def nested(pairs: Iterable[tuple[str, Any]], literal: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Nests pairs by the brackets in their names: `a=1` is text, `a=1&a=2` and `a[]=1` are lists, `a[b]=1` is an
    object, `a[0][b]=1` a list of objects.

    Names in `literal` are kept as they are, brackets included.
    """
    root: dict[str, Any] = {}
    for name, value in pairs:
        _insert(root, [name] if name in literal else _keys(name), value)
    return {name: _listed(value) for name, value in root.items()}


def _keys(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket or not head:
        return [name]
    keys = [head]
    rest = bracket + rest
    while rest and len(keys) <= _DEPTH:
        hit = _BRACKETS.match(rest)
        if hit is None:
            return [name] if len(keys) == 1 else [*keys, rest]
        keys.append(hit.group(1))
        rest = rest[hit.end() :]
    return [*keys, rest] if rest else keys


def _insert(container: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        index = key or str(len(container))
        inner = container.get(index)
        if not isinstance(inner, dict):
            # `a=1&a[]=2`: the earlier value becomes the first item.
            inner = container[index] = {} if inner is None else {"0": inner}
        container = inner
    key = keys[-1] or str(len(container))
    present = container.get(key)
    if present is None:
        container[key] = value
    elif isinstance(present, list):
        present.append(value)
    elif isinstance(present, dict):
        present[str(len(present))] = value
    else:
        container[key] = [present, value]


def _listed(value: Any) -> Any:
    """Converts objects whose keys are all numbers to lists, recursively."""
    if isinstance(value, dict):
        if value and all(key.isascii() and key.isdigit() for key in value):
            return [_listed(value[key]) for key in sorted(value, key=int)]
        return {key: _listed(item) for key, item in value.items()}
    return value
