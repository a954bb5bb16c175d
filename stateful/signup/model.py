"""Model of sign-ups: applicants, their requests, the accounts created from them, and taken names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from peertube_conformance.fixtures.resources.factory import NotArranged
from peertube_conformance.reports.model.variables import NamedText

# People who may ask; a person's name stands for a user name, an address and the name of a channel alike.
PEOPLE = ("anna", "ben", "cleo", "dora", "emil", "finn", "gwen")
# People who never ask, whose names or addresses are given to accounts that an administrator creates.
BESIDE = tuple(f"guest{number}" for number in range(1, 10))
_STRING = re.compile(r"verificationString=(\w+)")


def mailed(text: str) -> str:
    """The verification string in a mail; raises NotArranged where there is none."""
    found = _STRING.search(text)
    if found is None:
        raise NotArranged("a verification mail has no link with a verification string")
    return found[1]


@dataclass(slots=True)
class Member:
    """An account: whose user name and address it has, and whether the address is verified.

    `verified` is None where nobody asked; `asked` says whether it came from a request, with that person's password.
    """

    id: int
    name: str
    address: str
    verified: bool | None
    asked: bool = True
    gone: bool = False


@dataclass(slots=True)
class Request:
    """A request for an account: whose user name, address and channel name it asks for.

    With the decision and its text, the mailed strings, of which the last is valid, and whether a first one is still to
    be read. `channel` is None for no channel.
    """

    id: int
    name: str
    address: str
    channel: str | None
    verified: bool | None
    state: str = "Pending"
    response: str | None = None
    deleted: bool = False
    member: Member | None = None
    strings: list[NamedText] = field(default_factory=list)
    expects_mail: bool = False

    @property
    def pending(self) -> bool:
        """Whether it waits for a decision."""
        return self.state == "Pending" and not self.deleted

    @property
    def names(self) -> set[str]:
        """The names requested for the account and its channel."""
        return {self.name} | ({self.channel} if self.channel else set())


class Book:
    """All requests of a walk, in their order, and all accounts. Names of accounts and channels are given only once."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.members: list[Member] = []
        self.given: set[str] = set()

    @property
    def kept(self) -> list[Request]:
        """The requests that are not deleted."""
        return [request for request in self.requests if not request.deleted]

    @property
    def present(self) -> list[Member]:
        """The accounts that are not deleted."""
        return [member for member in self.members if not member.gone]

    @property
    def unaccepted(self) -> list[Request]:
        """The requests that are not deleted and have no account."""
        return [request for request in self.kept if request.state != "Accepted"]

    @property
    def pending(self) -> list[Request]:
        """The requests that wait for a decision."""
        return [request for request in self.requests if request.pending]

    @property
    def free(self) -> list[Request]:
        """The pending requests that could be accepted."""
        return [one for one in self.pending if not self.hinders(one.names, one.address)]

    def at(self, address: str) -> Member | Request | None:
        """The account with this address, or else the request."""
        known: list[Member | Request] = [*self.present, *self.kept]
        return next((one for one in known if one.address == address), None)

    def signs_in(self, name: str, address: str, password: str) -> str:
        """The outcome of a sign-in: `member`, `unverified`, the state of a request, or `nobody`.

        The sign-in is by a user name or an address (the other one is empty) with the password of this person.
        """
        for member in self.present:
            if name == member.name or address == member.address:
                if member.asked and member.name == password:
                    return "unverified" if member.verified is False else "member"
                break
        for request in self.kept:
            if name == request.name or address == request.address:
                return request.state
        return "nobody"

    @property
    def unknown(self) -> list[str]:
        """The people whose names and addresses are free: no account has them, and no request asks for them."""
        names, addresses = set(self.taken_names), set(self.taken_addresses)
        return [one for one in PEOPLE if one not in names and one not in addresses]

    @property
    def taken_names(self) -> list[str]:
        """The names that are requested, or are or were given to accounts and channels."""
        return sorted(self.given.union(*(request.names for request in self.kept)))

    @property
    def taken_addresses(self) -> list[str]:
        """The addresses of accounts and requests."""
        return sorted({one.address for one in self.present} | {one.address for one in self.kept})

    def hinders(self, names: set[str], address: str) -> bool:
        """Whether an account or channel has, or has had, one of the names, or an account the address."""
        return bool(names & self.given) or any(member.address == address for member in self.present)

    def accept(self, request: Request, user_id: int) -> Member:
        """Creates the account of an accepted request."""
        member = Member(user_id, request.name, request.address, request.verified)
        self.members.append(member)
        self.given |= request.names
        request.state, request.member = "Accepted", member
        return member

    def remove(self, member: Member) -> None:
        """Deletes the account; a request that it came from stays, without it."""
        member.gone = True
        for request in self.requests:
            if request.member is member:
                request.member = None
