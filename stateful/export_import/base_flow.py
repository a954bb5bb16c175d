"""Base of the export and import flow: a user who exports, one who imports, and a stranger with videos."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import ANY, Nullable, answered
from peertube_conformance.fixtures.messages.request_draft import Upload
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.fixtures.resources.factory import PUBLIC
from peertube_conformance.reports.model.variables import NamedText
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.export_import.account_data import PREFERENCES, PRIVATE_PLAYLIST, Belongings

THEIRS = 2
_SECONDS = 4
_PUBLISHED, _REGULAR, _PASSWORD_PROTECTED = 1, 1, 5
_ALL = {"count": 100}
_ME = {
    "account": {"displayName": ANY, "description": ANY, "avatars": ANY},
    "videoChannels": [{"name": ANY, "displayName": ANY, "description": ANY, "support": ANY}],
    **dict.fromkeys(PREFERENCES, ANY),
}
_VIDEOS = {"data": [{"name": ANY, "channel": {"name": ANY}, "privacy": {"id": ANY}, "description": ANY}]}
_HISTORY = {"data": [{"uuid": str, "userHistory": {"currentTime": ANY}}]}
_RATINGS = {"data": [{"video": {"uuid": str}, "rating": ANY}]}
_PLAYLISTS = {
    "data": [{"displayName": ANY, "type": {"id": ANY}, "videoChannel": Nullable({"name": ANY}), "privacy": {"id": ANY}}]
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ExportImportFlow(Flow):
    """Base of the flows: the accounts of a walk, what they gain and lose, and what the API says that they have."""

    def prepare(self) -> None:
        """Creates two accounts: one has a second channel, the other one nothing beyond what all have."""
        self.owner, self.mover = self.fresh_account("mover out"), self.fresh_account("mover in")
        self.stranger = self.account("stranger")
        self.labels: dict[str, str] = {}
        for number in range(THEIRS):
            self.labels[str(self.theirs(number))] = f"theirs {number}"
        self.hidden = self.once("hidden video", lambda: self.world.video(self.stranger, privacy=3, fresh=True))
        self.uuids: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        self.made = 0
        with self.aside():
            self.has, self.got = self.seen(self.owner), self.seen(self.mover)

    def theirs(self, number: int) -> NamedText:
        """The UUID of a public video of the stranger."""
        made = self.once(
            f"video {number}", lambda: self.world.video(self.stranger, PUBLIC, fresh=True, seconds=_SECONDS)
        )
        return NamedText(str(made.uuid), f"STRANGERS_VIDEO_{number}_UUID")

    def label(self, address: str) -> str:
        """The label of the video whose UUID is in an address; `unknown` without one."""
        found = _UUID.search(address)
        return self.labels.get(found[0], "unknown") if found else "unknown"

    def is_known(self, address: str) -> bool:
        """Whether this is the address of a video of the walk, or the handle of the stranger's channel."""
        return address.rpartition("/")[2] in self.labels or address == self.strangers_handle

    @property
    def strangers_handle(self) -> str:
        """The handle of the channel that the owner follows."""
        return f"{self.stranger.channel_handle}@{self.world.host}"

    # Changes to the owner's data

    def open_channel(self) -> None:
        """Creates another channel."""
        channel = {
            "name": self.world.unique("channel"),
            "displayName": f"Channel {len(self.has.channels) + 1}",
            "description": "Walks along the river.",
            "support": "Bring tea.",
        }
        self.world.call("addVideoChannel", self.owner, body=channel)
        self.has.channels.append(channel)

    def add_video(self, channel: int, privacy: int) -> None:
        """Publishes a video in one of the owner's channels."""
        self.made += 1
        label, name = f"video {self.made}", self.has.channels[channel % len(self.has.channels)]["name"]
        content = self.world.media.mp4(seed=self.world.random.getrandbits(16))
        body = {
            "channelId": self._channel_id(name),
            "name": label,
            "privacy": privacy,
            "description": f"What {label} is about.",
            "videofile": Upload(f"{self.made}.mp4", "video/mp4", content),
        }
        if privacy == _PASSWORD_PROTECTED:
            body["videoPasswords"] = [self.world.password()]
        answer = self.world.ask("uploadLegacy", self.owner, body=body, media_type="multipart/form-data")
        uuid = self.name(answer.text("video", "uuid"), "VIDEO_UUID")
        published = lambda seen: True if seen.number("state", "id") == _PUBLISHED else None  # noqa: E731
        self.world.wait_for_video(uuid, self.owner, published)
        self.labels[str(uuid)], self.uuids[label], self.contents[label] = label, uuid, content
        video = {"name": label, "channel": name, "privacy": privacy, "description": body["description"]}
        self.has.videos.append(video)

    def _channel_id(self, name: str) -> int:
        number = self.world.ask("getVideoChannel", self.owner, path={"channelHandle": name}).number("id")
        return self.name(number, "CHANNEL_ID")

    def remove_video(self, number: int) -> None:
        """Deletes a video."""
        video = self.has.videos.pop(number % len(self.has.videos))
        self.world.call("delVideo", self.owner, path={"id": self.uuids[video["name"]]})

    def add_playlist(self, *, private: bool) -> None:
        """Creates a playlist: private and in no channel, or public and in the last one."""
        channel = None if private else self.has.channels[-1]["name"]
        playlist = {
            "name": f"Playlist {len(self.has.playlists) + 1}",
            "channel": channel,
            "privacy": PRIVATE_PLAYLIST if private else _PUBLISHED,
        }
        body = {"displayName": playlist["name"], "privacy": playlist["privacy"]}
        if channel is not None:
            body["videoChannelId"] = self._channel_id(channel)
        self.world.call("addPlaylist", self.owner, body=body, media_type="multipart/form-data")
        self.has.playlists.append(playlist)

    def rate(self, number: int, rating: str) -> None:
        """Rates a video of the stranger (like or dislike), or takes the rating back."""
        path = {"id": self.theirs(number)}
        self.world.call("rateVideo", self.owner, path=path, body={"rating": rating})
        self.has.rates.pop(f"theirs {number}", None)
        if rating != "none":
            self.has.rates[f"theirs {number}"] = rating

    def watch(self, number: int, position: int) -> None:
        """Reports a watch position in a video of the stranger."""
        path = {"id": self.theirs(number)}
        self.world.call("addView", self.owner, path=path, body={"currentTime": position})
        self.has.history[f"theirs {number}"] = position

    def comment(self, number: int) -> None:
        """Comments on a video of the stranger."""
        self.made += 1
        path, text = {"id": self.theirs(number)}, f"Comment {self.made}."
        self.world.call("addCommentThread", self.owner, path=path, body={"text": text})
        self.has.comments.append([f"theirs {number}", text])

    def follow(self) -> None:
        """Subscribes to the stranger's channel."""
        handle = self.strangers_handle
        self.world.call("addSubscription", self.owner, body={"uri": handle})
        self.poll(
            "getSubscriptionsExist",
            self.owner,
            lambda known: True if known.at(handle).value else None,
            query={"uris": [handle]},
            breaks="PT-SUBS-01",
        )
        self.has.subscriptions = [handle]

    def prefer(self, number: int) -> None:
        """Changes preferences, display name and description."""
        odd = bool(number % 2)
        preferences = {
            "nsfwPolicy": "blur" if odd else "display",
            "autoPlayVideo": odd,
            "autoPlayNextVideo": not odd,
            "p2pEnabled": odd,
            "videoLanguages": ["fr", "en"][: number % 3] or None,
        }
        profile = {"displayName": f"Mover {number}", "description": f"Moved {number} times."}
        self.world.call("putUserInfo", self.owner, body=preferences | profile)
        self.has.preferences |= preferences
        self.has.profile |= profile

    def pick_avatar(self) -> None:
        """Sets an avatar."""
        body = {"avatarfile": Upload("avatar.png", "image/png", self.world.media.png())}
        self.world.call("pickMyAvatar", self.owner, body=body, media_type="multipart/form-data")
        self.has.profile["avatar"] = True

    # The state as the API reports it

    def seen(self, account: Account) -> Belongings:
        """The data of an account as the API reports it, without comments: no list has them by author."""
        me = self.fetch("getUserInfo", account, _ME)
        name = {"name": account.username}
        playlists = self.fetch("listAccountPlaylists", account, _PLAYLISTS, path=name, query=_ALL)["data"]
        history = self.fetch("listMyHistory", account, _HISTORY, query=_ALL)["data"]
        videos = self.fetch("listMyVideos", account, _VIDEOS, query=_ALL)["data"]
        return Belongings(
            profile={
                "displayName": me["account"]["displayName"],
                "description": me["account"]["description"],
                "avatar": bool(me["account"]["avatars"]),
            },
            preferences={name: me[name] for name in PREFERENCES},
            channels=me["videoChannels"],
            videos=[_video(one) for one in videos],
            subscriptions=self.subscriptions_of(account),
            rates=self.rates_of(account),
            history={self.label(one["uuid"]): one["userHistory"]["currentTime"] for one in history},
            playlists=[_playlist(one) for one in playlists if one["type"]["id"] == _REGULAR],
        )

    def rates_of(self, account: Account) -> dict[str, str]:
        """The ratings of an account, by the labels of the videos."""
        path = {"name": account.username}
        listed = self.fetch("getAccountRatings", account, _RATINGS, path=path, query=_ALL)["data"]
        return {self.label(one["video"]["uuid"]): one["rating"] for one in listed}

    def subscriptions_of(self, account: Account) -> list[str]:
        """The handles of the channels that an account follows."""
        listed = self.fetch("listSubscriptions", account, {"data": [{"name": str, "host": str}]}, query=_ALL)["data"]
        return [f"{one['name']}@{one['host']}" for one in listed]

    def file_of(self, account: Account, name: str) -> bytes | None:
        """The file of the video of this name, as its owner downloads it; None without such a video."""
        videos = self.fetch("listMyVideos", account, {"data": [{"uuid": str, "name": ANY}]}, query=_ALL)["data"]
        found = next((video["uuid"] for video in videos if video["name"] == name), None)
        if found is None:
            return None
        uuid = self.name(found, "BROUGHT_VIDEO_UUID")
        files = self.world.ask("getVideo", account, path={"id": uuid}).items("files")
        largest = max(files, key=lambda file: file.number("size"), default=None)
        if largest is None:
            return None
        path = {"filename": self.name(last_part(largest.at("fileDownloadUrl")), "VIDEO_FILE")}
        return answered(self.world.call("downloadVideoFile", account, path=path)).body

    def keeps_what_is_sent(self) -> bool:
        """Whether a published video has only the file that was sent; an instance that transcodes makes others of it."""
        return self.once("keeps what is sent", self._keeps_what_is_sent)

    def _keeps_what_is_sent(self) -> bool:
        source = self.world.ask("getVideoSource", self.stranger, path={"id": self.theirs(0)})
        sample = self.world.ask("getVideo", self.stranger, path={"id": self.theirs(0)})
        return [file.number("size") for file in sample.items("files")] == [source.number("size")]


def _video(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": one["name"],
        "channel": one["channel"]["name"],
        "privacy": one["privacy"]["id"],
        "description": one["description"],
    }


def _playlist(one: Mapping[str, Any]) -> dict[str, Any]:
    channel = one["videoChannel"]
    return {
        "name": one["displayName"],
        "channel": channel["name"] if channel else None,
        "privacy": one["privacy"]["id"],
    }
