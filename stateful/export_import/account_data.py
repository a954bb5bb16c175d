"""The contents of an account in one comparable form, whether read from the model, an archive or the API.

Channels are identified by their names, videos by labels that the walk gives them, playlists by their display names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

PREFERENCES = (
    "nsfwPolicy",
    "autoPlayVideo",
    "autoPlayNextVideo",
    "autoPlayNextVideoPlaylist",
    "p2pEnabled",
    "videosHistoryEnabled",
    "videoLanguages",
)
PRIVATE_PLAYLIST = 3


@dataclass(slots=True)
class Belongings:
    """All data of an account. Lists name an item as often as it exists."""

    profile: dict[str, Any] = field(default_factory=dict)
    preferences: dict[str, Any] = field(default_factory=dict)
    channels: list[dict[str, Any]] = field(default_factory=list)
    videos: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[str] = field(default_factory=list)
    rates: dict[str, str] = field(default_factory=dict)
    history: dict[str, int] = field(default_factory=dict)
    playlists: list[dict[str, Any]] = field(default_factory=list)
    comments: list[list[str]] = field(default_factory=list)

    def topic(self, name: str) -> Any:
        """All items of one kind, in an order that does not depend on their source."""
        things = getattr(self, name)
        return sorted(things, key=str) if isinstance(things, list) else things

    def copy(self) -> Belongings:
        """A copy that does not change with this one."""
        return deepcopy(self)

    def named(self, things: str, name: str) -> dict[str, Any] | None:
        """The channel, video or playlist of this name."""
        return next((one for one in getattr(self, things) if one["name"] == name), None)

    def take_over(self, brought: Belongings, *, with_files: bool, taken: Collection[str]) -> None:
        """Applies the import of an archive of `brought` to this account, where others own the channel names `taken`.

        The account gets the archive's profile and preferences; what exists already is not doubled. Videos come with
        their files only, and what is in a channel needs the channel to be one's own. Comments stay unchanged: they are
        somebody else's.
        """
        avatar = self.profile["avatar"] or brought.profile["avatar"]
        self.profile = {**brought.profile, "avatar": avatar}
        self.preferences = dict(brought.preferences)
        for channel in brought.channels:
            if channel["name"] not in taken and self.named("channels", channel["name"]) is None:
                self.channels.append(dict(channel))
        self.subscriptions += [one for one in brought.subscriptions if one not in self.subscriptions]
        self.rates |= brought.rates
        self.history |= brought.history
        for video in brought.videos if with_files else ():
            if self._can_have(video) and self.named("videos", video["name"]) is None:
                self.videos.append(dict(video))
        for playlist in brought.playlists:
            is_possible = self._can_have(playlist) if playlist["channel"] else playlist["privacy"] == PRIVATE_PLAYLIST
            if is_possible and self.named("playlists", playlist["name"]) is None:
                self.playlists.append(dict(playlist))

    def _can_have(self, thing: Mapping[str, Any]) -> bool:
        return self.named("channels", thing["channel"]) is not None

    def renamed(self, names: Mapping[str, str]) -> Belongings:
        """A copy with other names for the channels."""
        same = self.copy()
        for channel in same.channels:
            channel["name"] = names[channel["name"]]
        for thing in (*same.videos, *same.playlists):
            thing["channel"] = names.get(thing["channel"], thing["channel"])
        return same
