"""Table of all lists of the contract: their readers, sorts, filters and known items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from peertube_conformance.fixtures.messages.json_response import Nullable
from peertube_conformance.stateful.lists.dataset import PUBLIC, Library
from peertube_conformance.stateful.lists.model import Column, Filter, Item, Listing, Question

Items = Callable[[Library, str], Sequence[Item]]


def fact(name: str) -> Callable[[Item], Any]:
    """Returns a function that reads a fact of an item."""
    return lambda item: item.facts[name]


def of(member: str) -> Callable[[Any], Any]:
    """Returns a function that reads a member of an entry."""
    return lambda entry: entry[member]


def kept(name: str) -> Items:
    """Returns a function that reads a member of the library."""
    return lambda library, _place: getattr(library, name)


def choice(name: str, value: Any, keeps: Callable[[Item], bool], *readers: str) -> Filter:
    """A filter with a value that is the same in every library."""
    several = isinstance(value, list) and len(value) > 1
    label = ",".join(map(str, value)) if isinstance(value, list) else str(value).lower()
    return Filter(name, label, lambda _: value, lambda item, _: keeps(item), frozenset(readers), several)


def search(*words: str, in_: str = "shown") -> tuple[Filter, ...]:
    """Search filters for these words."""
    return tuple(
        choice("search", word, lambda item, word=word: word in item.facts[in_])  # type: ignore[misc]
        for word in words
    )


def _named(who: str) -> Callable[[Library, str], dict[str, Any]]:
    return lambda library, _place: {"name": library.account(who).username}


def _channel(library: Library, place: str) -> dict[str, Any]:
    return {"channelHandle": library.item(library.channels, place).facts["handle"]}


def _everything(_item: Item) -> bool:
    return True


def _nothing(_library: Library, _place: str) -> Sequence[Item]:
    return ()


_CREATED = Column(fact("created"), "createdAt")
_BY_CREATION = {"createdAt": _CREATED}
_ANYBODY = ("nobody", "reader", "owner")
_CHANNEL_COLUMNS = {
    "id": Column(fact("created"), "id"),
    "name": Column(fact("shown"), "displayName"),
    "updatedAt": Column(member="updatedAt"),
    **_BY_CREATION,
}
# Others' names are ordered by the rules of the target's language: only what is known can be compared.
_OPEN_CHANNEL_COLUMNS = _CHANNEL_COLUMNS | {"name": Column(fact("shown"))}


def _own_username(name: str) -> Filter:
    """Search filter for the whole name of one user, which finds no other user."""
    return Filter(
        "search",
        f"the name of {name}",
        lambda library: f"{library.stem}_{name}",
        lambda item, library: item.facts["username"] == f"{library.stem}_{name}",
    )


def _public_or_own(item: Item, question: Question) -> bool:
    return question.who == "owner" or item.facts["privacy"] == PUBLIC


def _follow_pair(entry: Any) -> tuple[str, str]:
    return entry["follower"]["name"], entry["following"]["name"]


def _followers_of(library: Library, place: str) -> Sequence[Item]:
    return [item for item in library.follows if item.facts["channel"] == place]


_FOLLOW = {"follower": {"name": str}, "following": {"name": str}}
_FOLLOWER_SEARCHES = (
    choice("search", "reader", lambda item: "reader" in item.facts["follower"]),
    choice("search", "wner", lambda item: "wner" in item.facts["follower"]),
)

ACCOUNTS = Listing(
    "getAccounts",
    lambda library, _place: [replace(item, id=item.facts["username"]) for item in library.users],
    of("name"),
    ("nobody",),
    entry={"name": str},
    columns=_BY_CREATION,
    open=True,
)
CHANNELS = Listing(
    "getVideoChannels", kept("channels"), of("id"), ("nobody",), columns=_OPEN_CHANNEL_COLUMNS, open=True
)
OWN_CHANNELS = Listing(
    "getAccountVideoChannels",
    kept("channels"),
    of("id"),
    ("nobody", "owner"),
    columns=_CHANNEL_COLUMNS,
    filters=(*search("birch", "eda", "quartz"), choice("withStats", True, _everything)),
    path=_named("owner"),
)
PLAYLISTS = Listing(
    "listAccountPlaylists",
    kept("playlists"),
    of("id"),
    ("owner", "nobody", "reader"),
    columns={
        **_BY_CREATION,
        "updatedAt": Column(member="updatedAt"),
        "name": Column(fact("shown"), "displayName"),
        "displayName": Column(fact("shown"), "displayName"),
    },
    filters=(
        *search("fern", "os"),
        choice("playlistType", 1, lambda item: item.facts["type"] == 1),
        choice("playlistType", 2, lambda item: item.facts["type"] == 2),
    ),
    path=_named("owner"),
    shown=_public_or_own,
)
RATINGS = Listing(
    "getAccountRatings",
    kept("ratings"),
    lambda entry: entry["video"]["id"],
    ("reader",),
    entry={"video": {"id": int}},
    columns={"createdAt": Column(fact("created"))},
    filters=tuple(
        choice("rating", rating, lambda item, rating=rating: item.facts["rating"] == rating)  # type: ignore[misc]
        for rating in ("like", "dislike")
    ),
    path=_named("reader"),
)
ACCOUNT_FOLLOWERS = Listing(
    "getAccountFollowers",
    kept("follows"),
    _follow_pair,
    ("owner",),
    entry=_FOLLOW,
    columns=_BY_CREATION,
    filters=_FOLLOWER_SEARCHES,
    path=_named("owner"),
)
CHANNEL_FOLLOWERS = Listing(
    "getVideoChannelFollowers",
    _followers_of,
    _follow_pair,
    ("owner", "keeper"),
    entry=_FOLLOW,
    columns=_BY_CREATION,
    filters=_FOLLOWER_SEARCHES,
    places=("amber", "birch 1", "cedar"),
    path=_channel,
)
SUBSCRIPTIONS = Listing(
    "listSubscriptions",
    kept("followed"),
    of("id"),
    ("reader",),
    columns={"id": Column(fact("created")), "createdAt": Column(fact("created"))},
    filters=search("amber", "irc"),
)
HISTORY = Listing(
    "listMyHistory",
    kept("watched"),
    of("id"),
    ("reader",),
    default="-watched",
    columns={"watched": Column(fact("created"), offered=False)},
    filters=search("meadow", "lacie"),
)
NOTIFICATIONS = Listing(
    "listMyNotifications",
    kept("notifications"),
    lambda entry: (entry.get("comment") or {}).get("id"),
    ("owner",),
    entry={"comment": Nullable({"id": int})},
    columns={**_BY_CREATION, "read": Column(fact("read"), "read")},
    filters=(
        choice("unread", True, lambda item: not item.facts["read"]),
        choice("unread", False, lambda item: bool(item.facts["read"])),
    ),
)
COMMENTS = Listing(
    "getCommentThreads",
    lambda library, place: [item for item in library.comments if item.facts["under"] == place],
    of("id"),
    _ANYBODY,
    places=("harbour",),
    columns={**_BY_CREATION, "totalReplies": Column(fact("replies"), "totalReplies")},
    path=lambda library, place: {"id": library.item(library.videos, place).facts["uuid"]},
)
USERS = Listing(
    "getUsers",
    kept("users"),
    of("id"),
    ("keeper",),
    columns={
        "id": Column(fact("created"), "id"),
        "username": Column(fact("username"), "username"),
        "videoQuotaUsed": Column(fact("quota"), "videoQuotaUsed"),
        "createdAt": _CREATED,
        "lastLoginDate": Column(fact("login"), "lastLoginDate"),
        "role": Column(fact("role")),
    },
    filters=(
        _own_username("reader"),
        choice("blocked", True, lambda item: bool(item.facts["blocked"])),
        choice("blocked", False, lambda item: not item.facts["blocked"]),
    ),
    fixed=lambda library: {"search": library.stem},
)
REGISTRATIONS = Listing(
    "listRegistrations",
    kept("registrations"),
    of("id"),
    ("keeper",),
    columns={**_BY_CREATION, "state": Column(fact("state"))},
    filters=(_own_username("first"), _own_username("last")),
    fixed=lambda library: {"search": library.stem},
)
# No operation of the contract puts items into these lists.
ABUSES = Listing(
    "getMyAbuses",
    _nothing,
    of("id"),
    ("reader",),
    columns={name: Column(member=name) for name in ("id", "createdAt")} | {"state": Column()},
    filters=(
        choice("id", 1, _everything),
        choice("search", "quartz", _everything),
        *(choice("state", state, _everything) for state in (1, 2, 3)),
    ),
)
IMPORTS = Listing(
    "listMyVideoImports",
    _nothing,
    of("id"),
    ("owner",),
    columns={"createdAt": Column(member="createdAt")},
    filters=(
        choice("search", "quartz", _everything),
        choice("targetUrl", "https://example.org/quartz", _everything),
        choice("videoChannelSyncId", 1, _everything),
    ),
)
SYNCHRONIZATIONS = Listing(
    "listAccountChannelSyncs",
    _nothing,
    of("id"),
    ("owner", "keeper"),
    columns={name: Column() for name in ("externalChannelUrl", "videoChannel", "lastSyncAt", "state")}
    | {"createdAt": Column(member="createdAt")},
    path=_named("owner"),
)

LISTS = (
    PLAYLISTS,
    OWN_CHANNELS,
    RATINGS,
    HISTORY,
    SUBSCRIPTIONS,
    ACCOUNT_FOLLOWERS,
    CHANNEL_FOLLOWERS,
    NOTIFICATIONS,
    COMMENTS,
    USERS,
    CHANNELS,
    ACCOUNTS,
    ABUSES,
    IMPORTS,
    SYNCHRONIZATIONS,
)
