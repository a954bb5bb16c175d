"""Flow of subscriptions to channels: their lists, feeds and notifications.

Reference, "My Subscriptions", "Video Feeds", "My Notifications".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition

from peertube_conformance.conformance.execution.feed_parser import KINDS, Feed, read
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer, answered
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.subscriptions import model, notification_steps
from peertube_conformance.stateful.subscriptions.base_flow import CHANNELS

_LOOKED_UP, _FED, _LOCKED, _RENEWED, _REMEMBERED, _ADDRESS = (
    "PT-SUBS-06",
    "PT-SUBS-07",
    "PT-SUBS-08",
    "PT-SUBS-09",
    "PT-SUBS-10",
    "PT-SUBS-11",
)
channels = st.integers(0, CHANNELS - 1)


class Subscriptions(notification_steps.News):
    """Users get lists, feeds and notifications of what is new in the channels that they follow, and nothing else."""

    about = (
        "addSubscription",
        "listSubscriptions",
        "deleteSubscription",
        "listSubscriptionVideos",
        "getSyndicatedSubscriptionVideos",
        "renewFeedToken",
        "listMyNotifications",
        "markMyNotificationsRead",
        "markAllMyNotificationsRead",
        "putMyNotificationSettings",
    )
    examples: ClassVar[Mapping[str, int]] = {"smoke": 2, "standard": 5, "thorough": 30}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 8, "standard": 18, "thorough": 30}

    @initialize(at_first=st.sampled_from([model.PUBLIC, model.PRIVATE, model.UNLISTED]))
    def begin(self, at_first: int) -> None:
        """The model: the reader follows the first of two channels, where two videos become public.

        Another user follows both.
        """
        self.prepare()
        self.follow(self.reader, 0)
        self.following.followed.append(0)
        # The requirement that the last step on subscriptions was about.
        self.because = model.SUBSCRIBED
        self.upload_news(0, at_first)
        self.upload_news(0, model.PUBLIC)

    # Following

    @stage(channel=channels)
    def subscribe(self, channel: int) -> None:
        """Subscribe to a channel, perhaps again."""
        answer = self.send("addSubscription", self.reader, body={"uri": self.handles[channel]})
        if not self.expect(answer, 204, requirement=model.SUBSCRIBED, situation="subscribing to a channel"):
            return
        self.because = model.SUBSCRIBED
        if channel in self.following.followed:
            self.follow_anew()
        else:
            self.following.followed.append(channel)
            self.eventually(lambda: self._follows(self.reader)[1][channel], True)

    @precondition(lambda self: self.following.followed)
    @stage(number=channels)
    def unsubscribe(self, number: int) -> None:
        """Unsubscribe from a channel."""
        followed = self.following.followed
        channel = followed[number % len(followed)]
        path = {"subscriptionHandle": self.handles[channel]}
        answer = self.send("deleteSubscription", self.reader, path=path)
        if not self.expect(answer, 204, requirement=model.UNSUBSCRIBED, situation="unsubscribing from a channel"):
            return
        followed.remove(channel)
        self.because = model.UNSUBSCRIBED
        answer, follows = self._follows(self.other)
        message = "unsubscribing changed another user's subscriptions"
        self.same(answer, model.UNSUBSCRIBED, "*", ([True] * CHANNELS, follows), message)

    def _follows(self, account: Account) -> tuple[Exchange, list[bool]]:
        """Whether an account is subscribed to each of the channels."""
        answer = self.send("getSubscriptionsExist", account, query={"uris": self.handles[:CHANNELS]})
        known = Answer.of(answer)
        return answer, [bool(known.at(handle).value) for handle in self.handles[:CHANNELS]]

    @precondition(lambda self: self.following.followed)
    @stage(channel=channels, newest_first=st.booleans())
    def look_up(self, channel: int, newest_first: bool) -> None:
        """List the subscriptions in an order, and search them for one channel."""
        order = self.following.followed[:: -1 if newest_first else 1]
        name = self.handles[channel].partition("@")[0]
        for query, expected in (
            ({"sort": "-createdAt" if newest_first else "createdAt"}, order),
            ({"search": name}, [number for number in order if number == channel]),
        ):
            answer = self.send("listSubscriptions", self.reader, query=query)
            if self.expect(answer, 200, requirement=_LOOKED_UP, situation="looking up subscriptions"):
                message = f"the subscriptions found by {', '.join(query)} are wrong"
                self.same(answer, _LOOKED_UP, "data/*/name", (expected, self._listed(answer)), message)

    def _listed(self, answer: Exchange) -> list[int]:
        """The numbers of the channels that a response lists, -1 for one that is not of this walk."""
        known = {handle.partition("@")[0]: number for number, handle in enumerate(self.handles)}
        return [known.get(channel.text("name"), -1) for channel in Answer.of(answer).items("data")]

    @invariant()
    def the_reader_finds_what_is_followed(self) -> None:
        """Compare the subscriptions with the model."""
        answer = self.send("listSubscriptions", self.reader, query={"count": 100})
        if not self.expect(answer, 200, requirement=self.because, situation="listing one's subscriptions"):
            return
        listed, wanted = self._listed(answer), sorted(self.following.followed)
        self.same(
            answer, self.because, "data/*/name", (wanted, sorted({*listed})), "the wrong subscriptions are listed"
        )
        self.same(
            answer, model.ONCE, "data/*/name", (wanted, sorted(listed)), "the subscriptions are not listed once each"
        )
        total = Answer.of(answer).at("total").value
        self.same(answer, model.ONCE, "total", (len(wanted), total), "total of subscriptions is wrong")
        answer, follows = self._follows(self.reader)
        exist = [number in wanted for number in range(CHANNELS)]
        self.same(answer, self.because, "*", (exist, follows), "the wrong channels are reported as subscribed to")

    @invariant()
    def the_reader_finds_what_is_new(self) -> None:
        """Compare the videos of the subscriptions with the model."""
        query = {"count": 100, "sort": "-publishedAt"}
        answer = self.send("listSubscriptionVideos", self.reader, query=query)
        if not self.expect(answer, 200, requirement=model.VIDEOS, situation="listing videos of subscriptions"):
            return
        found = Answer.of(answer)
        videos, total = list(found.items("data")), found.at("total").value
        self._only_what_is_to_be_seen(answer, "data", self.numbered(videos), model.VIDEOS)
        dates = [video.text("publishedAt") for video in videos]
        self.same(
            answer,
            model.VIDEOS,
            "data",
            (sorted(dates, reverse=True), dates),
            "the videos are not sorted by date, newest first",
        )
        self.same(answer, model.VIDEOS, "total", (len(videos), total), "total of videos is wrong")

    def _only_what_is_to_be_seen(self, answer: Exchange, at: str, shown: list[int], requirement: str) -> None:
        wanted = sorted(self.following.visible())
        self.none_of(answer, self.following.not_listed(), at, shown, "videos are listed that must not be listed")
        self.same(answer, requirement, at, (wanted, sorted(shown)), "the wrong videos of subscriptions are listed")

    # Feeds

    @stage(form=st.sampled_from(tuple(KINDS)))
    def read_feed(self, form: str) -> None:
        """Read the feed, then try it with tokens that do not belong to it."""
        token = self.feed_token(self.reader)
        answer = self._asked(form, self.reader, token)
        feed = self._fed(answer, form, _FED)
        if feed is None:
            return
        clips = {clip.short_uuid: clip for clip in self.following.clips.values()}
        shown = [clips.get(entry.link.rpartition("/")[2]) for entry in feed.entries]
        numbers = [clip.number if clip else 0 for clip in shown]
        self._only_what_is_to_be_seen(answer, "*/link", numbers, _FED)
        titles = [clip.name for clip in shown if clip]
        self.same(answer, _FED, "*/title", (titles, feed.titles), "the titles in the feed are not those of the videos")
        stem = urlsplit(feed.address).path.rpartition(".")[0]
        self.same(answer, _ADDRESS, "self", ("/feeds/subscriptions", stem), "the feed's self link has a wrong path")
        others = self.feed_token(self.other)
        self._refused(form, self.reader, others, _LOCKED, "a feed with another user's token")
        self._refused(form, self.other, token, _LOCKED, "another user's feed with one's own token")

    @stage(form=st.sampled_from(tuple(KINDS)))
    def renew_token(self, form: str) -> None:
        """Replace the feed token, and try the old one on a new address, then on one that was read with it."""
        old, reading = self.feed_token(self.reader), self.world.unique("reading")
        self._fed(self._asked(form, self.reader, old, reading), form, _FED)
        answer = self.send("renewFeedToken", self.reader)
        if not self.expect(answer, 200, requirement=_RENEWED, situation="replacing the feed token"):
            return
        new = self.feed_token(self.reader)
        self.same(answer, _RENEWED, "feedToken", (False, new == old), "the new feed token is equal to the old one")
        self._fed(self._asked(form, self.reader, new), form, _RENEWED)
        self._refused(form, self.reader, old, _RENEWED, "the feed with a replaced token")
        situation = "the same feed URL as before its token was replaced"
        self._refused(form, self.reader, old, _REMEMBERED, situation, reading=reading)

    def _asked(self, form: str, account: Account, token: str, reading: str = "") -> Exchange:
        """Requests a feed; servers cache feeds by their whole address, so each reading gets one of its own."""
        reading = reading or self.world.unique("reading")
        query = {"accountId": account.account_id, "token": token, "reading": reading}
        return self.send("getSyndicatedSubscriptionVideos", path={"format": form}, query=query)

    def _fed(self, answer: Exchange, form: str, requirement: str) -> Feed | None:
        if not self.expect(answer, 200, requirement=requirement, situation="the feed with its token"):
            return None
        feed = read(answered(answer))
        if feed and feed.kind != KINDS[form]:
            feed = None
        self.same(
            answer, requirement, "", ("a feed", "a feed" if feed else "none"), f"the response is not a {form} feed"
        )
        return feed

    def _refused(
        self, form: str, account: Account, token: str, requirement: str, situation: str, *, reading: str = ""
    ) -> None:
        answer = self._asked(form, account, token, reading)
        self.expect(answer, 403, requirement=requirement, situation=situation)


@pytest.mark.requirement(
    "PT-NOTIF-01", "PT-NOTIF-02", "PT-NOTIF-03", "PT-NOTIF-04", "PT-NOTIF-05", "PT-NOTIF-06", "PT-NOTIF-07",
    "PT-NOTIF-08", "PT-NOTIF-09", "PT-SUBS-01", "PT-SUBS-02", "PT-SUBS-03", "PT-SUBS-04", "PT-SUBS-05",
    "PT-SUBS-06", "PT-SUBS-07", "PT-SUBS-08", "PT-SUBS-09", "PT-SUBS-10", "PT-SUBS-11",
)  # fmt: skip
def test_subscriptions(walk: Callable[[type[Flow]], None]) -> None:
    """My Subscriptions, Video Feeds, My Notifications."""
    walk(Subscriptions)
