"""Feeds: well-formed, in the asked format, with what belongs in them."""

from __future__ import annotations

import feedparser
import pytest
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def owner(person):
    return person()


def channel_of(owner) -> dict:
    return owner("GET", "/users/me").json()["videoChannels"][0]


def titles(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    "kind",
    [
        ("xml", "application/xml", "rss"),
        ("rss", "application/rss+xml", "rss"),
        ("rss2", "application/rss+xml", "rss"),
        ("atom", "application/atom+xml", f"{ATOM}feed"),
        ("atom1", "application/atom+xml", f"{ATOM}feed"),
    ],
)
@pytest.mark.parametrize("what", ["videos", "video-comments"])
def test_xml_feeds_are_what_their_name_says(owner, upload, http, what, kind):
    name, media_type, top = kind
    video = upload(owner, "Tom & <Jerry>", description="A \x0b cat\nand a mouse.", category=16)
    owner("POST", f"/videos/{video['id']}/comment-threads", json={"text": "Squeak \x00 & <run>"})
    answer = http.get(f"/feeds/{what}.{name}")
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert etree.fromstring(answer.content).tag == top
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo
    assert parsed.entries[0].title.startswith("Tom & <Jerry>")
    assert parsed.entries[0].link.startswith("http://localhost:9000/w/")
    assert http.get(f"/feeds/{what}.pdf").status_code == 400


def test_atom_has_what_rfc_4287_requires(owner, upload, http):
    upload(owner, "Entry", category=16)
    root = etree.fromstring(http.get("/feeds/videos.atom").content)
    for element in (root, root.find(f"{ATOM}entry")):
        for name in ("id", "title", "updated", "author"):
            assert element.find(ATOM + name) is not None, (element.tag, name)
    assert root.find(f"{ATOM}entry/{ATOM}category").get("term") == "Animals"
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == "http://localhost:9000/feeds/videos.atom"


def test_a_feed_tells_where_the_file_is(owner, upload, http):
    upload(owner, "Played")
    item = http.get("/feeds/videos.json").json()["items"][0]
    assert http.get(item["attachments"][0]["url"]).status_code == 200
    entry = feedparser.parse(http.get("/feeds/videos.rss").content).entries[0]
    assert http.get(entry.enclosures[0].href).status_code == 200


@pytest.mark.parametrize(
    ("name", "accept", "media_type"),
    [
        ("xml", "text/xml", "text/xml"),
        ("xml", "text/xml;q=0.5, application/xml", "application/xml"),
        ("rss", "*/*", "application/rss+xml"),
        ("rss", "text/*", "text/xml"),
        ("json", "application/*;q=0.1", "application/json"),
        ("json", "text/html", None),
        ("atom", "application/json", None),
        ("xml", "application/xml;q=0, text/xml;q=0", None),
    ],
)
def test_the_media_type_is_negotiated(http, name, accept, media_type):
    answer = http.get(f"/feeds/videos.{name}", headers={"Accept": accept})
    if media_type is None:
        assert answer.status_code == 406
    else:
        assert answer.headers["content-type"].partition(";")[0] == media_type


def test_only_public_videos_and_their_comments_are_in_feeds(owner, upload, http):
    for privacy, name in ((1, "Public"), (2, "Unlisted"), (3, "Private"), (4, "Internal")):
        video = upload(owner, name, privacy)
        owner("POST", f"/videos/{video['id']}/comment-threads", json={"text": "Hello"})
    assert titles(http.get("/feeds/videos.json")) == ["Public"]
    assert titles(http.get("/feeds/video-comments.json")) == ["Public - person0"]


def test_feeds_are_filtered_and_sorted(owner, person, upload, http):
    other = person()
    for who, name in ((owner, "Bees"), (owner, "Ants"), (other, "Cats")):
        upload(who, name)
    channel, handle = channel_of(owner), f"{channel_of(other)['name']}@localhost:9000"
    assert titles(http.get("/feeds/videos.json")) == ["Cats", "Ants", "Bees"]
    assert titles(http.get("/feeds/videos.json?sort=name")) == ["Ants", "Bees", "Cats"]
    assert titles(http.get(f"/feeds/videos.json?videoChannelId={channel['id']}")) == ["Ants", "Bees"]
    assert titles(http.get(f"/feeds/videos.json?videoChannelName={handle}")) == ["Cats"]
    assert titles(http.get(f"/feeds/videos.json?accountName={other.name}")) == ["Cats"]
    for query in ("accountId=999", "accountName=nobody", "videoChannelId=999", "videoChannelName=nothing"):
        assert http.get(f"/feeds/videos.json?{query}").status_code == 404
    podcast = feedparser.parse(http.get(f"/feeds/podcast/videos.xml?videoChannelId={channel['id']}").content)
    assert [entry.title for entry in podcast.entries] == ["Ants", "Bees"]
    assert http.get("/feeds/podcast/videos.xml").status_code == 400
    assert http.get("/feeds/podcast/videos.xml?videoChannelId=999").status_code == 404


def test_comments_of_one_video_are_for_who_may_see_it(owner, person, upload, http):
    public, hidden = upload(owner, "Public"), upload(owner, "Private", 3)
    for video in (public, hidden):
        owner("POST", f"/videos/{video['id']}/comment-threads", json={"text": video["uuid"]})

    def got(video, by=None, more: str = ""):
        bearer = {"Authorization": f"Bearer {by.tokens['access_token']}"} if by else {}
        return http.get(f"/feeds/video-comments.json?videoId={video['uuid']}{more}", headers=bearer)

    assert [item["content_html"] for item in got(public).json()["items"]] == [f"<p>{public['uuid']}</p>"]
    assert [got(hidden, by).status_code for by in (owner, None, person())] == [200, 401, 403]
    assert got(public, more=f"&videoChannelId={channel_of(owner)['id']}").status_code == 400
    assert http.get("/feeds/video-comments.json?videoId=0").status_code == 400


def test_a_subscription_feed_opens_with_its_token_alone(owner, person, upload, http, clock):
    reader = person()
    reader("POST", "/users/me/subscriptions", json={"uri": f"{channel_of(owner)['name']}@localhost:9000"})
    clock.advance(seconds=1)
    upload(owner, "Followed")
    clock.advance(seconds=1)
    upload(owner, "For users", privacy=4)
    upload(owner, "For me", privacy=3)
    upload(reader, "My own")
    token = reader("GET", "/users/scoped-tokens").json()["feedToken"]
    account = reader("GET", "/users/me").json()["account"]["id"]
    path = f"/feeds/subscriptions.json?accountId={account}&token="
    assert titles(http.get(path + token)) == ["For users", "Followed"]
    assert http.get(path + "wrong").status_code == 403
    renewed = reader("POST", "/users/scoped-tokens").json()["feedToken"]
    assert [http.get(path + one).status_code for one in (token, renewed)] == [403, 200]
    assert http.get(f"/feeds/subscriptions.json?accountId=999&token={token}").status_code == 404
