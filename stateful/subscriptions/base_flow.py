"""Base of the subscriptions flow: a publisher with two channels, a reader who follows them, and another user."""

from __future__ import annotations

import time
from collections.abc import Iterable

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.bounded import at_most
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.request_draft import Upload
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.variables import NamedNumber, NamedText
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.subscriptions import model
from peertube_conformance.stateful.subscriptions.model import Clip, Following

CHANNELS = 2
# The number of a channel that only the other account follows.
_ASIDE = CHANNELS
_PUBLISHED, _NEW_VIDEO = 1, 1
_MOST = 100
_ALL = {"count": _MOST}
# A list may show a channel once more for each time that it was subscribed to.
_ROUNDS = 3


class Followers(Flow):
    """The accounts, channels and videos of a walk, and what a reader of them observes. No flow by itself."""

    def prepare(self) -> None:
        """Resets the reader: no subscriptions, no unread notifications, and delivery in the web interface."""
        self.reader, self.other = self.account("subscriber"), self.account("other subscriber")
        self.publisher = self.account("publisher")
        self.handles = self.once("channels", self._channels)
        self.following = Following()
        self.tokens, self.lag = 0, 0.0
        with self.aside():
            self._forget()
            followed = self._followed_by(self.other)
        missing = [number for number, handle in enumerate(self.handles) if handle not in followed]
        if missing:
            self.follow(self.other, *missing)

    def _forget(self) -> None:
        listed = self.world.ask("listMyVideos", self.publisher, query=_ALL).items("data")
        for video in at_most(listed, _MOST):
            self.world.call("delVideo", self.publisher, path={"id": video.text("uuid")})
        self._unsubscribe_reader()
        self.settings = self.world.ask("getUserInfo", self.reader).members("notificationSettings")
        self.world.call("putMyNotificationSettings", self.reader, body=self.delivering(model.WEB))
        self.world.call("markAllMyNotificationsRead", self.reader)
        notices = self.world.ask("listMyNotifications", self.reader, query=_ALL)
        self.old = {notice.number("id") for notice in notices.items("data")}

    def _unsubscribe_reader(self) -> None:
        """Unsubscribes the reader.

        Where a server keeps a deleted subscription, which is for a rule to find, the walk gets another reader.
        """
        for _ in range(_ROUNDS):
            followed = {*self._followed_by(self.reader)}
            if not followed:
                return
            for handle in at_most(followed, _MOST):
                self.world.call("deleteSubscription", self.reader, path={"subscriptionHandle": handle})
        self.reader = self.fresh_account("subscriber")

    def _channels(self) -> list[NamedText]:
        first = self.world.channel(self.publisher)
        more = [self.world.channel(self.publisher, fresh=True) for _ in range(_ASIDE)]
        return [
            NamedText(f"{channel.handle}@{self.world.host}", f"CHANNEL_{number}")
            for number, channel in enumerate([first, *more])
        ]

    def _followed_by(self, account: Account) -> list[str]:
        listed = self.fetch("listSubscriptions", account, {"data": [{"name": str, "host": str}]}, query=_ALL)["data"]
        return [f"{channel['name']}@{channel['host']}" for channel in listed]

    def follow(self, actor: Account, *numbers: int) -> None:
        """Subscribes an account to channels, and waits until that is done."""
        handles = [self.handles[number] for number in numbers]
        for handle in handles:
            self.world.call("addSubscription", actor, body={"uri": handle})
        self.poll(
            "getSubscriptionsExist",
            actor,
            lambda known: True if all(known.at(handle).value for handle in handles) else None,
            query={"uris": handles},
            breaks="PT-SUBS-01",
        )

    def follow_anew(self) -> None:
        """Subscribes to a spare channel again and waits for it: earlier subscriptions are then done, too."""
        handle = self.handles[_ASIDE]
        self.world.call("deleteSubscription", self.other, path={"subscriptionHandle": handle})
        self.follow(self.other, _ASIDE)

    def delivering(self, where: int) -> dict[str, int]:
        """The reader's settings with this one for new videos."""
        return {**self.settings, "newVideoFromSubscription": where}

    def upload(self, channel: int, privacy: int) -> tuple[Clip, Exchange]:
        """Publishes a video in a channel; returns it and the exchange that created it."""
        name = self.world.unique("clip")
        content = self.world.media.mp4(seed=self.world.random.getrandbits(16))
        body = {
            "channelId": self._channel_id(channel),
            "name": name,
            "privacy": privacy,
            "videofile": Upload(f"{name}.mp4", "video/mp4", content),
        }
        exchange = self.world.call("uploadLegacy", self.publisher, body=body, media_type="multipart/form-data")
        video = Answer.of(exchange).at("video")
        self.following.made += 1
        clip = Clip(
            number=self.following.made,
            channel=channel,
            name=name,
            privacy=privacy,
            id=video.number("id"),
            uuid=self.name(video.text("uuid"), "VIDEO_UUID"),
            short_uuid=video.text("shortUUID"),
            uploaded=time.monotonic(),
        )
        published = lambda seen: True if seen.number("state", "id") == _PUBLISHED else None  # noqa: E731
        self.poll("getVideo", self.publisher, published, path={"id": clip.uuid})
        self.following.clips[clip.number] = clip
        return clip, exchange

    def _channel_id(self, number: int) -> int:
        handle = str(self.handles[number]).partition("@")[0]
        made = self.once(
            f"channel {number}",
            lambda: self.world.ask("getVideoChannel", self.publisher, path={"channelHandle": handle}).number("id"),
        )
        return NamedNumber(made, f"CHANNEL_{number}_ID")

    def numbered(self, videos: Iterable[Answer]) -> list[int]:
        """The numbers of videos that an answer lists, 0 for one that is not of this walk."""
        by_uuid = {clip.uuid: clip.number for clip in self.following.clips.values()}
        return [by_uuid.get(video.text("uuid"), 0) for video in videos]

    def notices(self, account: Account | None = None) -> tuple[Exchange, list[Answer]]:
        """The listed notifications of the reader (or another account) about new videos of this walk."""
        answer = self.send("listMyNotifications", account or self.reader, query=_ALL)
        listed = Answer.of(answer).items("data") if answer.status == 200 else ()
        new = [one for one in listed if one.number("id") not in self.old]
        return answer, [one for one in new if one.at("type").value == _NEW_VIDEO]

    def notified_of(self, account: Account | None = None) -> list[int]:
        """The videos that the reader (or another account) was notified of, newest first."""
        return self.numbered(notice.at("video") for notice in self.notices(account)[1])

    def mails_about(self, clip: Clip) -> int:
        """The number of mails to the reader that announce a video; none where mail cannot be read."""
        mailbox = self.world.mailbox_or_none
        return len(mailbox.arrived(self.reader.email, clip.name)) if mailbox else 0

    def feed_token(self, account: Account) -> NamedText:
        """The feed token of an account, registered as a named secret."""
        token = self.world.ask("getFeedToken", account).token("feedToken")
        self.tokens += 1
        return self.secret(token, f"FEED_TOKEN_{self.tokens}")
