"""Bodies that are not JSON (feeds, captions, pages, files): the people's texts in them, and an outline without texts."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from lxml import etree

from peertube_conformance.spec.jsonschema.personal import PERSONAL_NAMES

_READ_BYTES = 4_194_304
_LONGEST_NAME = 40
_MOST_NAMES = 40
_MOST_LINES = 2_000
# Elements of feeds whose text people wrote; the others hold addresses, dates and codes.
_WRITTEN = frozenset({
    "author", "content", "creator", "credit", "description", "email", "encoded", "keywords", "name", "owner", "person",
    "subtitle", "summary", "title", "txt",
})  # fmt: skip
_WRITTEN_ATTRIBUTES = frozenset({"label", "term", "text", "title"})
_CUE_TIMES = "-->"
_IN_PAGES = re.compile(r"<title[^>]{0,200}>([^<]{1,2000})|\scontent=\"([^\"]{1,2000})\"|\scontent='([^']{1,2000})'")
# Members of a JSON text that cannot be read as a whole.
_IN_BROKEN_JSON = re.compile(rf'"(?:{"|".join(sorted(PERSONAL_NAMES))})"\s{{0,9}}:\s{{0,9}}("(?:[^"\\]|\\.)*+")')
_LETTER = re.compile(r"[^\W\d_]")


def texts_of(media_type: str, body: bytes) -> Iterator[str]:
    """Yields the texts in a document that people may have written."""
    if _is_xml(media_type, body):
        yield from _of_xml(body)
        return
    kind, _, subtype = media_type.partition("/")
    if subtype in {"html", "xhtml+xml"}:
        for found in _IN_PAGES.finditer(_decoded(body)):
            yield from _written(html.unescape(found[1] or found[2] or found[3] or ""))
    elif kind == "text" or body.startswith(b"WEBVTT"):
        for line in _decoded(body).splitlines()[:_MOST_LINES]:
            if _CUE_TIMES not in line and not line.startswith(("WEBVTT", "#")):
                yield from _written(line)
    elif subtype.endswith("json"):
        for found in _IN_BROKEN_JSON.finditer(_decoded(body)):
            with suppress(ValueError):
                yield from _written(json.loads(found[1], strict=False))


def outline(media_type: str, body: bytes) -> str:
    """The media type and length class of a document, with the elements of XML and the number of cues of captions."""
    longest = 1 << max(2, (len(body) - 1).bit_length())
    what = f"{media_type or 'no media type'} ≤{longest:,} bytes"
    if _is_xml(media_type, body):
        names = Counter(name for name, _ in _elements(body))
        shown = ", ".join(f"{name} ×{number}" for name, number in list(names.items())[:_MOST_NAMES])
        what += f": {shown}" if shown else ""
    elif body.startswith(b"WEBVTT"):
        what += f": cue ×{_decoded(body).count(_CUE_TIMES)}"
    return f"‹{what}›"


def _is_xml(media_type: str, body: bytes) -> bool:
    if media_type in {"text/html", "application/xhtml+xml"}:
        return False
    return media_type.endswith(("/xml", "+xml")) or body.lstrip()[:5] == b"<?xml"


def _of_xml(body: bytes) -> Iterator[str]:
    for name, element in _elements(body):
        if name in _WRITTEN and element.text:
            yield from _written(element.text)
        for attribute, value in element.items():
            if str(attribute) in _WRITTEN_ATTRIBUTES:
                yield from _written(str(value))


def _elements(body: bytes) -> Iterator[tuple[str, etree._Element]]:
    """Yields each element of an XML document with its local name, as far as it can be read."""
    parser = etree.XMLPullParser(events=("end",), resolve_entities=False, no_network=True, recover=True)
    try:
        parser.feed(body[:_READ_BYTES])
        for _, element in parser.read_events():
            if isinstance(element.tag, str):
                yield str(etree.QName(element).localname)[:_LONGEST_NAME], element
    except etree.XMLSyntaxError:
        return


def _written(text: str) -> Iterator[str]:
    text = text.strip()
    if _LETTER.search(text):
        yield text


def _decoded(body: bytes) -> str:
    return body[:_READ_BYTES].decode("utf-8", "replace")
