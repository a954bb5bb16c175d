"""Reference, "Users": users made, found, changed, blocked and deleted, by whom that is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from peertube_conformance.reports import Exchange
from peertube_conformance.reports.variables import NamedNumber, NamedText
from peertube_conformance.stateful.administration import model, steps
from peertube_conformance.stateful.administration.model import Person, Role, refusal
from peertube_conformance.stateful.flow import Flow
from peertube_conformance.stateful.rules import initialize, stage
from peertube_conformance.stateful.videos import model as video_model

_MOST_ALIVE, _MOST_PERSONS = 4, 6
_MOST_SIGN_INS = 5
# The first is the one who is signed in at the beginning.
indexes = st.sampled_from((0, 0, 1, 2, 3))
somebody = precondition(lambda flow: flow.alive)
few = precondition(lambda flow: len(flow.alive) < _MOST_ALIVE and len(flow.persons) < _MOST_PERSONS)
may_sign_in = precondition(lambda flow: flow.sign_ins < _MOST_SIGN_INS)


class UserAdministration(steps.AdministrationFlow):
    """What those who manage users do to a user holds at once, and nobody does more than their role allows."""

    about = ("addUser", "getUsers", "getUser", "putUser", "delUser", "blockUser", "unblockUser")
    topics = ("USER",)
    examples: ClassVar[Mapping[str, int]] = {"smoke": 2, "standard": 10, "thorough": 40}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 8, "standard": 20, "thorough": 40}

    @classmethod
    def walks(cls, depth: str) -> tuple[int, int]:
        """Each walk signs in a few times."""
        examples, steps = cls.examples[depth], cls.steps[depth]
        return (min(examples, 2), steps) if cls.context.is_scarce("getOAuthToken") else (examples, steps)

    @initialize(role=model.roles)
    def begin(self, role: int) -> None:
        """A user who is signed in, and somebody with a role."""
        self.start()
        self._create("admin", Role.USER)
        self._sign_in(self.persons[0])
        self._create("admin", role)

    # Creation

    @few
    @stage(role=model.roles, by=st.sampled_from(("admin", "moderator", "user")))
    def create(self, role: int, by: str) -> None:
        """Administrators make everybody, moderators users, users nobody."""
        self._create(by, role)

    def _create(self, by: str, role: int) -> None:
        number = len(self.persons) + 1
        variable = f"PERSON_{number}"
        username = NamedText(f"{self.base}_p{number}", f"{variable}_NAME")
        channel = NamedText(f"{self.base}_c{number}", f"{variable}_CHANNEL")
        email = NamedText(self.world.address(), f"{variable}_EMAIL")
        password = self.new_password()
        told = {
            "email": email,
            "role": role,
            "videoQuota": -1,
            "videoQuotaDaily": 1_000_000,
            "adminFlags": number % 2,
        }
        body = {**told, "username": username, "channelName": channel, "password": password}
        answer = self.send("addUser", self.staff[by], body=body)
        self.changed("PT-USER-13" if by == "moderator" else "PT-USER-01")
        if by == "user" or (by == "moderator" and role != Role.USER):
            requirement = "PT-USER-13" if by == "moderator" else "PT-USER-14"
            so = f"the creation of somebody with the role {Role(role).name.lower()} by a {by}"
            if self.expect(answer, 403, requirement=requirement, so=so):
                return
        elif not self.expect(answer, 200, requirement="PT-USER-01", so=f"the creation of a user by a {by}"):
            return
        user_id = NamedNumber(answer.members["user"]["id"], f"{variable}_ID")
        self.context.remember({user_id.variable: str(user_id)})
        told |= {"username": username, "blocked": False, "blockedReason": None, "pluginAuth": None}
        person = Person(variable, user_id, username, channel, password, told)
        self.persons.append(person)
        self.changed("PT-USER-01", person)

    @somebody
    @stage(person=indexes, what=st.sampled_from(model.DUPLICATES), by=st.sampled_from(("admin", "moderator")))
    def create_again(self, person: int, what: str, by: str) -> None:
        """Names and addresses that somebody has are not given out again, nor are the names of somebody who is gone."""
        owner = self.persons[person % len(self.persons)]
        if not (owner.is_gone and what == "email"):
            self._create_again(owner, what, by)

    def _create_again(self, owner: Person, what: str, by: str) -> None:
        name = f"{self.base}_again"
        body = {
            "username": name,
            "channelName": f"{name}_c",
            "email": self.world.address(),
            "password": self.new_password(),
            "role": int(Role.USER),
        } | {
            "username": {"username": owner.username},
            "email": {"email": owner.told["email"]},
            "channel": {"channelName": owner.channel},
            "username of a channel": {"username": owner.channel},
            "channel of an account": {"channelName": owner.username},
        }[what]
        answer = self.send("addUser", self.staff[by], body=body)
        because = "PT-USER-11" if owner.is_gone else "PT-USER-02"
        self.changed(because)
        whose = "somebody who was deleted" if owner.is_gone else "somebody"
        self.expect(answer, 409, requirement=because, so=f"a user with the {what} of {whose}")

    # Changes

    @somebody
    @stage(person=indexes, members=model.members, by=model.actors)
    def change(self, person: int, members: dict[str, Any], by: str) -> None:
        """Write some members: they are read back, and the others stay. A new password or role ends all sessions."""
        self._change(self._alive(person), members, by)

    @somebody
    @stage(person=indexes, role=model.roles, by=model.actors)
    def change_role(self, person: int, role: int, by: str) -> None:
        """What somebody may do is what the new role may, once they are signed in again."""
        self._change(self._alive(person), {"role": role}, by)

    def _change(self, changed: Person, members: Mapping[str, Any], by: str) -> None:
        body = dict(members)
        others = [one for one in self.alive if one is not changed]
        taken = bool(others) and body.get("email") == model.SOMEBODY_ELSES
        if "email" in body:
            new = others[0].told["email"] if taken else self.name(self.world.address(), "NEW_EMAIL")
            body["email"] = new
        if "password" in body:
            body["password"] = self.new_password()
        answer = self.by(by, changed, "putUser", body=body)
        ends = "password" in body or body.get("role", changed.role) != changed.role
        self.changed("PT-USER-07" if ends else "PT-USER-03", changed, set(body))
        if not refusal(by, changed) and refusal(by, changed, role=body.get("role")):
            self._promoted(answer, changed, body, taken=taken)
        elif taken and not refusal(by, changed):
            self.changed("PT-USER-02", changed)
            self.expect(answer, 409, requirement="PT-USER-02", so="an address that somebody else has")
        elif self._allowed(answer, by, changed, "change", 204):
            self._written(changed, body)

    def _promoted(self, answer: Exchange, person: Person, body: Mapping[str, Any], *, taken: bool) -> None:
        """A moderator tried to make somebody more than a user."""
        because, written = self.because, self.written
        self.changed("PT-USER-13", person)
        so = f"the role {Role(body['role']).name.lower()} for a user, given by a moderator"
        if not self.expect(answer, 403, requirement="PT-USER-13", so=so) and not taken:
            self.changed(because, person, written)
            self._written(person, body)

    def _written(self, person: Person, body: Mapping[str, Any]) -> None:
        if self.because == "PT-USER-07":
            person.sign_out()
        person.told |= {name: value for name, value in body.items() if name not in model.UNREAD}
        person.password = body.get("password", person.password)

    @somebody
    @stage(person=indexes, how=model.ways_to_block, by=model.actors)
    def block(self, person: int, how: str, by: str) -> None:
        """Keep somebody out, or let them in again: sessions end, and new ones are refused while they are kept out."""
        blocked = self._alive(person)
        if how != "not any more":
            body = {"reason": model.REASON} if how == "for a reason" else {}
            self._set_blocked(blocked, by, True, "blockUser", body=body)
        if how in {"not any more", "for a moment"}:
            self._set_blocked(blocked, by, False, "unblockUser")

    def _set_blocked(self, person: Person, by: str, blocked: bool, operation: str, **parts: Any) -> None:
        answer = self.by(by, person, operation, **parts)
        self.changed("PT-USER-06", person, {"blocked", "blockedReason"})
        if self._allowed(answer, by, person, "block" if blocked else "unblock", 204):
            person.told |= {"blocked": blocked, "blockedReason": parts.get("body", {}).get("reason")}
            person.sign_out()

    @somebody
    @stage(
        person=indexes,
        by=st.just("admin") | model.actors,
        name=st.sampled_from(("username", "channel")),
    )
    def delete(self, person: int, by: str, name: str) -> None:
        """Everything of somebody is gone, but their names, which are not given out again."""
        deleted = self._alive(person)
        answer = self.by(by, deleted, "delUser")
        self.changed("PT-USER-10", deleted)
        if self._allowed(answer, by, deleted, "delete", 204):
            deleted.is_gone = True
            deleted.sign_out()
            again = self.by("admin", deleted, "delUser")
            self.expect(again, 404, requirement="PT-USER-10", so="deleting a user who is gone")
            self._create_again(deleted, name, "admin")
            self.changed("PT-USER-10", deleted)

    @somebody
    @stage(
        person=indexes,
        by=st.sampled_from(("moderator", "user")),
        what=st.sampled_from(("request", "disable")),
    )
    def touch_second_factor(self, person: int, by: str, what: str) -> None:
        """Who does not manage somebody neither gets the key of a second factor for them nor turns theirs off."""
        victim = self._alive(person)
        operation = "requestTwoFactor" if what == "request" else "disableTwoFactor"
        answer = self.by(by, victim, operation, body={"currentPassword": "not looked at"})
        self.changed("PT-USER-12", victim)
        # They have none: a key is given, and there is nothing to disable.
        self._allowed(answer, by, victim, f"{what} the second factor of", 200 if what == "request" else 400)

    # What users do

    @may_sign_in
    @somebody
    @stage(person=indexes)
    def sign_in(self, person: int) -> None:
        """Who is not blocked gets a session."""
        self._sign_in(self.persons[person % len(self.persons)])

    def _sign_in(self, person: Person) -> None:
        answer = self.ask_for_token(person)
        self.changed("PT-USER-08", person)
        barred = [
            ("deleted", "invalid_grant", "PT-USER-10", person.is_gone),
            ("blocked", "access_denied", "PT-USER-06", person.is_blocked),
            ("unverified", "access_denied", "PT-USER-03", person.is_unverified and self.verifies),
        ]
        state, code, because, _ = next((case for case in barred if case[-1]), ("", "", "", False))
        if state:
            if self.expect(answer, 400, requirement=because, so=f"a sign-in of somebody who is {state}"):
                told, so = (
                    answer.members.get("code"),
                    f"the code of a refused sign-in of somebody who is {state}",
                )
                self.agree(answer, because, at="/response/body/code", expected=code, actual=told, so=so)
        elif self.expect(answer, 200, requirement="PT-USER-07", so="a sign-in with the present password"):
            self.enter(person, answer)

    @precondition(lambda flow: any(person.signed_in for person in flow.persons))
    @stage(person=indexes, quota=st.sampled_from(model.QUOTAS), room=model.rooms)
    def upload_within(self, person: int, quota: str, room: int) -> None:
        """A quota, and then a video, which the quotas hold or not."""
        signed_in = [one for one in self.persons if one.signed_in]
        owner = signed_in[person % len(signed_in)]
        self.world.call("putUser", self.staff["admin"], path={"id": owner.user_id}, body={quota: room})
        owner.told[quota] = room
        file = video_model.video_file("mp4", len(owner.videos))
        body = {"channelId": owner.channel_id, "name": "A day out", "privacy": 1, "videofile": file}
        answer = self.send("uploadLegacy", token=owner.token, body=body, media_type="multipart/form-data")
        fits = owner.has_room()
        so = f"a video that the quota has {'' if fits else 'no '}room for"
        if self.expect(answer, 200 if fits else 413, requirement="PT-USER-09", so=so) and fits:
            owner.videos.append(self.name(answer.members["video"]["uuid"], "VIDEO_UUID"))
        self.changed("PT-USER-09", owner, {quota})

    @stage(
        person=indexes,
        by=st.sampled_from(("name", "address", "all")),
        blocked=st.sampled_from((None, True, False)),
    )
    def look_for(self, person: int, by: str, blocked: bool | None) -> None:
        """A search finds who has the text in their name or address, and of those the blocked or the others."""
        wanted = self.persons[person % len(self.persons)]
        text = {"name": wanted.username, "address": wanted.told["email"], "all": self.base}[by]
        self.search(text, blocked=blocked)

    # Judging

    def _alive(self, index: int) -> Person:
        """Those who are signed in come first: it is they who notice."""
        alive = sorted(self.alive, key=lambda person: not person.signed_in)
        return alive[index % len(alive)]

    def _ruling(self, by: str, person: Person) -> str:
        """The requirement that keeps an actor from somebody."""
        role = person.role if by == "themself" else Role.MODERATOR if by == "moderator" else Role.USER
        return "PT-USER-12" if role == Role.MODERATOR else "PT-USER-14"

    def _allowed(self, answer: Exchange, by: str, person: Person, what: str, status: int) -> bool:
        """Whether it was done: judged by who may do it."""
        refused = refusal(by, person)
        if not refused:
            return self.expect(answer, status, requirement=self.because, so=f"to {what} a user as {by}")
        ruling = self._ruling(by, person)
        self.changed(ruling, person)
        so = f"to {what} a {Role(person.role).name.lower()} as {by}"
        self.expect(answer, refused, requirement=ruling, so=so)
        return False


def test_user_administration(walk: Callable[[type[Flow]], None]) -> None:
    """Users."""
    walk(UserAdministration)
