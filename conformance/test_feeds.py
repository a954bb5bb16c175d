"""Tests of feeds, each in each of its formats: well-formed, valid, with the right media type and the right entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from peertube_conformance.conformance.arrangements.videos import PRIVATE
from peertube_conformance.conformance.execution.feed_parser import KINDS, Feed, read
from peertube_conformance.conformance.execution.feed_validation import ENCLOSURE, faults
from peertube_conformance.conformance.execution.shared_accounts import changer, publisher
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import answered
from peertube_conformance.fixtures.resources.factory import PUBLIC, VideoRef, World
from peertube_conformance.reports import Exchange, Finding

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

_XML = ("application/xml", "text/xml")
_RSS = ("application/rss+xml", *_XML)
_ATOM = ("application/atom+xml", *_XML)
_JSON = ("application/json",)
# Format in the address: the media types that the document lists.
_MEDIA_TYPES = {"xml": _XML, "rss": _RSS, "rss2": _RSS, "atom": _ATOM, "atom1": _ATOM, "json": _JSON, "json1": _JSON}
_VALIDITY = {"rss": "PT-FEED-02", "atom": "PT-FEED-03", "json": "PT-FEED-04"}
_TITLE = 'Ein & zwei <b>"Ünïcode"</b> ]]> 日本'
_TEXT = "A comment & its <b>marks</b>."
each_format = pytest.mark.parametrize("name", list(_MEDIA_TYPES))


@pytest.mark.judges("getSyndicatedVideos")
@each_format
@pytest.mark.requirement("PT-FEED-01")
@pytest.mark.requirement("PT-FEED-02")
@pytest.mark.requirement("PT-FEED-03")
@pytest.mark.requirement("PT-FEED-04")
@pytest.mark.requirement("PT-FEED-06")
@pytest.mark.requirement("PT-FEED-09")
@pytest.mark.requirement("PT-FEED-10")
def test_videos(examine: Examination, name: str) -> None:
    """The videos of a channel: one with a difficult title, and one that is private."""
    published, hidden = _published(examine.world)
    query = {"videoChannelId": int(published.owner.channel_id)}
    exchange = examine.send("getSyndicatedVideos", path={"format": name}, query=query)
    feed = _valid(examine, exchange, name)
    if feed is None:
        return
    examine.agree(
        exchange, "PT-FEED-09", at="/response/body/title", expected=True, actual=_TITLE in feed.titles,
        message="the feed does not contain the title of the video that was published last",
    )  # fmt: skip
    examine.agree(
        exchange, "PT-FEED-10", at="/response/body/items", expected=False, actual=hidden.name in feed.titles,
        message="the feed contains a private video",
    )  # fmt: skip


@pytest.mark.judges("getSyndicatedComments")
@each_format
@pytest.mark.requirement("PT-FEED-11")
def test_comments(examine: Examination, name: str) -> None:
    """The comments under one video."""
    video = _commented(examine.world)
    exchange = examine.send("getSyndicatedComments", path={"format": name}, query={"videoId": video.uuid})
    feed = _valid(examine, exchange, name)
    if feed is not None:
        is_listed = any("A comment &" in entry.text.replace("&amp;", "&") for entry in feed.entries)
        examine.agree(
            exchange, "PT-FEED-11", at="/response/body/items", expected=True, actual=is_listed,
            message="the feed does not contain the comment",
        )  # fmt: skip


@pytest.mark.judges("getSyndicatedSubscriptionVideos")
@each_format
@pytest.mark.requirement("PT-FEED-12")
def test_subscriptions(examine: Examination, name: str) -> None:
    """For the user's own token, and for none that is another's."""
    subscriber, published = _subscribed(examine.world)
    query: dict[str, Any] = {"accountId": int(subscriber.account_id), "token": _token(examine, subscriber)}
    path = {"format": name}
    exchange = examine.send("getSyndicatedSubscriptionVideos", path=path, query=query)
    feed = _valid(examine, exchange, name)
    if feed is not None:
        examine.agree(
            exchange, "PT-FEED-12", at="/response/body/items", expected=True, actual=_TITLE in feed.titles,
            message="the feed does not contain the video of the subscribed channel",
        )  # fmt: skip
    wrong = {"accountId": int(subscriber.account_id), "token": _token(examine, published.owner)}
    exchange = examine.send("getSyndicatedSubscriptionVideos", path=path, query=wrong)
    examine.expect(exchange, 403, requirement="PT-FEED-12", situation="a subscription feed with another user's token")


@pytest.mark.judges("getVideosPodcastFeed")
@pytest.mark.requirement("PT-FEED-05")
def test_podcast(examine: Examination) -> None:
    """The channel as a podcast."""
    published, _ = _published(examine.world)
    query = {"videoChannelId": int(published.owner.channel_id)}
    exchange = examine.send("getVideosPodcastFeed", query=query)
    # Whether enclosures are whole is judged once, for every item.
    feed = _valid(examine, exchange, "rss", but=ENCLOSURE)
    if feed is not None:
        whole = [
            one
            for entry in feed.entries
            for one in entry.enclosures
            if one.url.startswith("http") and one.length.isdigit() and one.media_type
        ]
        examine.agree(
            exchange, "PT-FEED-05", at="/response/body/item/enclosure", expected=len(feed.titles), actual=len(whole),
            message="an item has no enclosure with URL, length and type",
        )  # fmt: skip
        examine.agree(
            exchange, "PT-FEED-05", at="/response/body/item", expected=True, actual=_TITLE in feed.titles,
            message="the podcast does not contain the video",
        )  # fmt: skip


@pytest.mark.judges("getSyndicatedVideos")
@pytest.mark.requirement("PT-FEED-07")
def test_unacceptable(examine: Examination) -> None:
    """Pictures, another format than the one in the address, and every format but with no weight."""
    published, _ = _published(examine.world)
    query = {"videoChannelId": int(published.owner.channel_id)}
    for name, accept in (
        ("xml", "image/png"),
        ("xml", "application/json"),
        ("json", "application/atom+xml"),
        ("atom", "application/rss+xml"),
        ("rss", "application/rss+xml;q=0, text/xml;q=0, application/xml;q=0"),
    ):
        headers = {"Accept": accept}
        exchange = examine.send("getSyndicatedVideos", path={"format": name}, query=query, headers=headers)
        examine.expect(
            exchange, 406, requirement="PT-FEED-07", situation="a feed requested with an unacceptable media type"
        )


@pytest.mark.judges("getSyndicatedVideos")
@pytest.mark.requirement("PT-FEED-08")
def test_acceptable(examine: Examination) -> None:
    """By name, by range, and by weight; each after the other has been sent."""
    published, _ = _published(examine.world)
    query = {"videoChannelId": int(published.owner.channel_id)}
    for name, accept, right in (
        ("rss", "application/rss+xml", ("application/rss+xml",)),
        ("rss", "text/xml", ("text/xml",)),
        ("rss", "application/xml;q=0.9, application/rss+xml;q=0.1", ("application/xml",)),
        ("rss", "text/*", ("text/xml",)),
        ("rss", "*/*", _RSS),
        ("atom", "application/atom+xml, */*;q=0.1", ("application/atom+xml",)),
        ("json", "application/*", _JSON),
    ):
        headers = {"Accept": accept}
        exchange = examine.send("getSyndicatedVideos", path={"format": name}, query=query, headers=headers)
        if examine.expect(
            exchange, 200, requirement="PT-FEED-08", situation="a feed requested with an acceptable media type"
        ):
            examine.agree(
                exchange, "PT-FEED-08", at="/response/headers/content-type", expected=True,
                actual=answered(exchange).media_type in right, message="the media type is not the requested one",
            )  # fmt: skip


def _valid(examine: Examination, exchange: Exchange, name: str, *, but: str = "") -> Feed | None:
    """Parses a feed and reports what is wrong with it, except at one place; None where it is not well-formed."""
    kind = KINDS[name]
    if not examine.expect(exchange, 200, requirement="PT-FEED-01", situation=f"a feed as {name}"):
        return None
    feed = read(answered(exchange))
    if feed is None:
        examine.wrong("PT-FEED-01", exchange, Finding("/response/body", "the feed is not well-formed", kind, name))
        return None
    examine.judged("PT-FEED-01")
    examine.agree(
        exchange, "PT-FEED-06", at="/response/body", expected=kind, actual=feed.kind,
        message="the format of the feed is not the one in the URL",
    )  # fmt: skip
    examine.agree(
        exchange, "PT-FEED-06", at="/response/headers/content-type", expected=True,
        actual=answered(exchange).media_type in _MEDIA_TYPES[name],
        message="the media type does not fit the format of the feed",
    )  # fmt: skip
    found = [(place, fault) for place, fault in faults(feed) if place != but]
    for place, fault in found:
        examine.wrong(_VALIDITY[kind], exchange, Finding(f"/response/body/{place}", fault, "valid", fault))
    if not found and feed.kind == kind:
        examine.judged(_VALIDITY[kind])
    return feed


def _published(world: World) -> tuple[VideoRef, VideoRef]:
    """A video with a difficult title, and a private one, of one new account."""

    def make() -> tuple[VideoRef, VideoRef]:
        owner = publisher(world)
        hidden = world.video(owner, privacy=PRIVATE, fresh=True)
        video = world.video(owner, PUBLIC, fresh=True)
        form: dict[str, Any] = {"path": {"id": video.uuid}, "media_type": "multipart/form-data"}
        world.call("putVideo", owner, body={"name": _TITLE, "description": _TEXT}, **form)
        return video, hidden

    return world.once(("syndicated", "videos"), make)


def _commented(world: World) -> VideoRef:
    def make() -> VideoRef:
        video = world.video(privacy=PUBLIC, fresh=True)
        world.call("addCommentThread", video.owner, path={"id": video.uuid}, body={"text": _TEXT})
        return video

    return world.once(("syndicated", "comments"), make)


def _subscribed(world: World) -> tuple[Account, VideoRef]:
    def make() -> tuple[Account, VideoRef]:
        published, _ = _published(world)
        subscriber = changer(world)
        handle = f"{published.owner.channel_handle}@{world.host}"
        world.call("addSubscription", subscriber, body={"uri": handle})
        there = lambda known: True if known.at(handle).value else None  # noqa: E731
        world.wait_for("getSubscriptionsExist", subscriber, there, query={"uris": [handle]}, breaks="PT-SUBS-01")
        return subscriber, published

    return world.once(("syndicated", "subscriptions"), make)


def _token(examine: Examination, account: Account) -> str:
    token = examine.world.ask("getFeedToken", account).token("feedToken")
    return examine.world.secret(token, f"{account.variable}_FEED_TOKEN")
