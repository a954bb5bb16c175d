"""What is wrong with a feed: RSS 2.0, Atom (RFC 4287) and JSON Feed 1, each by its own rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from peertube_conformance.reports import Response

ATOM = "{http://www.w3.org/2005/Atom}"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
_JSON_VERSIONS = ("https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1")


@dataclass(frozen=True)
class Feed:
    """A feed that was read. `kind` is `rss`, `atom` or `json`, empty where it is none of them; `titles` are those of its
    entries, `faults` what is wrong with it: a place and a sentence."""

    kind: str
    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    enclosures: list[tuple[str, str, str]] = field(default_factory=list)


def read(answer: Response) -> Feed | None:
    """The feed in an answer; None where it is not well-formed."""
    if answer.is_json:
        try:
            document = json.loads(answer.body)
        except ValueError:
            return None
        return _read_json(document)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(answer.body, parser)
    except etree.XMLSyntaxError:
        return None
    return (
        _read_atom(root) if root.tag == f"{ATOM}feed" else _read_rss(root) if root.tag == "rss" else Feed("")
    )


def _read_rss(root: Any) -> Feed:
    items = root.findall("channel/item")
    return Feed(
        "rss",
        [_text(item, "title") for item in items],
        [_text(item, "description") or _text(item, _ENCODED) for item in items],
        list(_rss_faults(root, items)),
        [
            (enclosure.get("url", ""), enclosure.get("length", ""), enclosure.get("type", ""))
            for item in items
            for enclosure in item.findall("enclosure")
        ],
    )


def _rss_faults(root: Any, items: list[Any]) -> Iterator[tuple[str, str]]:
    if root.get("version") != "2.0":
        yield "rss", "the version is not 2.0"
    for name in ("title", "link", "description"):
        if len(root.findall(f"channel/{name}")) != 1:
            yield f"channel/{name}", "the channel does not have this element once"
    if not _is_address(_text(root, "channel/link")):
        yield "channel/link", "no address"
    for place, moment in [("channel/lastBuildDate", _text(root, "channel/lastBuildDate"))] + [
        ("item/pubDate", _text(item, "pubDate")) for item in items
    ]:
        if moment and not _is_mail_date(moment):
            yield place, "the date is not in the form of RFC 822"
    guids = [_text(item, "guid") for item in items if _text(item, "guid")]
    if len(set(guids)) != len(guids):
        yield "item/guid", "two items have one guid"
    for item in items:
        if not (_text(item, "title") or _text(item, "description")):
            yield "item", "an item has neither title nor description"
        if item.find("link") is not None and not _is_address(_text(item, "link")):
            yield "item/link", "no address"
        for enclosure in item.findall("enclosure"):
            if not (
                _is_address(enclosure.get("url", ""))
                and enclosure.get("length", "").isdigit()
                and enclosure.get("type")
            ):
                yield "item/enclosure", "an enclosure lacks address, length or type"


def _read_atom(root: Any) -> Feed:
    entries = root.findall(f"{ATOM}entry")
    texts = [_text(entry, f"{ATOM}summary") or _text(entry, f"{ATOM}content") for entry in entries]
    return Feed(
        "atom", [_text(entry, f"{ATOM}title") for entry in entries], texts, list(_atom_faults(root, entries))
    )


def _atom_faults(root: Any, entries: list[Any]) -> Iterator[tuple[str, str]]:
    named = bool(root.findall(f"{ATOM}author/{ATOM}name"))
    for place, element in [("feed", root), *(("entry", entry) for entry in entries)]:
        for name in ("id", "title", "updated"):
            if len(element.findall(f"{ATOM}{name}")) != 1:
                yield f"{place}/{name}", "this element is not there once"
        if not urlsplit(_text(element, f"{ATOM}id")).scheme:
            yield f"{place}/id", "the id is not an absolute IRI"
        if not _is_moment(_text(element, f"{ATOM}updated")):
            yield f"{place}/updated", "the date is not in the form of RFC 3339"
    for entry in entries:
        if not named and not entry.findall(f"{ATOM}author/{ATOM}name"):
            yield "entry/author", "neither the feed nor the entry has an author"
        links = entry.findall(f"{ATOM}link")
        if not links and entry.find(f"{ATOM}content") is None:
            yield "entry", "an entry has neither link nor content"
    ids = [_text(entry, f"{ATOM}id") for entry in entries]
    if len(set(ids)) != len(ids):
        yield "entry/id", "two entries have one id"


def _read_json(document: Any) -> Feed:
    if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version", "")):
        return Feed("")
    items = document.get("items")
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return Feed(
        "json",
        [str(item.get("title", "")) for item in items],
        [str(item.get("content_text") or item.get("content_html") or "") for item in items],
        list(_json_faults(document, items)),
    )


def _json_faults(document: dict[str, Any], items: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    if document.get("version") not in _JSON_VERSIONS:
        yield "version", "the version is none that there is"
    if not isinstance(document.get("title"), str) or not document["title"]:
        yield "title", "the feed has no title"
    if not isinstance(document.get("items"), list):
        yield "items", "the items are not a list"
    for name in ("home_page_url", "feed_url"):
        if name in document and not _is_address(str(document[name])):
            yield name, "no address"
    for item in items:
        if not isinstance(item.get("id"), str) or not item["id"]:
            yield "items/id", "an item has no id"
        if not (item.get("content_html") or item.get("content_text")):
            yield "items", "an item has no content"
        for name in ("date_published", "date_modified"):
            if name in item and not _is_moment(str(item[name])):
                yield f"items/{name}", "the date is not in the form of RFC 3339"
    ids = [item.get("id") for item in items]
    if len({str(one) for one in ids}) != len(ids):
        yield "items/id", "two items have one id"


def _text(element: Any, path: str) -> str:
    found = element.find(path)
    return "" if found is None else "".join(found.itertext()).strip()


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _is_mail_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
