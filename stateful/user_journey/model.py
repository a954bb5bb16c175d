"""Model of the whole journey: its stages and detours, the resources created on the way, and how an archive is read."""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.resources.factory import NotArranged
from peertube_conformance.reports.model.variables import NamedNumber, NamedText
from peertube_conformance.stateful.export_import.export_archive import DAMAGES

_FOLDER = "peertube"
_DETOURS_AT_ONCE = 2
_MADE_UP = "0123456789abcdef"
_LINK = re.compile(r"userId=(\d+)&(?:amp;)?verificationString=(\w+)")


class Road:
    """Stages in their order, and detours between them, at most two at one place; so many steps in all."""

    def __init__(self, stages: Sequence[str], steps: int) -> None:
        self._ahead = list(stages)
        self._spare = steps - len(stages)
        self._strayed = 0

    def leads_to(self, name: str) -> bool:
        """Whether this stage is the next."""
        return self._ahead[:1] == [name]

    @property
    def allows_detour(self) -> bool:
        """Whether a step without effect may be taken; at the end, as the only step left, it always may."""
        return not self._ahead or (self._spare > 0 and self._strayed < _DETOURS_AT_ONCE)

    def walk(self, name: str) -> None:
        """Records a step: the next stage, or else a detour."""
        if self.leads_to(name):
            self._ahead.pop(0)
            self._strayed = 0
        else:
            self._spare -= 1
            self._strayed += 1


@dataclass(frozen=True, slots=True)
class Step:
    """A method of the flow that a walk may call with drawn arguments.

    `detour` names an attribute of the flow without which it is no detour; empty where it never is one.
    """

    name: str
    detour: str
    arguments: SearchStrategy[dict[str, Any]]


_Method = TypeVar("_Method", bound=Callable[..., None])


def step(detour: str = "", **arguments: SearchStrategy[Any]) -> Callable[[_Method], _Method]:
    """Marks a method as a step: a stage where the road leads to it, a detour where the road allows one.

    For a detour, the attribute of the flow named `detour` must be set.
    """

    def marked(method: _Method) -> _Method:
        drawn = st.tuples(*arguments.values()).map(lambda values: dict(zip(arguments, values, strict=True)))
        method.step = Step(method.__name__, detour, drawn)  # type: ignore[attr-defined]
        return method

    return marked


@dataclass(slots=True)
class Traveller:
    """The user of the journey, with what is sent at sign-up.

    `channel` is None for none, `string` the one that was mailed, `read` whether the reader was asked for it, `verified`
    None where verification is not required, and `account` is set once the user signed in.
    """

    username: str
    email: str
    password: str
    verified: bool | None
    channel: str | None = None
    user_id: int = 0
    string: str = ""
    read: bool = False
    account: Account | None = None
    display_name: str = "A traveller"
    channel_display_name: str = "Travels"

    def request(self) -> dict[str, Any]:
        """The body of the sign-up."""
        body: dict[str, Any] = {"username": self.username, "password": self.password, "email": self.email}
        body["displayName"] = self.display_name
        if self.channel is not None:
            body["channel"] = {"name": self.channel, "displayName": self.channel_display_name}
        return body

    @property
    def signed_in(self) -> Account:
        """The account; the road has no stage before it that needs it."""
        assert self.account is not None
        return self.account


@dataclass(slots=True)
class Film:
    """The video: its ids, name, sent bytes, ratings by user, and the viewer's position."""

    id: int
    uuid: str
    name: str
    content: bytes
    ratings: dict[str, str] = field(default_factory=lambda: {"viewer": "none", "traveller": "none"})
    position: int | None = None

    def counts(self) -> tuple[int, int]:
        """The numbers of likes and dislikes."""
        given = list(self.ratings.values())
        return given.count("like"), given.count("dislike")


@dataclass(frozen=True, slots=True)
class Archive:
    """The contents of an archive of a user's data.

    The account's name, the names of videos and the digests of their files by UUID, and the last path segments of the
    videos that the user liked and disliked.
    """

    account: str
    names: dict[str, str]
    files: dict[str, str | None]
    liked: list[str]
    disliked: list[str]


NOTHING = Archive("", {}, {}, [], [])


def expected(who: Traveller, films: Sequence[Film]) -> Archive:
    """The expected contents of an archive with video files that is requested now."""
    rated = {film.uuid: film.ratings["traveller"] for film in films}
    return Archive(
        account=str(who.username),
        names={str(film.uuid): film.name for film in films},
        files={str(film.uuid): digest(film.content) for film in films},
        liked=[str(uuid) for uuid, rating in rated.items() if rating == "like"],
        disliked=[str(uuid) for uuid, rating in rated.items() if rating == "dislike"],
    )


@dataclass(slots=True)
class Export:
    """An export: its id, what its archive must hold, and once it is listed as completed the parts of the request that
    downloads it."""

    id: int
    holds: Archive
    download: dict[str, Any] = field(default_factory=dict)


def opened(content: bytes) -> Archive:
    """Reads an archive; NOTHING where it is none, or not in the form of one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except (*DAMAGES, AttributeError, KeyError, TypeError):
        return NOTHING


def _read(archive: zipfile.ZipFile) -> Archive:
    def document(name: str) -> Any:
        return json.loads(archive.read(f"{_FOLDER}/{name}.json"))

    def rated(kind: str) -> list[str]:
        return [one["videoUrl"].rpartition("/")[2] for one in document(kind)[kind]]

    videos = document("videos")["videos"]
    files: dict[str, str | None] = {}
    for video in videos:
        # Paths are relative to the document that names them.
        named = video["archiveFiles"]["videoFile"]
        path = posixpath.normpath(posixpath.join(_FOLDER, named)) if named else ""
        files[video["uuid"]] = digest(archive.read(path)) if path else None
    return Archive(
        account=document("account")["name"],
        names={video["uuid"]: video["name"] for video in videos},
        files=files,
        liked=rated("likes"),
        disliked=rated("dislikes"),
    )


def digest(content: bytes) -> str:
    """SHA-256 digest of the bytes (FIPS 180-4)."""
    return hashlib.sha256(content).hexdigest()


class Link(NamedTuple):
    """The contents of the link in a verification mail."""

    user_id: int
    string: str


def mailed(text: str) -> Link:
    """The link in a verification mail; raises NotArranged where there is none."""
    found = _LINK.search(text)
    if found is None:
        raise NotArranged("the verification mail has no link with a user and a verification string")
    return Link(int(found[1]), found[2])


def from_the_mail(who: Traveller) -> dict[str, str]:
    """Shell commands, by variable, that ask the person once for a value that only the mail contains."""
    if who.read or not who.string:
        return {}
    who.read = True
    wanted = {"userId": who.user_id, "verificationString": who.string}
    return {
        value.variable: f"read -r -p '{name} in the mail: ' it && printf %s \"$it\""
        for name, value in wanted.items()
        if isinstance(value, NamedText | NamedNumber)
    }


def wrong_string(kind: str, right: str) -> tuple[str, str]:
    """A verification string that is `invented`, or the right one `turned round`, and the command that prints it."""
    if kind == "invented" or not right:
        return _MADE_UP, f"echo {_MADE_UP}"
    return right[::-1], 'printf %s "$VERIFICATION_STRING" | rev'
