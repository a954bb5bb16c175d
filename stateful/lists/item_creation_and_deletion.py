"""Creations and deletions of items by walks, for every kind of item in the library's lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from peertube_conformance.stateful.lists.dataset import LIKE, PRIVATE, PUBLIC, Library
from peertube_conformance.stateful.lists.model import Item, Question

_FOLLOWED = ("cedar", "birch 2")
_OTHERS = ("lantern", "orchid")


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of item that walks create and delete.

    `add` creates one, None where no more can be made; `remove` deletes it. `questions` reads the lists that hold it, or
    must not.
    """

    add: Callable[[Library, str], Item | None]
    remove: Callable[[Library, Item], None]
    questions: Callable[[Item], Sequence[Question]]


def _with_channel(library: Library, name: str) -> Item:
    return library.add_channel(name, "elder")


def _without_channel(library: Library, channel: Item) -> None:
    library.call("delVideoChannel", "owner", path={"channelHandle": channel.facts["handle"]})
    library.forget(library.channels, channel, "getAccountVideoChannels", "getVideoChannels")


def _channel_lists(_channel: Item) -> Sequence[Question]:
    return (Question("getAccountVideoChannels", "nobody"), Question("getVideoChannels", "nobody", sort="-createdAt"))


def _with_playlist(privacy: int) -> Callable[[Library, str], Item]:
    return lambda library, name: library.add_playlist(name, "yew", privacy)


def _without_playlist(library: Library, playlist: Item) -> None:
    library.call("deletePlaylist", "owner", path={"playlistId": playlist.id})
    library.forget(library.playlists, playlist, "listAccountPlaylists")


def _playlist_lists(_playlist: Item) -> Sequence[Question]:
    return tuple(Question("listAccountPlaylists", who) for who in ("owner", "nobody"))


def _with_subscription(library: Library, _name: str) -> Item | None:
    known = {item.name for item in library.followed}
    name = next((name for name in _FOLLOWED if name not in known), None)
    return library.follow("reader", library.item(library.channels, name)) if name else None


def _without_subscription(library: Library, follow: Item) -> None:
    channel = library.item(library.channels, follow.facts["channel"])
    library.call("deleteSubscription", "reader", path={"subscriptionHandle": library.handle(channel)})
    library.forget(library.follows, follow, "getAccountFollowers", "getVideoChannelFollowers")
    library.forget(library.followed, library.item(library.followed, channel.name), "listSubscriptions")


def _subscription_lists(follow: Item) -> Sequence[Question]:
    return (
        Question("listSubscriptions", "reader"),
        Question("getAccountFollowers", "owner"),
        Question("getVideoChannelFollowers", "owner", place=follow.facts["channel"]),
    )


def _next_video(library: Library, items: Sequence[Item]) -> Item | None:
    known = {item.name for item in items}
    return next((library.item(library.videos, name) for name in _OTHERS if name not in known), None)


def _with_rating(library: Library, _name: str) -> Item | None:
    video = _next_video(library, library.ratings)
    return library.rate(video, LIKE) if video else None


def _rating_lists(_rating: Item) -> Sequence[Question]:
    return (Question("getAccountRatings", "reader"),)


def _with_watched(library: Library, _name: str) -> Item | None:
    video = library.item(library.videos, _OTHERS[0])
    return None if any(item.name == video.name for item in library.watched) else library.watch(video)


def _without_watched(library: Library, watched: Item) -> None:
    library.call("deleteMyHistoryElement", "reader", path={"videoId": watched.id})
    library.forget(library.watched, watched, "listMyHistory")


def _history(_watched: Item) -> Sequence[Question]:
    return (Question("listMyHistory", "reader"),)


def _with_user(library: Library, name: str) -> Item:
    # No name is ever used twice.
    return library.add_user(name, username=f"{library.stem}_{library.world.unique('more')}"[:50])


def _without_user(library: Library, user: Item) -> None:
    library.call("delUser", "keeper", path={"id": user.id})
    library.forget(library.users, user, "getUsers")
    library.gone.setdefault("getAccounts", {})[user.facts["username"]] = user.name


def _user_lists(_user: Item) -> Sequence[Question]:
    return Question("getUsers", "keeper"), Question("getAccounts", "nobody", sort="-createdAt")


CHANGES = {
    "a channel": Change(_with_channel, _without_channel, _channel_lists),
    "a public playlist": Change(_with_playlist(PUBLIC), _without_playlist, _playlist_lists),
    "a private playlist": Change(_with_playlist(PRIVATE), _without_playlist, _playlist_lists),
    "a subscription": Change(_with_subscription, _without_subscription, _subscription_lists),
    "a rating": Change(_with_rating, Library.unrate, _rating_lists),
    "a watched video": Change(_with_watched, _without_watched, _history),
    "a user": Change(_with_user, _without_user, _user_lists),
}
