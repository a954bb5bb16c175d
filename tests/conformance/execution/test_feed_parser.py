"""Feeds of the three kinds are read alike, and judged each by its own rules."""

from __future__ import annotations

import json

import httpx
import pytest

from peertube_conformance.conformance.execution.feed_parser import Enclosure, Entry, read
from peertube_conformance.conformance.execution.feed_validation import faults
from peertube_conformance.reports import Response

RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Videos</title><link>https://my.instance</link><description>New</description>
<atom:link href="https://my.instance/feeds/videos.xml" rel="self"/>
<item><title> One &amp; two </title><link>https://my.instance/w/1</link><description>Text</description><guid>1</guid>
<enclosure url="https://my.instance/1.mp4" length="5" type="video/mp4"/></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:1</id><title>Videos</title><updated>2026-01-02T03:04:05Z</updated>
<author><name>ann</name></author>
<link href="https://my.instance/feeds/videos.xml" rel="self"/><link href="https://my.instance"/>
<entry><id>urn:2</id><title>One &amp; two</title><updated>2026-01-02T03:04:05Z</updated><summary>Text</summary>
<link rel="enclosure" href="https://my.instance/1.mp4"/><link href="https://my.instance/w/1"/></entry></feed>"""
JSON = {
    "version": "https://jsonfeed.org/version/1",
    "title": "Videos",
    "feed_url": "https://my.instance/feeds/videos.xml",
    "items": [{"id": "1", "url": "https://my.instance/w/1", "title": "One & two", "content_text": "Text"}],
}
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/json"}
TEXTS = {"rss": RSS, "atom": ATOM, "json": json.dumps(JSON)}


def answer(text: str, media_type: str) -> Response:
    return Response(200, httpx.Headers({"Content-Type": media_type}), text.encode(), 0.1)


@pytest.mark.parametrize("kind", TYPES)
def test_a_sound_feed_is_read_whatever_its_kind(kind: str) -> None:
    feed = read(answer(TEXTS[kind], TYPES[kind]))
    assert feed is not None
    assert (feed.kind, feed.address) == (kind, "https://my.instance/feeds/videos.xml")
    files = (Enclosure("https://my.instance/1.mp4", "5", "video/mp4"),) if kind == "rss" else ()
    assert feed.entries == (Entry("https://my.instance/w/1", "One & two", "Text", files),)
    assert faults(feed) == []


@pytest.mark.parametrize(("text", "media_type"), [("<rss", TYPES["rss"]), ("{", TYPES["json"]), ("", TYPES["atom"])])
def test_what_is_not_well_formed_is_no_feed(text: str, media_type: str) -> None:
    assert read(answer(text, media_type)) is None


@pytest.mark.parametrize(
    ("text", "media_type"), [("<html/>", "text/html"), ("[1]", TYPES["json"]), ('{"items": []}', TYPES["json"])]
)
def test_another_document_is_a_feed_of_no_kind(text: str, media_type: str) -> None:
    feed = read(answer(text, media_type))
    assert feed is not None
    assert (feed.kind, feed.entries, faults(feed)) == ("", (), [])


@pytest.mark.parametrize(
    ("kind", "sound", "broken", "fault"),
    [
        ("rss", 'version="2.0"', 'version="1.0"', ("rss", "the version is not 2.0")),
        ("rss", 'length="5"', 'length="x"', ("item/enclosure", "an enclosure has no URL, length or type")),
        ("atom", "<id>urn:2</id>", "<id>urn:2</id><id>urn:3</id>", ("entry/id", "this element must occur exactly once")),
        ("atom", "<id>urn:2</id>", "<id>2</id>", ("entry/id", "the id is not an absolute IRI")),
        ("json", '"id": "1"', '"id": ""', ("items/id", "an item has no id")),
        ("json", '"title": "Videos", ', "", ("title", "the feed has no title")),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(kind: str, sound: str, broken: str, fault: tuple[str, str]) -> None:
    feed = read(answer(TEXTS[kind].replace(sound, broken), TYPES[kind]))
    assert feed is not None
    assert fault in faults(feed)
