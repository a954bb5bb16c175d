"""Model of videos: their details, who may see them, and their size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from hypothesis import strategies as st

from peertube_conformance.fixtures.media import generated_files as media
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.request_draft import Upload
from peertube_conformance.fixtures.safety.guard import impossible

VIEWERS = ("anonymous", "user", "owner", "moderator")
NAMES = ("id", "uuid", "shortUUID")
QUOTAS = ("videoQuota", "videoQuotaDaily")
NO_LIMIT = -1
_INSTANT = "2015-02-28T23:30:00.000Z"
_FUTURE = {"updateAt": "2099-12-31T12:00:00.000Z", "privacy": 1}
# Members that may be written, and are read back as they were written.
_VALUES: Mapping[str, tuple[Any, ...]] = {
    "name": ("A walk in the park", "Gewöhnliche Füchse & Co"),
    "category": (6, 1, None),
    "licence": (2, 7, None),
    "language": ("fr", "en", None),
    "nsfw": (True, False),
    "waitTranscoding": (True, False),
    "description": ("Along the river.", "Three words here", None),
    "support": ("Send **letters**.", None),
    "tags": (["river"], ["otter", "heron", "reed"], None),
    "commentsPolicy": (2, 3, 1),
    "downloadEnabled": (False, True),
    "originallyPublishedAt": (_INSTANT, None),
    "scheduleUpdate": (_FUTURE, None),
}
# The values of the video that a walk begins with: something for each member.
FIRST: Mapping[str, Any] = {name: values[0] for name, values in _VALUES.items() if name != "scheduleUpdate"}
# Members that are number and label where they are read.
_LABELLED = {"category", "licence", "language", "commentsPolicy", "privacy", "channel"}
# Lists leave these out, or give their beginning only.
_ONLY_WHOLE = {"description", "support", "tags", "commentsPolicy", "downloadEnabled"}
PICTURES = {"thumbnailfile": "thumbnailPath", "previewfile": "previewPath"}
CHANNEL = "channelId"

FOREIGN_CHANNEL = "somebody else's channel"
# Values that no video can have.
WRONG: Mapping[str, Mapping[str, Any]] = {
    "too short a name": {"name": "ab"},
    "an unknown licence": {"licence": 99},
    "too many tags": {"tags": ["one", "two", "three", "four", "five", "six"]},
    "an unknown privacy": {"privacy": 9},
    "an unknown channel": {CHANNEL: impossible("channel.id", 1)},
    FOREIGN_CHANNEL: {},
}
# Sent beside an invalid member: of this nothing may be kept.
BESIDE = {"category": 15, "support": "Half a change", "language": "de", "nsfw": False}


class Privacy(IntEnum):
    """The privacy of a video, as the API numbers it."""

    PUBLIC = 1
    UNLISTED = 2
    PRIVATE = 3
    INTERNAL = 4
    PASSWORD = 5


# Besides the written members: which of the owner's channels the video is in.
members = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(values[::-1]) for name, values in _VALUES.items()},
        CHANNEL: st.sampled_from((1, 0)),
    },
)
kinds = st.sampled_from(("mp4", "webm", "ogv"))
# Files that are no video: by their media type, or only by their content.
others = st.sampled_from(("text as video", "picture as video", "text", "picture"))
_OTHERS: Mapping[str, tuple[str, bytes]] = {
    "text": ("text/plain", b"No demuxer finds a video in these words.\n"),
    "picture": (media.PNG_TYPE, media.png(16, 16)),
}
_KINDS: Mapping[str, tuple[str, Any]] = {
    "mp4": (media.MP4_TYPE, media.mp4),
    "webm": (media.WEBM_TYPE, media.webm),
    "ogv": (media.OGG_TYPE, media.ogv),
}


def video_file(kind: str, number: int) -> Upload:
    """A video of this kind, another for each number."""
    media_type, make = _KINDS[kind]
    return Upload(f"walk-{number}.{kind}", media_type, make(seed=number))


def picture() -> Upload:
    """A picture for a video."""
    return Upload("picture.png", media.PNG_TYPE, media.png(16, 9))


def other_file(what: str, kind: str) -> tuple[Upload, int]:
    """A file that is not a video although its name says so, and the status that refuses it: 415 for its media
    type, 422 of what is in it."""
    name, _, pretended = what.partition(" as ")
    media_type, content = _OTHERS[name]
    return Upload(f"walk.{kind}", _KINDS[kind][0] if pretended else media_type, content), 422 if pretended else 415


@dataclass(eq=False)
class Video:
    """A video of the walk.

    `variable` begins the names by which reports show it, `said` are its members as they are read back, `room` the bytes
    it counts for, `passwords` the numbers of those that open it.
    """

    variable: str
    ids: Mapping[str, Any]
    privacy: Privacy
    channel: int
    room: int = 0
    said: dict[str, Any] = field(default_factory=dict)
    passwords: list[int] = field(default_factory=list)

    def answer_to(self, viewer: str, name: str) -> int:
        """The status of reading it by this one of its names, without a password (reference, "Get a video")."""
        if self.privacy == Privacy.PASSWORD:
            return 403 if viewer in {"anonymous", "user"} else 200
        guarded = {Privacy.PRIVATE, Privacy.INTERNAL} | ({Privacy.UNLISTED} if name == "id" else set())
        if self.privacy not in guarded or viewer in {"owner", "moderator"}:
            return 200
        if viewer == "anonymous":
            return 401
        return 200 if self.privacy == Privacy.INTERNAL else 403

    def is_listed_for(self, viewer: str) -> bool:
        """Whether lists of videos show it to this viewer."""
        return self.privacy == Privacy.PUBLIC or (self.privacy == Privacy.INTERNAL and viewer != "anonymous")

    def visible(self, *, whole: bool) -> dict[str, Any]:
        """Its members as a response shows them, `whole` or in a list."""
        said = {name: value for name, value in self.said.items() if whole or name not in _ONLY_WHOLE}
        return said | {"privacy": self.privacy, "channel": self.channel}

    def learn(self, details: Answer) -> None:
        """Takes over its details, and the size of its files, from the instance."""
        self.said = read(details)
        streamed = [file for playlist in details.items("streamingPlaylists") for file in playlist.items("files")]
        self.room = max((file.number("size") for file in [*details.items("files"), *streamed]), default=0)

    def write(self, written: Mapping[str, Any]) -> None:
        """Takes over the members that were written."""
        for name, value in written.items():
            if name in _VALUES:
                self.said[name] = sorted(value or ()) if name == "tags" else value
            elif name == CHANNEL:
                self.channel = int(value)


def read(answer: Answer, names: Iterable[str] = (*_VALUES, *PICTURES.values())) -> dict[str, Any]:
    """Members of a response in the form in which they are written; all members of a video by default."""
    return {name: _plain(answer, name) for name in names}


def _plain(answer: Answer, name: str) -> Any:
    found = answer.at("scheduledUpdate" if name == "scheduleUpdate" else name)
    if name in _LABELLED and isinstance(found.value, dict):
        return found.at("id").value
    value = found.value
    return sorted(value, key=str) if name == "tags" and isinstance(value, list) else value
