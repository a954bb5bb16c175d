"""Steps of the subscriptions flow about new videos and their notifications."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.rule_decorators import stage
from peertube_conformance.stateful.subscriptions import model
from peertube_conformance.stateful.subscriptions.base_flow import CHANNELS, Followers
from peertube_conformance.stateful.subscriptions.model import Clip, Notice

_MOST_CLIPS = 4
# An upload is announced, if at all, within so many times as long as earlier announcements took.
_LAGS = 3.0
_DELIVERIES = (model.WEB, model.WEB | model.MAIL, model.MAIL, 0)
_READ, _ALL_READ, _UNREAD, _OWN = "PT-NOTIF-06", "PT-NOTIF-07", "PT-NOTIF-08", "PT-NOTIF-09"
channels = st.integers(0, CHANNELS - 1)
numbers = st.integers(0, _MOST_CLIPS - 1)
not_public = st.sampled_from([model.PRIVATE, model.UNLISTED, model.INTERNAL])


class News(Followers):
    """The steps of a publisher, and what a follower does with notices. No flow by itself."""

    # The requirement that the last step on notifications was about.
    because_read = _ALL_READ

    # Videos

    @precondition(lambda self: self.following.made < _MOST_CLIPS)
    @stage(channel=channels)
    def upload_public(self, channel: int) -> None:
        """Upload a public video."""
        self.upload_news(channel, model.PUBLIC)

    @precondition(lambda self: self.following.made < _MOST_CLIPS)
    @stage(channel=channels, privacy=not_public)
    def upload_hidden(self, channel: int, privacy: int) -> None:
        """Upload a video that is not public."""
        self.upload(channel, privacy)

    @precondition(lambda self: self.following.publishable())
    @stage(number=numbers)
    def publish(self, number: int) -> None:
        """Make a video public that never was."""
        clip = _chosen(self.following.publishable(), number)
        # Servers announce uploads a little later, and only then check who may see the video and who wants
        # notifications.
        lag = max(0.0, clip.uploaded + _LAGS * self.lag - time.monotonic())
        self.world.deadline.sleep(lag, "the notifications about an uploaded video")
        self._announced(clip, self._change(clip, model.PUBLIC), later=True)

    @precondition(lambda self: self.following.hideable())
    @stage(number=numbers, privacy=st.sampled_from([model.PRIVATE, model.UNLISTED]))
    def hide(self, number: int, privacy: int) -> None:
        """Make a public video private or unlisted."""
        clip = _chosen(self.following.hideable(), number)
        self._change(clip, privacy)
        self.following.kept(clip, self.notified_of())

    @precondition(lambda self: self.following.there())
    @stage(number=numbers)
    def delete_video(self, number: int) -> None:
        """Delete a video."""
        clip = _chosen(self.following.there(), number)
        self.world.call("delVideo", self.publisher, path={"id": clip.uuid})
        clip.is_there = False
        self.following.kept(clip, self.notified_of())

    def upload_news(self, channel: int, privacy: int) -> None:
        """Uploads a video that is public, at once or a little later."""
        clip, answer = self.upload(channel, privacy)
        if privacy != model.PUBLIC:
            answer = self._change(clip, model.PUBLIC)
        self._announced(clip, answer, later=privacy != model.PUBLIC)

    def _change(self, clip: Clip, privacy: int) -> Exchange:
        clip.privacy = privacy
        return self.world.call("putVideo", self.publisher, path={"id": clip.uuid}, body={"privacy": privacy})

    def _announced(self, clip: Clip, answer: Exchange, *, later: bool) -> None:
        began = time.monotonic()
        is_notified = self.following.published(clip, later=later)
        self.eventually(lambda: clip.number in self.notified_of(self.other), True)
        self.lag = max(self.lag, time.monotonic() - began)
        if is_notified:
            seen = self.eventually(lambda: clip.number in self.notified_of(), True)
            requirement = model.PUBLISHED_LATER if later else model.NOTIFIED
            message = "a follower of the channel is not notified of a video that became public"
            self.agree(answer, requirement, at="/notices", expected=True, actual=seen, message=message)
        if self.world.mailbox_or_none is not None:
            wanted = self.following.mails(clip)
            mails = self.eventually(lambda: self.mails_about(clip), wanted)
            message = "the number of emails about a new video is wrong"
            self.agree(answer, model.DELIVERY, at="/mails", expected=wanted, actual=mails, message=message)

    # Notices

    @stage(where=st.sampled_from(_DELIVERIES))
    def choose_delivery(self, where: int) -> None:
        """Choose where new videos are announced: 0 nowhere, 1 in the web interface, 2 by mail, 3 both."""
        answer = self.send("putMyNotificationSettings", self.reader, body=self.delivering(where))
        if self.expect(answer, 204, requirement=model.DELIVERY, situation="changing the notification settings"):
            self.following.where = where
        answer = self.send("getUserInfo", self.reader)
        self.same(
            answer,
            model.DELIVERY,
            "notificationSettings",
            (self.delivering(self.following.where), Answer.of(answer).at("notificationSettings").value),
            "the notification settings are not the ones written last",
        )

    @precondition(lambda self: not all(notice.read for notice in self.following.notices))
    @stage(which=st.sampled_from(["newest", "oldest", "all"]))
    def check_off(self, which: str) -> None:
        """Mark one notification or all of them as read; one after another user tried to."""
        if which == "all":
            answer = self.send("markAllMyNotificationsRead", self.reader)
            self.expect(answer, 204, requirement=_ALL_READ, situation="marking all notifications as read")
            self.because_read = _ALL_READ
            for notice in self.following.notices:
                notice.read = True
            return
        notice = self.following.notices[-1 if which == "oldest" else 0]
        body = {"ids": [self.name(self._listed_notice(notice).number("id"), "NOTIFICATION_ID")]}
        answer = self.send("markMyNotificationsRead", self.other, body=body)
        self.expect(answer, 204, requirement=_OWN, situation="marking another user's notification as read")
        answer = self.send("markAllMyNotificationsRead", self.other)
        self.expect(answer, 204, requirement=_OWN, situation="marking all of one's own notifications as read")
        is_read = self._listed_notice(notice).at("read").value
        message = "another user's request marked a notification as read"
        self.same(answer, _OWN, "data/*/read", (notice.read, is_read), message)
        answer = self.send("markMyNotificationsRead", self.reader, body=body)
        self.expect(answer, 204, requirement=_READ, situation="marking a notification as read")
        notice.read, self.because_read = True, _READ

    def _listed_notice(self, notice: Notice) -> Answer:
        answer, listed = self.notices()
        found = [one for one in listed if self.numbered([one.at("video")]) == [notice.clip]]
        message = "a notification is no longer listed"
        self.same(answer, model.NOTIFIED, "data/*/video", (True, bool(found)), message)
        if not found:
            raise Answer.of(answer).at("data").unlike("an array with a notification that was listed before")
        return found[-1]

    @invariant()
    def the_reader_was_told_what_is_new(self) -> None:
        """Compare the notifications with the model, then the unread ones."""
        is_ = self.following
        answer, listed = self.notices()
        if not self.expect(answer, 200, requirement=_UNREAD, situation="listing one's notifications"):
            return
        listed = self._once_each(answer, listed)
        notified = self.numbered(notice.at("video") for notice in listed)
        self.none_of(
            answer, is_.not_notified(), "data/*/video", notified, "the reader is notified of videos that are not new"
        )
        expected = [notice.clip for notice in is_.notices]
        self.same(
            answer,
            model.NOTIFIED,
            "data/*/video",
            (expected, notified),
            "the wrong notifications are listed, or not newest first",
        )
        seen = {number: notice.at("read").value for number, notice in zip(notified, listed, strict=True)}
        read = {notice.clip: notice.read for notice in is_.notices}
        self.same(answer, self.because_read, "data/*/read", (read, seen), "the wrong notifications are marked as read")
        self._unread({notice.number("id") for notice in listed})

    def _once_each(self, answer: Exchange, listed: list[Answer]) -> list[Answer]:
        """The notifications without those that repeat an older one.

        Where that is a known deviation, the repeated ones are ignored from here on.
        """
        notified = self.numbered(notice.at("video") for notice in listed)
        again = [place for place, number in enumerate(notified) if number in notified[place + 1 :]]
        for requirement, clips in self.following.notified().items():
            repeated = [notified[place] for place in again if notified[place] in clips]
            if clips:
                message = "the reader is notified twice of the same video"
                self.same(answer, requirement, "data/*/video/again", ([], repeated), message)
        self.old |= {listed[place].number("id") for place in again}
        return [notice for place, notice in enumerate(listed) if place not in again]

    def _unread(self, listed: Collection[int]) -> None:
        answer = self.send("listMyNotifications", self.reader, query={"count": 100, "unread": True})
        if not self.expect(answer, 200, requirement=_UNREAD, situation="listing one's unread notifications"):
            return
        data, total = list(Answer.of(answer).items("data")), Answer.of(answer).at("total").value
        unread = self.numbered(notice.at("video") for notice in data if notice.number("id") in listed)
        expected = [notice.clip for notice in self.following.notices if not notice.read]
        self.same(answer, _UNREAD, "data/*/video", (expected, unread), "the wrong notifications are listed as unread")
        self.same(answer, _UNREAD, "total", (len(data), total), "total of unread notifications is wrong")

    def none_of(
        self, answer: Exchange, unwanted: Mapping[str, list[int]], at: str, seen: Collection[int], message: str
    ) -> None:
        """Compares a list with the videos that it must not contain, by requirement."""
        for requirement, forbidden in unwanted.items():
            if forbidden:
                self.same(answer, requirement, at, ([], sorted({*seen} & {*forbidden})), message)


def _chosen(clips: list[Clip], number: int) -> Clip:
    return clips[number % len(clips)]
