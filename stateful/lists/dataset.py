"""The known data that lists are compared with, and the requests that change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.reports.model.variables import NamedNumber, NamedText
from peertube_conformance.stateful.lists.model import Item

FORM = "multipart/form-data"
PUBLIC, UNLISTED, PRIVATE, INTERNAL = 1, 2, 3, 4
LIKE, DISLIKE, NONE = "like", "dislike", "none"
_REGULAR = 1
_ROLES = {"admin": 0, "moderator": 1, "user": 2}


def variable(name: str, kind: str) -> str:
    """The shell variable for a value of the item of this name; what walks add is numbered by them."""
    return kind if name.startswith("new ") else f"{name.upper().replace(' ', '_')}_{kind}"


def _plainly(value: Any, variable: str) -> Any:
    return NamedNumber(value, variable) if isinstance(value, int) else NamedText(value, variable)


@dataclass(eq=False)
class Library:
    """All known items, each kind in the order of creation. `gone` are, for each list, the ids of deleted items.

    `undo` restores what a walk changed, by what was changed; `named` gives an id the variable that stands for it.
    """

    world: World
    stem: str
    readers: dict[str, Account | None]
    channels: list[Item] = field(default_factory=list)
    playlists: list[Item] = field(default_factory=list)
    videos: list[Item] = field(default_factory=list)
    comments: list[Item] = field(default_factory=list)
    notifications: list[Item] = field(default_factory=list)
    ratings: list[Item] = field(default_factory=list)
    watched: list[Item] = field(default_factory=list)
    followed: list[Item] = field(default_factory=list)
    follows: list[Item] = field(default_factory=list)
    users: list[Item] = field(default_factory=list)
    registrations: list[Item] = field(default_factory=list)
    gone: dict[str, dict[Any, str]] = field(default_factory=dict)
    undo: dict[str, Callable[[], None]] = field(default_factory=dict)
    named: Callable[[Any, str], Any] = _plainly
    _count: int = 0

    def account(self, name: str) -> Account:
        """The account of this name: `owner` has channels, playlists and videos, `reader` follows, rates, watches and
        comments, `keeper` is a moderator."""
        found = self.readers[name]
        assert found is not None, "a caller without account owns nothing"
        return found

    def item(self, items: list[Item], name: str) -> Item:
        """The item of this name."""
        return next(item for item in items if item.name == name)

    def added(self, items: list[Item], name: str, number: Any, **facts: Any) -> Item:
        """Adds a new item at the end; it was created after all others."""
        self._count += 1
        item = Item(name, number, {"created": self._count} | facts)
        items.append(item)
        return item

    def restore(self) -> None:
        """Undoes what the walk before left."""
        for name in list(reversed(self.undo)):
            self.undo.pop(name)()
        self.gone.clear()

    # Creation by walks, too

    def call(self, operation_id: str, who: str, **parts: Any) -> None:
        """Sends a preparing request by this account."""
        self.world.call(operation_id, self.readers[who], **parts)

    def ask(self, operation_id: str, who: str, **parts: Any) -> Answer:
        """Sends a preparing request by this account; the body of the response."""
        return self.world.ask(operation_id, self.readers[who], **parts)

    def add_channel(self, name: str, shown: str) -> Item:
        """Creates a channel of the owner, with this display name."""
        handle = self.world.unique("channel")
        made = self.ask("addVideoChannel", "owner", body={"name": handle, "displayName": shown})
        number = self.named(made.number("videoChannel", "id"), variable(name, "CHANNEL_ID"))
        handle = self.named(handle, variable(name, "CHANNEL"))
        return self.added(self.channels, name, number, shown=shown, handle=handle)

    def add_playlist(self, name: str, shown: str, privacy: int) -> Item:
        """Creates a playlist of the owner."""
        body = {"displayName": shown, "privacy": privacy, "videoChannelId": int(self.account("owner").channel_id)}
        made = self.ask("addPlaylist", "owner", body=body, media_type=FORM)
        number = self.named(made.number("videoPlaylist", "id"), "PLAYLIST_ID")
        return self.added(self.playlists, name, number, shown=shown, privacy=privacy, type=_REGULAR)

    def add_comment(self, name: str, who: str, under: str = "harbour") -> Item:
        """Creates a comment thread under a video."""
        path = {"id": self.item(self.videos, under).id}
        made = self.ask("addCommentThread", who, path=path, body={"text": f"This is {name}."})
        number = self.named(made.number("comment", "id"), "COMMENT_ID")
        return self.added(self.comments, name, number, replies=0, under=under)

    def add_user(self, name: str, role: str = "user", *, username: str = "") -> Item:
        """Creates a user that is found by the library's stem."""
        username = username or f"{self.stem}_{name}"
        number = self.world.create_user(username, self.world.password(), self.world.address(), role)
        facts = {"username": username, "role": _ROLES[role], "blocked": False, "login": None, "quota": 0}
        return self.added(self.users, name, self.named(number, "USER_ID"), **facts)

    def follow(self, who: str, channel: Item) -> Item:
        """Subscribes to a channel, and waits until the server confirms it."""
        handle = self.handle(channel)
        self.call("addSubscription", who, body={"uri": handle})
        known = lambda found: True if found.at(handle).value else None  # noqa: E731
        self.world.wait_for(
            "getSubscriptionsExist", self.readers[who], known, query={"uris": [handle]}, breaks="PT-SUBS-01"
        )
        follower = str(self.account(who).username)
        if who == "reader":
            facts = {name: channel.facts[name] for name in ("shown", "handle")}
            self.added(self.followed, channel.name, channel.id, **facts)
        pair = (follower, str(channel.facts["handle"]))
        name = f"{who} of {channel.name}"
        return self.added(self.follows, name, pair, follower=follower, channel=channel.name)

    def handle(self, channel: Item) -> NamedText:
        """The name by which a channel is subscribed to."""
        return NamedText(f"{channel.facts['handle']}@{self.world.host}", variable(channel.name, "HANDLE"))

    def rate(self, video: Item, rating: str) -> Item:
        """Creates a rating by the reader."""
        self.call("rateVideo", "reader", path={"id": video.facts["uuid"]}, body={"rating": rating})
        video.facts["likes"] += rating == LIKE
        return self.added(self.ratings, video.name, video.id, rating=rating)

    def unrate(self, rating: Item) -> None:
        """Takes a rating by the reader back."""
        video = self.item(self.videos, rating.name)
        self.call("rateVideo", "reader", path={"id": video.facts["uuid"]}, body={"rating": NONE})
        video.facts["likes"] -= rating.facts["rating"] == LIKE
        self.forget(self.ratings, rating, "getAccountRatings")

    def like(self, video: Item, *, liked: bool) -> None:
        """Likes a video as the owner, or takes the like back."""
        path = {"id": video.facts["uuid"]}
        self.call("rateVideo", "owner", path=path, body={"rating": LIKE if liked else NONE})
        video.facts["likes"] += liked - video.facts.get("liked", False)
        video.facts["liked"] = liked

    def watch(self, video: Item) -> Item:
        """Watches a video as the reader from its beginning, which counts for no view."""
        self.call("addView", "reader", path={"id": video.facts["uuid"]}, body={"currentTime": 0})
        return self.added(self.watched, video.name, video.id, shown=video.facts["shown"])

    def publish(self, video: Item, privacy: int) -> None:
        """Changes who may see a video."""
        self.call("putVideo", "owner", path={"id": video.facts["uuid"]}, body={"privacy": privacy})
        video.facts["privacy"] = privacy

    def tag(self, video: Item, tags: list[str]) -> None:
        """Gives a video other tags, beside the library's own."""
        body = {"tags": [self.stem, *tags]}
        self.call("putVideo", "owner", path={"id": video.facts["uuid"]}, body=body)
        video.facts["tags"] = tags

    def forget(self, items: list[Item], item: Item, *operations: str) -> None:
        """Removes a deleted item from what these lists hold."""
        items.remove(item)
        for operation in operations:
            self.gone.setdefault(operation, {})[item.id] = item.name
