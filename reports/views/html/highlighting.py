"""Highlights what a finding points to, in the text of a body, which may be cut short."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from peertube_conformance.reports.formatting import cleaned, on_one_line

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_QUERY = "/request/query/"
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text; `marked` where the finding points to it."""

    text: str
    marked: bool = False


@dataclass(slots=True)
class _Open:
    """An array or object whose end has not been reached yet."""

    pointer: str
    start: int
    is_object: bool
    key: str | None = None
    key_start: int = 0


def pieces(body: str, pointer: str, limit: int, actual: Any = None) -> list[Piece]:
    """Indents a body, cuts it to about `limit` characters, and marks what `pointer` (indices as `*`) points to.

    Where it points to several places, those that hold `actual` are marked; if none does, all of them are.
    """
    text = _laid_out(body)
    found = [place for place in located(text) if place[0] == pointer] if pointer else []
    exact = [place for place in found if _holds(text[place[2] : place[3]], actual)]
    spans = sorted((start, end) for _, start, _, end in exact or found)
    return [Piece(cleaned(piece.text), piece.marked) for piece in _cut(text, spans, limit)]


def query_pieces(line: str, pointer: str) -> list[Piece]:
    """Marks the query parameter that the pointer `/request/query/NAME` names in a request line."""
    line = on_one_line(line)
    name = pointer.removeprefix(_QUERY).partition("/")[0] if pointer.startswith(_QUERY) else ""
    found = re.search(rf"(?<=[?&]){re.escape(name)}(?:%5B\d*%5D|\[\d*\])?=[^&]*", line) if name else None
    if found is None:
        return [Piece(line)]
    return [Piece(line[: found.start()]), Piece(found[0], marked=True), Piece(line[found.end() :])]


def located(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Yields every member and item of a JSON text: pointer, start of its name, start and end of its value."""
    stack: list[_Open] = []
    for token in _TOKEN.finditer(text):
        symbol, start = token[0], token.start()
        top = stack[-1] if stack else None
        if symbol in "{[":
            pointer = _below(top)
            stack.append(_Open(pointer, start, symbol == "{"))
        elif symbol in "}]":
            if stack:
                closed = stack.pop()
                parent = stack[-1] if stack else None
                yield closed.pointer, _name_start(parent, closed.start), closed.start, token.end()
        elif symbol == ",":
            if top is not None:
                top.key = None
        elif symbol != ":":
            if top is not None and top.is_object and top.key is None:
                top.key, top.key_start = _decoded(symbol), start
            else:
                yield _below(top), _name_start(top, start), start, token.end()
    while stack:
        cut = stack.pop()
        yield cut.pointer, _name_start(stack[-1] if stack else None, cut.start), cut.start, len(text)


def _below(top: _Open | None) -> str:
    if top is None:
        return ""
    if not top.is_object:
        return f"{top.pointer}/*"
    return f"{top.pointer}/{(top.key or '').replace('~', '~0').replace('/', '~1')}"


def _name_start(parent: _Open | None, start: int) -> int:
    return parent.key_start if parent is not None and parent.is_object and parent.key is not None else start


def _decoded(symbol: str) -> str:
    try:
        return str(json.loads(symbol))
    except ValueError:
        return symbol.strip('"')


def _holds(text: str, value: Any) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return type(found) is type(value) and bool(found == value)


def _laid_out(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return body


def _cut(text: str, spans: Sequence[tuple[int, int]], limit: int) -> Iterator[Piece]:
    """Yields the pieces of the window of the text that has the first span about a third of the way down."""
    begin = 0
    if len(text) > limit and spans and spans[0][1] > limit:
        begin = max(0, spans[0][0] - limit // 3)
    end = min(len(text), begin + limit)
    at = begin
    if begin:
        yield Piece(_ELLIPSIS)
    for start, stop in spans:
        start, stop = max(start, at), min(stop, end)  # noqa: PLW2901 - kept within the window
        if start >= stop:
            continue
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:stop], marked=True)
        at = stop
    if at < end:
        yield Piece(text[at:end])
    if end < len(text):
        yield Piece(_ELLIPSIS)
