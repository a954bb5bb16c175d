"""Parses feeds: RSS 2.0, Atom (RFC 4287) and JSON Feed 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from peertube_conformance.reports import Response

ATOM = "{http://www.w3.org/2005/Atom}"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"

# Format in the address of a feed: the kind of the feed.
KINDS: Mapping[str, str] = {
    "xml": "rss",
    "rss": "rss",
    "rss2": "rss",
    "atom": "atom",
    "atom1": "atom",
    "json": "json",
    "json1": "json",
}


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file attached to an entry, as the feed describes it."""

    url: str
    length: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed; members that it lacks are empty."""

    link: str
    title: str
    text: str
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed.

    `kind` is `rss`, `atom` or `json`, empty where it is none of them; `address` is the one that the feed gives as its
    own; `content` is the root element or the JSON document.
    """

    kind: str
    address: str
    entries: tuple[Entry, ...]
    content: Any

    @property
    def titles(self) -> list[str]:
        """The titles of the entries, in their order."""
        return [entry.title for entry in self.entries]


def read(answer: Response) -> Feed | None:
    """Parses the feed in a response; None where the body is not well-formed."""
    if answer.is_json:
        return _read_json(answer.json) if answer.has_json else None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(answer.body, parser)
    except etree.XMLSyntaxError:
        return None
    if root.tag == "rss":
        return Feed("rss", _own_address(root, "channel/"), tuple(map(_rss_entry, rss_items(root))), root)
    if root.tag == f"{ATOM}feed":
        return Feed("atom", _own_address(root), tuple(map(_atom_entry, atom_entries(root))), root)
    return Feed("", "", (), root)


def rss_items(root: Any) -> list[Any]:
    """The `item` elements of an RSS feed."""
    return list(root.findall("channel/item"))


def atom_entries(root: Any) -> list[Any]:
    """The `entry` elements of an Atom feed."""
    return list(root.findall(f"{ATOM}entry"))


def json_items(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects in the list `items` of a JSON feed."""
    items = document.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def text_of(element: Any, path: str) -> str:
    """The text of the first element at the path, without white space around it; empty where there is none."""
    found = element.find(path)
    return "" if found is None else "".join(found.itertext()).strip()


def _read_json(document: Any) -> Feed:
    if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version", "")):
        return Feed("", "", (), document)
    address = str(document.get("feed_url", ""))
    return Feed("json", address, tuple(map(_json_entry, json_items(document))), document)


def _rss_entry(item: Any) -> Entry:
    enclosures = (
        Enclosure(one.get("url", ""), one.get("length", ""), one.get("type", "")) for one in item.findall("enclosure")
    )
    text = text_of(item, "description") or text_of(item, _ENCODED)
    return Entry(text_of(item, "link"), text_of(item, "title"), text, tuple(enclosures))


def _atom_entry(entry: Any) -> Entry:
    link = next(_links(entry, "alternate"), "")
    text = text_of(entry, f"{ATOM}summary") or text_of(entry, f"{ATOM}content")
    return Entry(link, text_of(entry, f"{ATOM}title"), text)


def _json_entry(item: Mapping[str, Any]) -> Entry:
    text = item.get("content_text") or item.get("content_html") or ""
    return Entry(str(item.get("url", "")), str(item.get("title", "")), str(text))


def _own_address(element: Any, path: str = "") -> str:
    return next(_links(element, "self", path), "")


def _links(element: Any, relation: str, path: str = "") -> Iterator[str]:
    """The targets of the Atom links of this relation; a link without one is `alternate` (RFC 4287 section 4.2.7.2)."""
    for link in element.findall(f"{path}{ATOM}link"):
        if link.get("rel", "alternate") == relation:
            yield str(link.get("href", ""))
