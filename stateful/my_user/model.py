"""Model of a user: valid and invalid values of what users can write about themselves, and what a server must store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer

_SWITCHES = (
    "autoPlayNextVideo",
    "autoPlayNextVideoPlaylist",
    "autoPlayVideo",
    "emailPublic",
    "noAccountSetupWarningModal",
    "noInstanceConfigWarningModal",
    "noWelcomeModal",
    "p2pEnabled",
    "videosHistoryEnabled",
)
# Shortest, longest, and values that are easily altered on the way.
_TEXTS: Mapping[str, tuple[Any, ...]] = {
    "displayName": ("A", " Zoë  🎬 ", "<b>Ada</b> & 'Co'", "n" * 120),
    "description": (None, "Ada", 'Two\r\nlines, "quoted"\t🎬', "d" * 1000),
    "nsfwPolicy": ("do_not_list", "blur", "display"),
    "theme": ("default", "instance-default"),
}
_LANGUAGES: tuple[list[str] | None, ...] = (None, [], ["en"], ["fr", "en", "zh-Hans"])

_VALUES: Mapping[str, tuple[Any, ...]] = {
    **_TEXTS,
    "videoLanguages": _LANGUAGES,
    **dict.fromkeys(_SWITCHES, (False, True)),
}
_MOST = 3


@st.composite
def preferences(draw: st.DrawFn) -> dict[str, Any]:
    """Draws a few members with valid values."""
    names = draw(st.lists(st.sampled_from(sorted(_VALUES)), unique=True, max_size=_MOST))
    return {name: draw(st.sampled_from(_VALUES[name])) for name in names}


# The values that a walk begins with: none is a server's default, so that a fallback to the default shows.
FIRST: Mapping[str, Any] = {
    "displayName": "A user",
    "description": "Writes.",
    "nsfwPolicy": "blur",
    "theme": "default",
    "videoLanguages": ["de"],
    "autoPlayNextVideo": True,
    "autoPlayNextVideoPlaylist": False,
    "autoPlayVideo": False,
    "emailPublic": True,
    "noAccountSetupWarningModal": True,
    "noInstanceConfigWarningModal": True,
    "noWelcomeModal": True,
    "p2pEnabled": False,
    "videosHistoryEnabled": False,
}
# Of the right type, and refused nevertheless: a value of a wrong type spoils more than the request on some servers.
REFUSED: Mapping[str, Mapping[str, Any]] = {
    "no display name": {"displayName": ""},
    "a display name of 121 characters": {"displayName": "n" * 121},
    "a description of 2 characters": {"description": "ab"},
    "a description of 1,001 characters": {"description": "d" * 1001},
    "an unknown policy": {"nsfwPolicy": "hide"},
    "a theme that is not installed": {"theme": "peertube-conformance-absent"},
    "500 languages": {"videoLanguages": ["en"] * 500},
    "an address without domain": {"email": "nobody"},
    "a password of 5 characters": {"password": "12345"},
}
# Members that are only examined beside the current password.
GUARDED = frozenset({"email", "password"})
ADDRESSES = ("email", "pendingEmail")
_OF_THE_ACCOUNT = frozenset({"displayName", "description"})


def contrary(members: Mapping[str, Any]) -> dict[str, Any]:
    """Other valid values for all preferences."""
    return {name: next(value for value in values if value != members.get(name)) for name, values in _VALUES.items()}


# What a walk writes before that, so that each of them is a change for a server that compares with the old values.
BEFORE: Mapping[str, Any] = contrary(FIRST)


@dataclass
class Person:
    """A user with every member that is read back.

    Each member has the session that wrote it, and the requirement that is broken where it differs.
    """

    members: dict[str, Any]
    writers: dict[str, str] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)

    def settle(self, requirement: str) -> None:
        """Makes this the requirement by which each member stays as it is, from here on."""
        self.because = dict.fromkeys(self.members, requirement)

    def wrote(self, members: Mapping[str, Any], requirement: str, session: str = "", after: str = "") -> None:
        """Records members written in a session, to be read back by this requirement.

        By the one named `after` where another session wrote them last, or did so before the same was written and nobody
        has read it.
        """
        for member, value in members.items():
            elsewhere = bool(after) and self.writers.get(member) != session
            again = bool(after) and self.because.get(member) == after and self.members[member] == value
            self.because[member] = after if elsewhere or again else requirement
            self.members[member], self.writers[member] = value, session

    def lost(self, member: str, value: Any) -> None:
        """Records that the server, by a known deviation, has this value; no session counts as its writer."""
        self.members[member], self.writers[member] = value, ""


@dataclass
class Owner:
    """The user whose password changes, over all walks, and a second session of that user.

    `passwords` begins with the initial one; `present` is the index of the current one.
    """

    account: Account
    passwords: list[str]
    present: int = 0
    elsewhere: Account | None = None

    @property
    def password(self) -> str:
        """The current password."""
        return self.passwords[self.present]


def read(me: Answer, member: str) -> object:
    """Reads a member from the response to "Get my user information"."""
    return (me.at("account", member) if member in _OF_THE_ACCOUNT else me.at(member)).value


def where(member: str) -> str:
    """The pointer to a member in that response."""
    return f"/response/body/{'account/' if member in _OF_THE_ACCOUNT else ''}{member}"
