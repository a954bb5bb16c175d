"""Flow of one's own user: profile, preferences, password and address (reference, "My User")."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.resources.factory import NotArranged
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.variables import NamedText
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.my_user.model import (
    ADDRESSES,
    BEFORE,
    FIRST,
    GUARDED,
    REFUSED,
    Owner,
    Person,
    contrary,
    preferences,
    read,
    where,
)

_STRING = re.compile(r"verificationString=(\w+)")
# The user of each session: one has two.
_USERS = {"owner": "owner", "owner elsewhere": "owner", "other": "other"}
sessions = st.sampled_from(list(_USERS))
updates = st.lists(st.tuples(sessions, preferences()), min_size=1, max_size=3)
passwords = st.integers(0, 2)


class MyUser(Flow):
    """A user's profile updates are atomic, are returned as written, and are not affected by other users."""

    about = ("getUserInfo", "putUserInfo", "getAccount")
    examples: ClassVar[Mapping[str, int]] = {"smoke": 2, "standard": 12, "thorough": 40}

    @classmethod
    def walks(cls, depth: str) -> tuple[int, int]:
        """Few walks where sign-ins are scarce: a walk may sign in once or twice."""
        examples, steps = super().walks(depth)
        return (min(examples, 3), steps) if cls.context.is_scarce("getOAuthToken") else (examples, steps)

    @initialize()
    def begin(self) -> None:
        """The model: two users, of whom one has two sessions and a password that changes."""
        with self.aside():
            self.owner = self._owner()
            assert self.owner.elsewhere is not None
            self.sessions = {
                "owner": self.owner.account,
                "owner elsewhere": self.owner.elsewhere,
                "other": self.account("other"),
            }
        self.sign_ins = 1 if self.context.is_scarce("getOAuthToken") else 3
        for session in ("owner elsewhere", "owner"):
            answer = self.send("putUserInfo", self.sessions[session], body=dict(BEFORE))
            self.expect(answer, 204, requirement="PT-ME-01", situation="an update of preferences")
        self.asked: dict[str, Exchange] = {}
        self.people: dict[str, Person] = {}
        for user in ("owner", "other"):
            answer = self.send("putUserInfo", self.sessions[user], body=dict(FIRST))
            self.expect(answer, 204, requirement="PT-ME-01", situation="an update of preferences")
            me = Answer.of(self._me(user))
            self.people[user] = Person({member: me.at(member).value for member in ADDRESSES})
            self.people[user].settle("PT-ME-02")
            self.people[user].wrote(FIRST, "PT-ME-01", user)

    # Preferences

    @stage(updates=updates)
    def change(self, updates: list[tuple[str, dict[str, Any]]]) -> None:
        """Write some preferences, and some more in this or another session."""
        self._act("PT-ME-02", *(session for session, _ in updates))
        for session, written in updates:
            answer = self.send("putUserInfo", self._actor(session), body=written)
            if self.expect(answer, 204, requirement="PT-ME-01", situation="an update of preferences"):
                self.people[_USERS[session]].wrote(written, "PT-ME-01", session, "PT-ME-11")

    @stage(session=sessions, wrong=st.sampled_from(sorted(REFUSED)))
    def change_wrongly(self, session: str, wrong: str) -> None:
        """Write other values for all preferences, and one member that is refused."""
        self._act("PT-ME-03", session)
        body = {**contrary(self.people[_USERS[session]].members), **REFUSED[wrong]}
        if GUARDED & body.keys():
            is_owner = _USERS[session] == "owner"
            body["currentPassword"] = self.owner.password if is_owner else self.sessions["other"].password
        if "password" in body:
            body["password"] = self.stand_in(body["password"], "SHORT_PASSWORD")
        answer = self.send("putUserInfo", self._actor(session), body=body)
        self.expect(answer, 400, requirement="PT-ME-03", situation=f"an update with {wrong}")

    # The password

    @stage(to=passwords)
    def change_password(self, to: int) -> None:
        """Change the password, and try the old one where it is asked for."""
        self._act("PT-ME-02", "owner")
        old, new = self.owner.password, self.owner.passwords[to]
        answer = self._put_guarded(old, password=new)
        if not self.expect(answer, 204, requirement="PT-ME-07", situation="a new password with the current password"):
            return
        self.owner.present = to
        answer, situation = self._me("owner"), "a request in the session that changed the password"
        if not self.expect(answer, 200, requirement="PT-ME-08", situation=situation):
            name = self.sessions["owner"].username
            self.sessions["owner"] = self.owner.account = self.world.sign_in(name, new, "owner")
        if old == new:
            return
        situation = "an update with the old password"
        self.expect(self._put_guarded(old, password=old), 401, requirement="PT-ME-07", situation=situation)
        if "owner elsewhere" in self.sessions:
            body, elsewhere = {"password": old, "currentPassword": old}, self.sessions["owner elsewhere"]
            answer, situation = (self.send("putUserInfo", elsewhere, body=body), f"{situation}, in another session")
            if not self.expect(answer, 401, requirement="PT-ME-11", situation=situation):
                # Where that is known to happen, one of the two is current, and that session uses a copy of its own.
                self._set_password(self.owner, to)
                del self.sessions["owner elsewhere"]
                self.owner.elsewhere = None

    @stage(what=st.sampled_from(["password", "email"]), present=st.sampled_from(["left out", "wrong"]))
    def fail_to_change(self, what: str, present: str) -> None:
        """Change the password or the address, and all preferences, without the present password."""
        self._act("PT-ME-06", "owner")
        value = self.owner.passwords[1] if what == "password" else self.world.address()
        wrong = self.stand_in("wrong-password", "WRONG_PASSWORD") if present == "wrong" else None
        answer = self._put_guarded(wrong, **{what: value}, **contrary(self.people["owner"].members))
        status, situation = (401 if present == "wrong" else 400, f"a new {what}, the current password {present}")
        self.expect(answer, status, requirement="PT-ME-06", situation=situation)

    @precondition(lambda self: self.sign_ins > 0)
    @stage(password=passwords)
    def sign_in(self, password: int) -> None:
        """Sign in with the current password, or with an old or future one."""
        self._act("PT-ME-02", "owner")
        self.sign_ins -= 1
        answer = self.ask_for_tokens(self.sessions["owner"].username, self.owner.passwords[password])
        is_right = password == self.owner.present
        situation = "a sign-in with the current password" if is_right else "a sign-in with another password"
        self.expect(answer, 200 if is_right else 400, requirement="PT-ME-07", situation=situation)

    # The address

    @stage(string=st.sampled_from(["none", "an invented one", "one mailed elsewhere", "the mailed one"]))
    def change_address(self, string: str) -> None:
        """Change the address, and send a verification string."""
        self._act("PT-ME-02", "owner")
        earlier = self._write_address() if string == "one mailed elsewhere" else ""
        address = self._write_address()
        if string == "none" or self.world.mailbox_or_none is None or not self._verifies():
            return
        if string == "the mailed one":
            self._verify(address)
        else:
            sent = self.stand_in("0" * 64, "INVENTED_STRING") if not earlier else self._string(earlier)
            situation = f"a wrong verification string ({string})"
            self.expect(self._sent(sent), 403, requirement="PT-ME-10", situation=situation)
            self.people["owner"].because |= dict.fromkeys(ADDRESSES, "PT-ME-10")

    # Comparison

    @invariant()
    def users_are_as_remembered(self) -> None:
        """Read everything that was written, in each session and in public."""
        for session in list(self.sessions):
            user, answer = _USERS[session], self._me(session)
            if answer.status == 401 and session == "owner elsewhere":
                del self.sessions[session]  # ended by a change of the password, which nothing forbids
                continue
            self.expect(answer, 200, requirement="PT-ME-01", situation="reading one's own user")
            for member, value in list(self.people[user].members.items()):
                requirement, message = (
                    self.people[user].because[member],
                    f"{member} of the user is not the value written last",
                )
                at, seen = where(member), read(Answer.of(answer), member)
                if not self.agree(answer, requirement, at=at, expected=value, actual=seen, message=message):
                    self.people[user].lost(member, seen)
        for user, person in self.people.items():
            answer = self.send("getAccount", path={"name": self.sessions[user].username})
            self.expect(answer, 200, requirement="PT-ME-05", situation="reading a public account")
            for member in ("displayName", "description"):
                message = f"{member} of the public account is not what its user wrote"
                at, seen = f"/response/body/{member}", Answer.of(answer).at(member).value
                self.agree(answer, "PT-ME-05", at=at, expected=person.members[member], actual=seen, message=message)

    # Requests

    def _owner(self) -> Owner:
        """The owner, with the first password and valid sessions; replaced where a session or the password was lost."""
        known = self.once("owner", list[Owner])
        if not known or self.send("getUserInfo", known[-1].account).status != 200:
            account = self.world.account(fresh=True, label="owner")
            known.append(Owner(account, [account.password]))
        owner = known[-1]
        if owner.present:
            self._set_password(owner, 0)
        # New sessions: those of the last walk may be valid yet on a server that revokes none.
        owner.passwords[1:] = [self.world.password(f"{name}_PASSWORD") for name in ("SECOND", "THIRD")]
        if owner.elsewhere is None or self.send("getUserInfo", owner.elsewhere).status != 200:
            name = owner.account.username
            owner.elsewhere = self.world.sign_in(name, owner.password, "owner elsewhere")
            self.world.secret(owner.password, "OWNER_PASSWORD")
        return owner

    def _set_password(self, owner: Owner, to: int) -> None:
        """Makes the password with this index the current one, whichever is now."""
        for tried in (owner.password, *owner.passwords):
            body = {"password": owner.passwords[to], "currentPassword": tried}
            if self.send("putUserInfo", owner.account, body=body).status == 204:
                owner.present = to
                return
        raise NotArranged("the server accepts none of the passwords that the run set")

    def _actor(self, session: str) -> Account:
        return self.sessions.get(session) or self.sessions["owner"]

    def _me(self, session: str) -> Exchange:
        return self.send("getUserInfo", self._actor(session))

    def _act(self, requirement: str, *sessions: str) -> None:
        """Notes that users act: their own members stay by this requirement, those of others by the one about others."""
        acting = {_USERS[session] for session in sessions}
        for user, person in self.people.items():
            person.settle(requirement if user in acting else "PT-ME-04")

    def _put_guarded(self, present: str | None, **members: Any) -> Exchange:
        """Sends an update of the owner that needs the current password."""
        body = members if present is None else {**members, "currentPassword": present}
        return self.send("putUserInfo", self.sessions["owner"], body=body)

    # Addresses

    def _verifies(self) -> bool:
        """Whether new addresses are verified here (reference, "Config")."""
        return self.once("verifies", lambda: self.world.ask("getConfig").flag("signup", "requiresEmailVerification"))

    def _write_address(self) -> str:
        address = self.world.address()
        answer = self._put_guarded(self.owner.password, email=address)
        self.expect(answer, 204, requirement="PT-ME-09", situation="a new address with the current password")
        member = "pendingEmail" if self._verifies() else "email"
        self.people["owner"].because |= dict.fromkeys(ADDRESSES, "PT-ME-09")
        self.people["owner"].members[member] = address
        self.asked[address] = answer
        return address

    def _string(self, address: str) -> NamedText:
        """The verification string mailed to an address."""
        found = _STRING.search(self.mail_of(self.asked[address], "PT-ME-09", address, "verificationString="))
        return self.secret(found[1] if found else "", "VERIFICATION_STRING")

    def _sent(self, string: str) -> Exchange:
        body = {"verificationString": string, "isPendingEmail": True}
        return self.send("verifyUser", path={"id": self.sessions["owner"].user_id}, body=body)

    def _verify(self, address: str) -> None:
        """Sends the right string, twice."""
        string = self._string(address)
        answer, situation = self._sent(string), "the verification string of a new address"
        if self.expect(answer, 204, requirement="PT-ME-09", situation=situation):
            self.people["owner"].wrote({"email": address, "pendingEmail": None}, "PT-ME-09")
            situation = "a used verification string"
            self.expect(self._sent(string), 403, 400, requirement="PT-ME-10", situation=situation)


@pytest.mark.requirement(
    "PT-ME-01", "PT-ME-02", "PT-ME-03", "PT-ME-04", "PT-ME-05", "PT-ME-06", "PT-ME-07", "PT-ME-08", "PT-ME-09",
    "PT-ME-10", "PT-ME-11",
)  # fmt: skip
def test_my_user(walk: Callable[[type[Flow]], None]) -> None:
    """My user."""
    walk(MyUser)
