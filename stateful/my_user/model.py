"""What a user can write about themselves, rightly and wrongly, and what a server must remember of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from peertube_conformance.fixtures.messages.account import Account

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
# Shortest, longest, and such as are easily spoiled on the way.
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
    """A few members with values that are good."""
    names = draw(st.lists(st.sampled_from(sorted(_VALUES)), unique=True, max_size=_MOST))
    return {name: draw(st.sampled_from(_VALUES[name])) for name in names}


# What a walk begins with: nothing that a server gives to new users, so that what falls back to that shows.
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
# Of the right type, and refused all the same: a value of a wrong type spoils more than the request on some servers.
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
# Those that are only looked at beside the present password.
GUARDED = frozenset({"email", "password"})
ADDRESSES = ("email", "pendingEmail")
_OF_THE_ACCOUNT = frozenset({"displayName", "description"})


def contrary(members: Mapping[str, Any]) -> dict[str, Any]:
    """Other good values for all preferences."""
    return {name: next(value for value in values if value != members.get(name)) for name, values in _VALUES.items()}


# What a walk writes before that, so that each of them is a change for whoever compares with what was.
BEFORE: Mapping[str, Any] = contrary(FIRST)


@dataclass
class Person:
    """A user: every member that is read back, the session that wrote it, and the requirement to blame where it is not as
    it should be."""

    members: dict[str, Any]
    writers: dict[str, str] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)

    def settle(self, requirement: str) -> None:
        """From here on it is this requirement by which each member stays as it is."""
        self.because = dict.fromkeys(self.members, requirement)

    def wrote(self, members: Mapping[str, Any], requirement: str, session: str = "", after: str = "") -> None:
        """These members were written in a session, and are to be read back by this requirement; by the one named
        `after` where another session wrote them last, or did so before the same was written and nobody has read it."""
        for member, value in members.items():
            elsewhere = bool(after) and self.writers.get(member) != session
            again = bool(after) and self.because.get(member) == after and self.members[member] == value
            self.because[member] = after if elsewhere or again else requirement
            self.members[member], self.writers[member] = value, session

    def lost(self, member: str, value: Any) -> None:
        """The server is known not to keep what was written: it has this value, and no session counts as its writer."""
        self.members[member], self.writers[member] = value, ""


@dataclass
class Owner:
    """The user whose password changes, over all walks: all the passwords there are, the first of them the one to begin
    with, which of them is the present one, and a second session."""

    account: Account
    passwords: list[str]
    present: int = 0
    elsewhere: Account | None = None

    @property
    def password(self) -> str:
        """The present one."""
        return self.passwords[self.present]


def read(me: Mapping[str, Any], member: str) -> Any:
    """A member where the answer to "Get my user information" has it."""
    account = me.get("account")
    if member in _OF_THE_ACCOUNT:
        return account.get(member) if isinstance(account, dict) else None
    return me.get(member)


def where(member: str) -> str:
    """The pointer to it."""
    return f"/response/body/{'account/' if member in _OF_THE_ACCOUNT else ''}{member}"
