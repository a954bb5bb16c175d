"""Table of the lists of videos: their common sorts and filters, and the known videos of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from peertube_conformance.stateful.lists.dataset import INTERNAL, PRIVATE, PUBLIC, UNLISTED, Library
from peertube_conformance.stateful.lists.listings import choice, fact, kept, of, search
from peertube_conformance.stateful.lists.model import Column, Filter, Item, Listing, Question

_CHANNELS = ("amber", "birch 1", "birch 2")
_EVERYBODY = ("nobody", "reader", "owner", "keeper")


def _one_of(name: str, *values: Any) -> Filter:
    return choice(name, list(values), lambda item: item.facts.get(name.removesuffix("OneOf")) in values)


def _some_tags(*tags: str) -> Filter:
    return choice("tagsOneOf", list(tags), lambda item: any(tag in item.facts["tags"] for tag in tags))


def _all_tags(*tags: str) -> Filter:
    """Filter by the tag of the library, which keeps other people's videos out, and these tags."""
    return Filter(
        "tagsAllOf",
        "+".join(tags),
        lambda library: [library.stem, *tags],
        lambda item, _: all(tag in item.facts["tags"] for tag in tags),
    )


def _either(name: str, holds: Callable[[Item], bool]) -> tuple[Filter, Filter]:
    return (choice(name, True, holds), choice(name, False, lambda item: not holds(item)))


def _of_privacy(*values: int) -> Filter:
    return choice("privacyOneOf", list(values), lambda item: item.facts["privacy"] in values, "keeper")


def _always(_item: Item) -> bool:
    return True


def _never(_item: Item) -> bool:
    return False


def _language(*languages: str) -> Filter:
    return choice("languageOneOf", list(languages), lambda item: item.facts.get("language", "_unknown") in languages)


_SEARCHES = search("meadow", "lacie", "quartz")
_UNWATCHED = Filter(
    "excludeAlreadyWatched",
    "true",
    lambda _: True,
    lambda item, library: item.name not in {one.name for one in library.watched},
    frozenset({"reader"}),
)
_LIVE = _either("isLive", _never)
_COMMON = (
    _one_of("categoryOneOf", 1),
    _one_of("categoryOneOf", 1, 2),
    _one_of("categoryOneOf", 15),
    _one_of("licenceOneOf", 1),
    _one_of("licenceOneOf", 1, 2),
    _language("en"),
    _language("fr", "_unknown"),
    _some_tags("alpha"),
    _some_tags("beta", "gamma"),
    _all_tags("beta"),
    _all_tags("beta", "gamma"),
    choice("nsfw", "true", fact("nsfw")),
    choice("nsfw", "false", lambda item: not item.facts["nsfw"]),
    *_LIVE,
    *_either("isLocal", _always),
    *_either("hasHLSFiles", fact("streams")),
    *_either("hasWebVideoFiles", fact("files")),
    _of_privacy(PUBLIC),
    _of_privacy(UNLISTED, PRIVATE),
    choice("include", 0, _always, "keeper"),
    choice("include", 63, _always, "keeper"),
    choice("autoTagOneOf", ["external-link"], _never, "keeper"),
    _UNWATCHED,
    choice("excludeAlreadyWatched", False, _always, "reader", "owner", "keeper"),
)


def _first_publication(item: Item) -> tuple[int, Any]:
    """When a video was published elsewhere; without that, its publication here, which is later."""
    date = item.facts.get("originallyPublishedAt")
    return (0, date) if date else (1, item.facts["created"])


_COLUMNS = {
    "name": Column(fact("shown"), "name"),
    "duration": Column(fact("seconds"), "duration"),
    "createdAt": Column(fact("created"), "createdAt"),
    # The library publishes its videos in the order in which it makes them.
    "publishedAt": Column(fact("created"), "publishedAt"),
    "originallyPublishedAt": Column(_first_publication),
    "views": Column(member="views"),
    "likes": Column(fact("likes"), "likes"),
    # By recent views, of which a new video has none.
    "trending": Column(tied=True),
    # These depend on the time of publication, among other things.
    "hot": Column(distinct=True),
    "best": Column(distinct=True),
    "localVideoFilesSize": Column(fact("size")),
}
_OWN_COLUMNS = _COLUMNS | {
    "originallyPublishedAt": Column(lambda item: item.facts.get("originallyPublishedAt"), "originallyPublishedAt")
}


def tagged(question: Question, tag: str) -> Question:
    """The same query, for videos with this tag only."""
    return replace(question, filters=(_some_tags(tag),))


def _listed(item: Item, question: Question) -> bool:
    if any(one.name == "privacyOneOf" for one in question.filters):
        return True
    privacy = item.facts["privacy"]
    return privacy == PUBLIC or (privacy == INTERNAL and question.who != "nobody")


def _of_channels(named: Callable[[Library, str], set[str]]) -> Callable[[Library, str], Sequence[Item]]:
    return lambda library, place: [item for item in library.videos if item.facts["channel"] in named(library, place)]


def _all_of_them(_library: Library) -> dict[str, Any]:
    return {"nsfw": "both"}


def _in_channel(name: str) -> Filter:
    return Filter(
        "channelId",
        name,
        lambda library: library.item(library.channels, name).id,
        lambda item, _: bool(item.facts["channel"] == name),
    )


VIDEOS = Listing(
    "getVideos",
    kept("videos"),
    of("id"),
    ("nobody", "reader", "keeper"),
    default="-publishedAt",
    columns=_COLUMNS,
    filters=_COMMON,
    fixed=lambda library: {"nsfw": "both", "tagsAllOf": [library.stem]},
    shown=_listed,
    skips=True,
)
ACCOUNT_VIDEOS = Listing(
    "getAccountVideos",
    kept("videos"),
    of("id"),
    _EVERYBODY,
    default="-publishedAt",
    columns=_COLUMNS,
    filters=(*_COMMON, *_SEARCHES),
    path=lambda library, _place: {"name": library.account("owner").username},
    fixed=_all_of_them,
    shown=_listed,
    skips=True,
)
CHANNEL_VIDEOS = Listing(
    "getVideoChannelVideos",
    _of_channels(lambda _library, place: {place}),
    of("id"),
    _EVERYBODY,
    default="-publishedAt",
    columns=_COLUMNS,
    filters=(*_COMMON, *_SEARCHES),
    places=_CHANNELS,
    path=lambda library, place: {"channelHandle": library.item(library.channels, place).facts["handle"]},
    fixed=_all_of_them,
    shown=_listed,
    skips=True,
)
SUBSCRIPTION_VIDEOS = Listing(
    "listSubscriptionVideos",
    _of_channels(lambda library, _place: {item.name for item in library.followed}),
    of("id"),
    ("reader",),
    default="-publishedAt",
    columns=_COLUMNS,
    filters=(*[one for one in _COMMON if "reader" in (one.readers or {"reader"})], *_SEARCHES),
    fixed=_all_of_them,
    shown=_listed,
    skips=True,
)
MY_VIDEOS = Listing(
    "listMyVideos",
    kept("videos"),
    of("id"),
    ("owner",),
    default="-publishedAt",
    columns=_OWN_COLUMNS,
    filters=(*_LIVE, *_SEARCHES, _in_channel("amber"), _in_channel("birch 2")),
)

VIDEO_LISTS = (VIDEOS, ACCOUNT_VIDEOS, CHANNEL_VIDEOS, SUBSCRIPTION_VIDEOS, MY_VIDEOS)
