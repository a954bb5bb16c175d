"""Validates feeds: RSS 2.0, Atom (RFC 4287) and JSON Feed 1, each by its own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from peertube_conformance.conformance.execution.feed_parser import (
    ATOM,
    Feed,
    atom_entries,
    json_items,
    rss_items,
    text_of,
)

_JSON_VERSIONS = ("https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1")

# Where enclosures without URL, length or type are reported.
ENCLOSURE = "item/enclosure"

# A place in the feed and a sentence that describes the fault.
Fault = tuple[str, str]


def faults(feed: Feed) -> list[Fault]:
    """Lists the faults of the feed, each once."""
    rules = _RULES.get(feed.kind)
    return list(dict.fromkeys(rules(feed.content))) if rules else []


def _rss_faults(root: Any) -> Iterator[Fault]:
    items = rss_items(root)
    if root.get("version") != "2.0":
        yield "rss", "the version is not 2.0"
    for name in ("title", "link", "description"):
        if len(root.findall(f"channel/{name}")) != 1:
            yield f"channel/{name}", "this channel element must occur exactly once"
    if not _is_address(text_of(root, "channel/link")):
        yield "channel/link", "not an absolute http or https URL"
    for place, moment in [("channel/lastBuildDate", text_of(root, "channel/lastBuildDate"))] + [
        ("item/pubDate", text_of(item, "pubDate")) for item in items
    ]:
        if moment and not _is_mail_date(moment):
            yield place, "the date is not in the form of RFC 822"
    guids = [text_of(item, "guid") for item in items if text_of(item, "guid")]
    if len(set(guids)) != len(guids):
        yield "item/guid", "two items have the same guid"
    for item in items:
        if not (text_of(item, "title") or text_of(item, "description")):
            yield "item", "an item has neither title nor description"
        if item.find("link") is not None and not _is_address(text_of(item, "link")):
            yield "item/link", "not an absolute http or https URL"
        for enclosure in item.findall("enclosure"):
            if not (
                _is_address(enclosure.get("url", ""))
                and enclosure.get("length", "").isdigit()
                and enclosure.get("type")
            ):
                yield ENCLOSURE, "an enclosure has no URL, length or type"


def _atom_faults(root: Any) -> Iterator[Fault]:
    entries = atom_entries(root)
    named = bool(root.findall(f"{ATOM}author/{ATOM}name"))
    for place, element in [("feed", root), *(("entry", entry) for entry in entries)]:
        for name in ("id", "title", "updated"):
            if len(element.findall(f"{ATOM}{name}")) != 1:
                yield f"{place}/{name}", "this element must occur exactly once"
        if not urlsplit(text_of(element, f"{ATOM}id")).scheme:
            yield f"{place}/id", "the id is not an absolute IRI"
        if not _is_moment(text_of(element, f"{ATOM}updated")):
            yield f"{place}/updated", "the date is not in the form of RFC 3339"
    for entry in entries:
        if not named and not entry.findall(f"{ATOM}author/{ATOM}name"):
            yield "entry/author", "neither the feed nor the entry has an author"
        links = entry.findall(f"{ATOM}link")
        if not links and entry.find(f"{ATOM}content") is None:
            yield "entry", "an entry has neither link nor content"
    ids = [text_of(entry, f"{ATOM}id") for entry in entries]
    if len(set(ids)) != len(ids):
        yield "entry/id", "two entries have the same id"


def _json_faults(document: dict[str, Any]) -> Iterator[Fault]:
    items = json_items(document)
    if document.get("version") not in _JSON_VERSIONS:
        yield "version", "unknown JSON Feed version"
    if not isinstance(document.get("title"), str) or not document["title"]:
        yield "title", "the feed has no title"
    if not isinstance(document.get("items"), list):
        yield "items", "the items are not a list"
    for name in ("home_page_url", "feed_url"):
        if name in document and not _is_address(str(document[name])):
            yield name, "not an absolute http or https URL"
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
        yield "items/id", "two items have the same id"


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


_RULES: Mapping[str, Callable[[Any], Iterator[Fault]]] = {
    "rss": _rss_faults,
    "atom": _atom_faults,
    "json": _json_faults,
}
