"""Steps that create users, and check that names are not given out again."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.reports.model.variables import NamedNumber, NamedText
from peertube_conformance.stateful.engine.rule_decorators import stage
from peertube_conformance.stateful.user_administration import model
from peertube_conformance.stateful.user_administration.base_flow import AdministrationFlow, somebody
from peertube_conformance.stateful.user_administration.model import Person, Role

_MOST_ALIVE, _MOST_PERSONS = 4, 6
few = precondition(lambda flow: len(flow.alive) < _MOST_ALIVE and len(flow.persons) < _MOST_PERSONS)


class Creating(AdministrationFlow):
    """Makes users. No flow by itself."""

    @few
    @stage(role=model.roles, by=st.sampled_from(("admin", "moderator", "user")))
    def create(self, role: int, by: str) -> None:
        """Create a user: administrators create every role, moderators users, users nobody."""
        self.make(by, role)

    def make(self, by: str, role: int) -> None:
        """Creates a user as this actor, and checks whether the actor may."""
        number = len(self.persons) + 1
        variable = f"PERSON_{number}"
        username = NamedText(f"{self.base}_p{number}", f"{variable}_NAME")
        channel = NamedText(f"{self.base}_c{number}", f"{variable}_CHANNEL")
        email = NamedText(self.world.address(), f"{variable}_EMAIL")
        password = self.new_password()
        fields = {
            "email": email,
            "role": role,
            "videoQuota": -1,
            "videoQuotaDaily": 1_000_000,
            "adminFlags": number % 2,
        }
        body = {**fields, "username": username, "channelName": channel, "password": password}
        answer = self.send("addUser", self.staff[by], body=body)
        self.changed("PT-USER-13" if by == "moderator" else "PT-USER-01")
        if by == "user" or (by == "moderator" and role != Role.USER):
            requirement = "PT-USER-13" if by == "moderator" else "PT-USER-14"
            situation = f"the creation of a user with the role {Role(role).name.lower()} as {by}"
            if self.expect(answer, 403, requirement=requirement, situation=situation):
                return
        elif not self.expect(answer, 200, requirement="PT-USER-01", situation=f"the creation of a user as {by}"):
            return
        user_id = NamedNumber(Answer.of(answer).number("user", "id"), f"{variable}_ID")
        self.context.remember({user_id.variable: str(user_id)})
        fields |= {"username": username, "blocked": False, "blockedReason": None, "pluginAuth": None}
        person = Person(variable, user_id, username, channel, password, fields)
        self.persons.append(person)
        self.changed("PT-USER-01", person)

    @somebody
    @stage(person=model.indexes, what=st.sampled_from(model.DUPLICATES), by=st.sampled_from(("admin", "moderator")))
    def create_again(self, person: int, what: str, by: str) -> None:
        """Create a user with a name or address that is in use, or with the name of a deleted user."""
        owner = self.persons[person % len(self.persons)]
        if not (owner.is_gone and what == "email"):
            self.make_again(owner, what, by)

    def make_again(self, owner: Person, what: str, by: str) -> None:
        """Tries to create another user with a value that `owner` has, or had."""
        name = f"{self.base}_again"
        body = {
            "username": name,
            "channelName": f"{name}_c",
            "email": self.world.address(),
            "password": self.new_password(),
            "role": int(Role.USER),
        } | {
            "username": {"username": owner.username},
            "email": {"email": owner.fields["email"]},
            "channel": {"channelName": owner.channel},
            "username of a channel": {"username": owner.channel},
            "channel of an account": {"channelName": owner.username},
        }[what]
        answer = self.send("addUser", self.staff[by], body=body)
        because = "PT-USER-11" if owner.is_gone else "PT-USER-02"
        self.changed(because)
        whose = "a deleted user" if owner.is_gone else "another user"
        self.expect(answer, 409, requirement=because, situation=f"a user with the {what} of {whose}")
