"""Base of the user administration flow: its requests, and what is compared after each step."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from hypothesis.stateful import invariant, precondition

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.user_administration.model import Person, Role, read

_MANY = 100
_CREATED, _WRITTEN, _STAYED, _LISTED = "PT-USER-01", "PT-USER-03", "PT-USER-04", "PT-USER-05"
_BLOCKED, _ENDED, _ENTITLED, _DELETED = "PT-USER-06", "PT-USER-07", "PT-USER-08", "PT-USER-10"
_REFUSALS = {"PT-USER-02", "PT-USER-11", "PT-USER-12", "PT-USER-13", "PT-USER-14"}
somebody = precondition(lambda flow: flow.alive)


class AdministrationFlow(Flow):
    """`touched` is the user that the last step was about, `because` the requirement, `written` what it wrote."""

    def start(self) -> None:
        """The model: no users."""
        self.staff: dict[str, Account] = {
            "admin": self.world.account("admin"),
            "moderator": self.world.account("moderator"),
            "user": self.account("viewer"),
        }
        config = self.once("config", lambda: self.world.ask("getConfig"))
        self.verifies = config.flag("signup", "requiresEmailVerification")
        self.base = self.name(self.world.unique("walk"), "WALK")
        self.persons: list[Person] = []
        self.passwords = self.sign_ins = 0
        self.touched: Person | None = None
        self.because = ""
        self.written: Collection[str] = ()

    @property
    def alive(self) -> list[Person]:
        """The users that were not deleted."""
        return [person for person in self.persons if not person.is_gone]

    def changed(self, because: str, person: Person | None = None, written: Collection[str] = ()) -> None:
        """Notes what a step changed, for the comparison after it."""
        self.because, self.touched, self.written = because, person, written

    # Requests

    def by(self, actor: str, person: Person, operation: str, **parts: Any) -> Exchange:
        """Sends a request about a user, as a member of the staff or as the user."""
        path = {"id": person.user_id}
        if actor == "themself":
            return self.send(operation, token=person.token or "none", path=path, **parts)
        return self.send(operation, self.staff[actor], path=path, **parts)

    def new_password(self) -> str:
        """A password that no user has yet."""
        self.passwords += 1
        return self.world.password(f"PASSWORD_{self.passwords}")

    def ask_for_token(self, person: Person) -> Exchange:
        """Signs in with the name and the password of a user."""
        self.sign_ins += 1
        return self.ask_for_tokens(person.username, person.password)

    def enter(self, person: Person, answer: Exchange) -> None:
        """Takes over the session that a sign-in began."""
        tokens = Answer.of(answer)
        person.token = self.secret(tokens.token("access_token"), f"{person.variable}_TOKEN_{self.sign_ins}")
        self.secret(tokens.token("refresh_token"), f"{person.variable}_REFRESH_TOKEN_{self.sign_ins}")
        person.signed_in = True
        me = self.send("getUserInfo", token=person.token)
        if self.expect(me, 200, requirement=_ENTITLED, situation="a newly issued token"):
            channels = Answer.of(me).at("videoChannels")
            first = next(channels.items(), None)
            if first is None:
                raise channels.unlike("an array with the user's channel")
            person.channel_id = self.name(first.number("id"), "CHANNEL_ID")
            self.world.came_with_account(person.channel_id, person.channel)

    # Comparison

    @invariant()
    def the_users_are_who_they_should_be(self) -> None:
        """Compares the users with the model, after each step that changed something or was refused to."""
        because, self.because = self.because, ""
        if not because:
            return
        if self.touched is not None:
            self._look_at(self.touched, because)
        for person in self.persons:
            if person is self.touched or person.signed_in:
                self._try(person, because if person is self.touched else _STAYED)
        self.search(self.base, because)

    def _look_at(self, person: Person, because: str) -> None:
        answer = self.by("admin", person, "getUser")
        if not person.is_gone:
            if self.expect(answer, 200, requirement=because, situation="reading a user"):
                # Whether an address without verification counts as verified is up to the instance.
                user = Answer.of(answer)
                person.fields.setdefault("emailVerified", user.at("emailVerified").value)
                self._compare(answer, user, person, because, "")
            return
        self.expect(answer, 404, requirement=_DELETED, situation="reading a deleted user")
        account = self.send("getAccount", path={"name": person.username})
        self.expect(account, 404, requirement=_DELETED, situation="the account of a deleted user")
        channel = self.send("getVideoChannel", path={"channelHandle": person.channel})
        self.expect(channel, 404, requirement=_DELETED, situation="the channel of a deleted user")
        for video in person.videos[:1]:
            answer = self.send("getVideo", path={"id": video})
            self.expect(answer, 404, requirement=_DELETED, situation="a video of a deleted user")

    def _try(self, person: Person, because: str) -> None:
        """Uses a user's last token, for an operation of every user and for one of those who manage users."""
        if person.token is None:
            return
        answer = self.send("getUserInfo", token=person.token)
        if not person.signed_in:
            ended = because if because in {_BLOCKED, _ENDED, _DELETED} else _ENDED
            self.expect(answer, 401, requirement=ended, situation="a token of an ended session")
            return
        if not self.expect(answer, 200, requirement=_STAYED, situation="a token of a session that nothing ended"):
            person.sign_out()
        elif person is self.touched:
            listing = self.send("getUsers", token=person.token, query={"search": self.base})
            status = 200 if person.manages_users else 403
            situation = f"the list of users, requested with the role {Role(person.role).name.lower()}"
            self.expect(listing, status, requirement=_ENTITLED, situation=situation)

    def search(self, text: str, because: str = _LISTED, *, blocked: bool | None = None) -> None:
        """Compares the result of an administrator's search with the model."""
        query: dict[str, Any] = {"search": text, "count": _MANY}
        if blocked is not None:
            query["blocked"] = blocked
        answer = self.send("getUsers", self.staff["admin"], query=query)
        if not self.expect(answer, 200, requirement=_LISTED, situation="a search for users"):
            return
        listed = {user.number("id"): user for user in Answer.of(answer).items("data")}
        names = {int(person.user_id): person.variable for person in self.persons}
        found = [person for person in self.alive if person.answers_to(text) and blocked in {None, person.is_blocked}]
        requirement = because if because in {*_REFUSALS, _DELETED} else _LISTED
        for at, expected, actual in (
            (
                "data/*/id",
                sorted(person.variable for person in found),
                sorted(names.get(number, "somebody who was never made") for number in listed),
            ),
            ("total", len(found), Answer.of(answer).at("total").value),
        ):
            message = f"{at} of the search results is wrong"
            if not self.same(answer, requirement, at, (expected, actual), message):
                return
        for person in found:
            self._compare(answer, listed[person.user_id], person, because, "data/*/")

    def _compare(self, answer: Exchange, user: Answer, person: Person, because: str, at: str) -> None:
        for name, actual in read(user, person.fields).items():
            message = f"{name} of a user is not the value written last"
            requirement = self._requirement(because, name, person)
            self.same(answer, requirement, f"{at}{name}", (person.fields[name], actual), message)

    def _requirement(self, because: str, name: str, person: Person) -> str:
        """The requirement by which a member is as it is: its change was refused, or the step wrote it or left it."""
        if because in _REFUSALS or (because == _CREATED and person is self.touched):
            return because
        if person is not self.touched or name not in self.written:
            return _STAYED
        return because if because == _BLOCKED or name == "role" else _WRITTEN
