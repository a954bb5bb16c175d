"""Model of administered users, and who may do what to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from hypothesis import strategies as st

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.reports.model.variables import NamedNumber, NamedText

# Callers who act on a user: two that manage users, one that does not, and the user.
ACTORS = ("admin", "admin", "admin", "moderator", "moderator", "user", "themself")
QUOTAS = ("videoQuota", "videoQuotaDaily")
# No video fits the first; the second is enough for all of a walk.
ROOMS = (600, 1_000_000, -1)
# Index of the user; the first is the one who is signed in at the beginning.
indexes = st.sampled_from((0, 0, 1, 2, 3))
rooms = st.sampled_from((600, 600, 1_000_000))
SOMEBODY_ELSES = "somebody else's"
REASON = "Too many whales & <b>bold</b> words"
_VALUES: Mapping[str, tuple[Any, ...]] = {
    "email": (SOMEBODY_ELSES, "another one", "another one"),
    "emailVerified": (True, False),
    "videoQuota": ROOMS,
    "videoQuotaDaily": ROOMS,
    "adminFlags": (1, 0),
    "password": ("another one",),
    "role": (0, 1, 2),
}
# Secrets are written, and never read.
UNREAD = {"password"}
DUPLICATES = ("username", "email", "channel", "username of a channel", "channel of an account")


class Role(IntEnum):
    """The roles, as the API numbers them."""

    ADMINISTRATOR = 0
    MODERATOR = 1
    USER = 2


roles = st.sampled_from(list(map(int, reversed(Role))))
actors = st.sampled_from(ACTORS)
members = st.fixed_dictionaries({}, optional={name: st.sampled_from(values[::-1]) for name, values in _VALUES.items()})
ways_to_block = st.sampled_from(("for a moment", "for a reason", "for no reason", "unblocked"))


@dataclass(eq=False)
class Person:
    """A user of the walk.

    `variable` begins the names by which reports show the user, `fields` is what can be read, `token` that of the last
    session, which is `signed_in` while it is valid.
    """

    variable: str
    user_id: NamedNumber
    username: NamedText
    channel: NamedText
    password: str
    fields: dict[str, Any]
    token: NamedText | None = None
    signed_in: bool = False
    channel_id: int = 0
    videos: list[str] = field(default_factory=list)
    is_gone: bool = False

    @property
    def role(self) -> int:
        """The user's role."""
        role: int = self.fields["role"]
        return role

    @property
    def is_blocked(self) -> bool:
        """Whether the user is blocked."""
        return bool(self.fields["blocked"])

    @property
    def is_unverified(self) -> bool:
        """Whether the address is recorded as unverified."""
        return self.fields.get("emailVerified") is False

    @property
    def manages_users(self) -> bool:
        """Whether the user may list users."""
        return self.role <= Role.MODERATOR

    def has_room(self) -> bool:
        """Whether the user's quotas hold one more video."""
        return all(self.fields[quota] != ROOMS[0] for quota in QUOTAS)

    def answers_to(self, text: str) -> bool:
        """Whether a search for this text finds the user."""
        return text in self.username or text in self.fields["email"]

    def sign_out(self) -> None:
        """Ends the user's sessions."""
        self.signed_in = False


def refusal(actor: str, person: Person, *, role: int | None = None) -> int:
    """The status that keeps an actor from changing a user, or from giving them this role; 0 where nothing does.

    Administrators manage everybody, moderators users, who stay users; users manage nobody (reference, "Users").
    """
    if actor == "themself" and not person.signed_in:
        return 401
    acts_as = {"admin": Role.ADMINISTRATOR, "moderator": Role.MODERATOR, "user": Role.USER}.get(actor, person.role)
    if acts_as == Role.ADMINISTRATOR:
        return 0
    if acts_as == Role.MODERATOR and person.role == Role.USER and role in {None, Role.USER}:
        return 0
    return 403


def read(user: Answer, names: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a user in the form in which they are written."""
    return {name: (user.at("role", "id") if name == "role" else user.at(name)).value for name in names}
