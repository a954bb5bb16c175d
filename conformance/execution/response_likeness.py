"""Compares two responses without what changes from one request to the next: times, ids, nonces and the path itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.exchange import Response

HTML = frozenset({"text/html", "application/xhtml+xml"})
_MAX_CHARACTERS = 64 * 1024
# Texts in which digits, or their length, suggest an id, a time or a nonce.
_WORD = re.compile(r"[\w+=-]+")
# A time has several of them.
_VARIABLES = re.compile(r"#(?:[.:]#)+")
_LONGEST_WORD = 24
_VARIABLE = "#"
_ECHO = "<path>"
_PAGE_PART = re.compile(r"<([^<>]*)>|([^<]+)")
_TAG_NAME = re.compile(r"[a-zA-Z][\w-]{0,40}")
_LEFT_OUT = frozenset({"script", "style", "noscript"})


def are_alike(first: Exchange, in_first: str, second: Exchange, in_second: str) -> bool:
    """Whether two responses have the same status, media type and content.

    `in_first` and `in_second` are the texts in which the paths of the requests differ: a response may repeat them.
    """
    one, other = first.response, second.response
    if one is None or other is None or (one.status, one.media_type) != (other.status, other.media_type):
        return False
    return _content(one, first, in_first) == _content(other, second, in_second)


def _content(response: Response, exchange: Exchange, segment: str) -> str:
    text = _text(response)[:_MAX_CHARACTERS]
    for echo in _echoes(exchange):
        text = text.replace(echo, _ECHO)
    text = re.sub(rf"(?<![\w-]){re.escape(segment)}(?![\w-])", _ECHO, text)
    text = _WORD.sub(lambda word: _VARIABLE if _is_variable(word[0]) else word[0], text)
    return _VARIABLES.sub(_VARIABLE, text)


def _text(response: Response) -> str:
    if response.is_json and response.has_json:
        return json.dumps(response.json, sort_keys=True, ensure_ascii=False)
    text = response.body.decode("utf-8", "backslashreplace")
    if response.media_type not in HTML:
        return text
    return " ".join(_visible(text[:_MAX_CHARACTERS]))


def _visible(page: str) -> Iterator[str]:
    """The tags and the visible text of a page: attributes and scripts hold nonces and addresses. Linear in its length,
    unlike the standard library's parser."""
    within = ""
    for tag, text in _PAGE_PART.findall(page):
        name = _TAG_NAME.match(tag)
        if within:
            within = "" if tag.lower().startswith(f"/{within}") else within
        elif name is not None:
            yield f"<{name[0].lower()}>"
            within = name[0].lower() if name[0].lower() in _LEFT_OUT else ""
        elif text.strip():
            yield " ".join(unescape(text).split())


def _echoes(exchange: Exchange) -> list[str]:
    """What a response may repeat of the request's address, the longest first."""
    url = exchange.request.url
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    found = {url, target, parts.path, *map(unquote, (url, target, parts.path))}
    return sorted(found - {"", "/"}, key=len, reverse=True)


def _is_variable(word: str) -> bool:
    return len(word) > _LONGEST_WORD or any(character.isdigit() for character in word)
