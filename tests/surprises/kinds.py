"""Kinds of surprising answers: what a server may send in place of any answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.promise.lies import Answer

_DEEP = 100_000
_MANY = 30_000
_LONG = 10 * 1024 * 1024
_ID_MEMBERS = frozenset({"id", "uuid", "shortUUID", "userId"})
_HTML = b"<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>"
_STRANGE_TEXT = "\x1b[2J\r\n::error::\ud800 \N{RIGHT-TO-LEFT OVERRIDE}"


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of a user of the instance that is none of the run's: what `another_id` answers with."""

    number: int
    uuid: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What replaces an answer. It is never sent where `hangs`; it ends too early by `missing_bytes`.

    `is_wrong` marks what no operation documents, so that a run which was sent it may not end with exit code 0. Where the
    kind `refuses`, a request that would change something does not reach the instance.
    """

    made: Callable[[Answer, Ids], Answer | None]
    hangs: bool = False
    missing_bytes: int = 0
    is_wrong: bool = False
    refuses: bool = False


def _json(text: str | bytes, status: int | None = None) -> Callable[[Answer, Ids], Answer]:
    body = text.encode() if isinstance(text, str) else text

    def made(true: Answer, _ids: Ids) -> Answer:
        headers = {**true.headers, "content-type": "application/json; charset=utf-8"}
        return Answer(status or (200 if true.status in {204, 304} else true.status), body, headers)

    return made


def _sent(status: int, body: bytes, media_type: str, **more: str) -> Callable[[Answer, Ids], Answer]:
    def made(_true: Answer, _ids: Ids) -> Answer:
        return Answer(status, body, {"content-type": media_type, **more})

    return made


def _problem(status: int, **more: str) -> Callable[[Answer, Ids], Answer]:
    problem = {"type": "about:blank", "title": "Surprise", "status": status, "detail": "A surprising answer."}
    return _sent(status, json.dumps(problem).encode(), "application/problem+json", **more)


def _another_id(true: Answer, ids: Ids) -> Answer | None:
    """The true answer with another user's ids in place of every id."""

    def changed(value: Any) -> Any:
        if isinstance(value, list):
            return [changed(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {name: _other(each) if name in _ID_MEMBERS else changed(each) for name, each in value.items()}

    def _other(value: Any) -> Any:
        return {int: ids.number, str: ids.uuid}.get(type(value), value)

    found = true.json
    other = changed(found)
    return None if found is None or other == found else true.with_json(other)


def _strange_texts(true: Answer, _ids: Ids) -> Answer | None:
    """The true answer with control characters in place of every text."""

    def changed(value: Any) -> Any:
        if isinstance(value, list):
            return [changed(each) for each in value]
        if isinstance(value, dict):
            return {name: changed(each) for name, each in value.items()}
        return _STRANGE_TEXT if isinstance(value, str) else value

    found = true.json
    return None if found is None or changed(found) == found else true.with_json(changed(found))


def _emptied(true: Answer, _ids: Ids) -> Answer | None:
    """The true answer with null in place of every member."""
    found = true.json
    return true.with_json(dict.fromkeys(found)) if isinstance(found, dict) and found else None


def _same_without_body(true: Answer, _ids: Ids) -> Answer | None:
    return Answer(true.status, b"", dict(true.headers)) if true.body else None


KINDS: Mapping[str, Kind] = {
    "null": Kind(_json("null")),
    "array": Kind(_json("[]")),
    "text": Kind(_json('""')),
    "object": Kind(_json("{}")),
    "number": Kind(_json("0")),
    "huge number": Kind(_json("1" + "0" * 400)),
    "list of nulls": Kind(_json('{"total": 3, "data": [null, null, null]}')),
    "members of null": Kind(_emptied),
    "strange texts": Kind(_strange_texts),
    "another id": Kind(_another_id),
    "no JSON": Kind(_json("{", 200), is_wrong=True),
    "no UTF-8": Kind(_json(b'{"a": "\xff\xfe"}')),
    "no body": Kind(_same_without_body),
    "HTML": Kind(_sent(200, _HTML, "text/html; charset=utf-8")),
    "no content": Kind(_sent(204, b"", "text/plain")),
    "redirect": Kind(_sent(302, b"", "text/plain", location="/"), is_wrong=True),
    "not modified": Kind(_sent(304, b"", "text/plain")),
    "server error": Kind(_problem(500), is_wrong=True),
    "not found": Kind(_problem(404), refuses=True),
    "forbidden": Kind(_problem(403), refuses=True),
    "unauthorised": Kind(_problem(401), refuses=True),
    "unavailable": Kind(_problem(503)),
    "too many requests": Kind(_problem(429, **{"retry-after": "2"}), refuses=True),
    "too many requests for a year": Kind(_problem(429, **{"retry-after": "31536000"}), refuses=True),
    "deep arrays": Kind(_json("[" * _DEEP + "]" * _DEEP)),
    "deep objects": Kind(_json('{"a":' * _DEEP + "1" + "}" * _DEEP)),
    "many items": Kind(_json('{"total": 30000, "data": [' + ",".join(['{"id": null}'] * _MANY) + "]}")),
    "many numbers": Kind(_json("[" + ",".join(["7"] * 1_000_000) + "]")),
    "long text": Kind(_json('"' + "x" * _LONG + '"')),
    "hang": Kind(lambda true, _ids: true, hangs=True, is_wrong=True),
    "cut off": Kind(lambda true, _ids: true if true.body else None, missing_bytes=1000, is_wrong=True),
}
