"""Reads syndication feeds: RSS 2.0, Atom (RFC 4287), JSON Feed 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from peertube_conformance.reports import Response

FORMS = ("xml", "rss", "rss2", "atom", "atom1", "json", "json1")
_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one video: its address and its title."""

    link: str
    title: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: the address that it gives as its own, and its entries in their order."""

    address: str
    entries: tuple[Entry, ...]


def parsed(response: Response, form: str) -> Feed | None:
    """The feed in an answer to a request for this form; None where it is none."""
    if form.startswith("json"):
        return _json(response.json) if response.has_json else None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(response.body, parser)
    except etree.XMLSyntaxError:
        return None
    return _atom(root) if form.startswith("atom") else _rss(root)


def _json(feed: Any) -> Feed | None:
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return None
    return Feed(
        str(feed.get("feed_url", "")),
        tuple(Entry(str(item.get("url", "")), str(item.get("title", ""))) for item in feed["items"]),
    )


def _rss(root: Any) -> Feed | None:
    channel = root.find("channel") if root.tag == "rss" else None
    if channel is None:
        return None
    entries = (
        Entry(item.findtext("link") or "", item.findtext("title") or "") for item in channel.iter("item")
    )
    return Feed(_own_address(channel), tuple(entries))


def _atom(root: Any) -> Feed | None:
    if root.tag != f"{_ATOM}feed":
        return None
    return Feed(_own_address(root), tuple(_atom_entries(root)))


def _atom_entries(root: Any) -> Iterator[Entry]:
    for entry in root.iter(f"{_ATOM}entry"):
        links = [
            str(link.get("href", ""))
            for link in entry.iter(f"{_ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        ]
        yield Entry(next(iter(links), ""), entry.findtext(f"{_ATOM}title") or "")


def _own_address(element: Any) -> str:
    links = (link.get("href", "") for link in element.findall(f"{_ATOM}link") if link.get("rel") == "self")
    return str(next(links, ""))
