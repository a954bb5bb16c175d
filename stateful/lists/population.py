"""Populates a library once: channels, playlists, videos and users with equal and different sort and filter values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.request_draft import Upload
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.reports.model.variables import NamedNumber, NamedText
from peertube_conformance.stateful.lists.dataset import (
    DISLIKE,
    FORM,
    INTERNAL,
    LIKE,
    PRIVATE,
    PUBLIC,
    UNLISTED,
    Library,
    variable,
)

COMMENTS, READ = 17, (2, 5, 9)
_FIRST_CHANNEL = "amber"
_CHANNELS = (("birch 1", "birch"), ("birch 2", "birch"), ("cedar", "cedar"))
_PLAYLISTS = (
    ("fern 1", "fern", PUBLIC),
    ("moss", "moss", PRIVATE),
    ("fern 2", "fern", UNLISTED),
    ("ivy", "ivy", PUBLIC),
)
_RATINGS = (("harbour", LIKE), ("meadow 1", DISLIKE), ("meadow 2", LIKE), ("glacier", DISLIKE))
_WATCHED = ("harbour", "meadow 2", "glacier")
_FOLLOWED = ("amber", "birch 1")
_FILES = {"files": [{"size": int}], "streamingPlaylists": [{"files": [{"size": int}]}]}
_NOTICES = {"data": [{"id": int, "createdAt": str, "comment": {"id": int}}]}
# Names so unlike each other that no search takes one for another.
_VIDEOS: Mapping[str, dict[str, Any]] = {
    "harbour": {"in": "amber", "category": 1, "licence": 1, "language": "en", "tags": ["alpha", "beta"], "for": 2},
    "meadow 1": {"in": "amber", "category": 2, "licence": 2, "language": "fr", "nsfw": True, "tags": ["alpha"]},
    "meadow 2": {
        "in": "birch 1",
        "category": 2,
        "licence": 1,
        "for": 3,
        "originallyPublishedAt": "2001-02-03T04:05:06.000Z",
    },
    "glacier": {
        "in": "birch 1",
        "privacy": INTERNAL,
        "category": 1,
        "language": "en",
        "tags": ["beta"],
        "originallyPublishedAt": "2011-02-03T04:05:06.000Z",
    },
    "orchid": {"in": "birch 2", "privacy": UNLISTED, "nsfw": True, "tags": ["gamma"]},
    "lantern": {"in": "birch 2", "language": "de", "tags": ["beta", "gamma", "alphabet"], "for": 2},
    # The last one: publishing it anew leaves it the one published last.
    "volcano": {"in": "birch 2", "privacy": PRIVATE, "category": 1, "language": "en"},
}


def furnished(world: World) -> Library:
    """Creates a library with all its items.

    Raises NotArranged and Unavailable as the world does.
    """
    stem = NamedText(world.unique("shelf"), "SHELF_NAME")
    library = Library(world, stem, {"nobody": None, "keeper": world.account("moderator")})
    _people(library)
    owner = library.account("owner")
    body = {"displayName": _FIRST_CHANNEL}
    library.call("putVideoChannel", "owner", path={"channelHandle": owner.channel_handle}, body=body)
    library.added(library.channels, _FIRST_CHANNEL, owner.channel_id, shown=_FIRST_CHANNEL, handle=owner.channel_handle)
    for name, shown in _CHANNELS:
        library.add_channel(name, shown)
    # Only comments cause notifications, because they come in a known order.
    settings = library.ask("getUserInfo", "owner").members("notificationSettings")
    library.call("putMyNotificationSettings", "owner", body={**settings, "newFollow": 0})
    _playlists(library)
    for name, wanted in _VIDEOS.items():
        _upload(library, name, wanted)
    _deeds(library)
    return library


def _people(library: Library) -> None:
    for login, name in enumerate(("owner", "reader"), 1):
        world, username, password = library.world, f"{library.stem}_{name}", library.world.password()
        number = world.create_user(username, password, world.address())
        library.readers[name] = world.sign_in(username, password, label=name)
        facts = {"username": username, "role": 2, "blocked": False, "login": login, "quota": 2 - login}
        library.added(library.users, name, number, **facts)
    library.add_user("helper", "moderator")
    guest = library.add_user("guest")
    library.call("blockUser", "keeper", path={"id": guest.id}, body={})
    guest.facts["blocked"] = True


def _playlists(library: Library) -> None:
    path = {"name": library.account("owner").username}
    for one in library.ask("listAccountPlaylists", "owner", path=path).items("data"):
        facts = {"shown": one.text("displayName"), "privacy": PRIVATE, "type": 2}
        library.added(library.playlists, "later", one.number("id"), **facts)
    for name, shown, privacy in _PLAYLISTS:
        library.add_playlist(name, shown, privacy)


def _upload(library: Library, name: str, wanted: Mapping[str, Any]) -> None:
    facts: dict[str, Any] = {"privacy": PUBLIC, "tags": [], "for": 1, "nsfw": False} | dict(wanted)
    channel, seconds = library.item(library.channels, facts.pop("in")), facts.pop("for")
    shown = name.partition(" ")[0]
    content = library.world.media.mp4(seconds, seed=len(library.videos))
    body = {
        **facts,
        "name": shown,
        "channelId": int(channel.id),
        "tags": [library.stem, *facts["tags"]],
        "videofile": Upload(f"{shown}.mp4", "video/mp4", content),
    }
    made = library.ask("uploadLegacy", "owner", body=body, media_type=FORM).at("video")
    number, uuid, owner = made.number("id"), made.text("uuid"), library.account("owner")
    done = lambda seen: seen if seen.number("state", "id") == 1 else None  # noqa: E731
    details = library.world.wait_for_video(uuid, owner, done).shaped(_FILES)
    streams = details["streamingPlaylists"]
    files = [*details["files"], *(file for stream in streams for file in stream["files"])]
    facts |= {
        "uuid": NamedText(uuid, variable(name, "UUID")),
        "shown": shown,
        "channel": channel.name,
        "seconds": seconds,
        "likes": 0,
        "size": sum(file["size"] for file in files),
        "files": bool(details["files"]),
        "streams": bool(streams),
    }
    library.added(library.videos, name, NamedNumber(number, variable(name, "ID")), **facts)


def _deeds(library: Library) -> None:
    for name, rating in _RATINGS:
        library.rate(library.item(library.videos, name), rating)
    library.like(library.videos[0], liked=True)
    for name in _WATCHED:
        library.watch(library.item(library.videos, name))
    for name in _FOLLOWED:
        library.follow("reader", library.item(library.channels, name))
    library.follow("owner", library.channels[0])
    for number in range(1, COMMENTS + 1):
        library.add_comment(f"comment {number}", "reader")
    _notifications(library)


def _notifications(library: Library) -> None:
    """Adds the owner's notifications of comments, which the server creates in the background; some are marked as read."""

    def complete(found: Answer) -> list[Any] | None:
        entries: list[Any] = found.shaped(_NOTICES)["data"]
        return entries if len(entries) == len(library.comments) else None

    query = {"count": 100, "sort": "createdAt"}
    entries = library.world.wait_for("listMyNotifications", library.account("owner"), complete, query=query)
    names = {int(item.id): item.name for item in library.comments}
    for entry in sorted(entries, key=lambda entry: (entry["createdAt"], entry["id"])):
        number = entry["comment"]["id"]
        name = names.get(number, "an unknown comment")
        library.added(library.notifications, name, number, read=False, notice=entry["id"])
    read = [library.notifications[place] for place in READ]
    body = {"ids": [item.facts["notice"] for item in read]}
    library.call("markMyNotificationsRead", "owner", body=body)
    for item in read:
        item.facts["read"] = True
