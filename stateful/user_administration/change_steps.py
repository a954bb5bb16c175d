"""Steps that change, block and delete users, as callers who may and who may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.rule_decorators import stage
from peertube_conformance.stateful.user_administration import model
from peertube_conformance.stateful.user_administration.base_flow import somebody
from peertube_conformance.stateful.user_administration.creation_steps import Creating
from peertube_conformance.stateful.user_administration.model import Person, Role, refusal

_CALLED = {"request": "enable", "disable": "disable"}


class Changing(Creating):
    """Changes users. No flow by itself."""

    @somebody
    @stage(person=model.indexes, members=model.members, by=model.actors)
    def change(self, person: int, members: dict[str, Any], by: str) -> None:
        """Write some members: they are read back, and the others stay. A new password or role ends all sessions."""
        self._change(self._alive(person), members, by)

    @somebody
    @stage(person=model.indexes, role=model.roles, by=model.actors)
    def change_role(self, person: int, role: int, by: str) -> None:
        """Change a user's role: the new permissions apply once the user is signed in again."""
        self._change(self._alive(person), {"role": role}, by)

    def _change(self, changed: Person, members: Mapping[str, Any], by: str) -> None:
        body = dict(members)
        others = [one for one in self.alive if one is not changed]
        taken = bool(others) and body.get("email") == model.SOMEBODY_ELSES
        if "email" in body:
            new = others[0].fields["email"] if taken else self.name(self.world.address(), "NEW_EMAIL")
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
            self.expect(answer, 409, requirement="PT-USER-02", situation="an email address that another user has")
        elif self._allowed(answer, by, changed, "change", 204):
            self._written(changed, body)

    def _promoted(self, answer: Exchange, person: Person, body: Mapping[str, Any], *, taken: bool) -> None:
        """Judges a moderator's attempt to give a user a higher role."""
        because, written = self.because, self.written
        self.changed("PT-USER-13", person)
        situation = f"the promotion of a user to {Role(body['role']).name.lower()} by a moderator"
        if not self.expect(answer, 403, requirement="PT-USER-13", situation=situation) and not taken:
            self.changed(because, person, written)
            self._written(person, body)

    def _written(self, person: Person, body: Mapping[str, Any]) -> None:
        if self.because == "PT-USER-07":
            person.sign_out()
        person.fields |= {name: value for name, value in body.items() if name not in model.UNREAD}
        person.password = body.get("password", person.password)

    @somebody
    @stage(person=model.indexes, how=model.ways_to_block, by=model.actors)
    def block(self, person: int, how: str, by: str) -> None:
        """Block or unblock a user: sessions end, and new ones are refused while the user is blocked."""
        blocked = self._alive(person)
        if how != "unblocked":
            body = {"reason": model.REASON} if how == "for a reason" else {}
            self._set_blocked(blocked, by, True, "blockUser", body=body)
        if how in {"unblocked", "for a moment"}:
            self._set_blocked(blocked, by, False, "unblockUser")

    def _set_blocked(self, person: Person, by: str, blocked: bool, operation: str, **parts: Any) -> None:
        answer = self.by(by, person, operation, **parts)
        self.changed("PT-USER-06", person, {"blocked", "blockedReason"})
        if self._allowed(answer, by, person, "block" if blocked else "unblock", 204):
            person.fields |= {"blocked": blocked, "blockedReason": parts.get("body", {}).get("reason")}
            person.sign_out()

    @somebody
    @stage(person=model.indexes, by=st.just("admin") | model.actors, name=st.sampled_from(("username", "channel")))
    def delete(self, person: int, by: str, name: str) -> None:
        """Delete a user: everything is gone but the names, which are not given out again."""
        deleted = self._alive(person)
        answer = self.by(by, deleted, "delUser")
        self.changed("PT-USER-10", deleted)
        if self._allowed(answer, by, deleted, "delete", 204):
            deleted.is_gone = True
            deleted.sign_out()
            again = self.by("admin", deleted, "delUser")
            self.expect(again, 404, requirement="PT-USER-10", situation="a second deletion of a user")
            self.make_again(deleted, name, "admin")
            self.changed("PT-USER-10", deleted)

    @somebody
    @stage(
        person=model.indexes, by=st.sampled_from(("moderator", "user")), what=st.sampled_from(("request", "disable"))
    )
    def touch_second_factor(self, person: int, by: str, what: str) -> None:
        """Request or disable a second factor for another user without the right to manage that user."""
        victim = self._alive(person)
        operation = "requestTwoFactor" if what == "request" else "disableTwoFactor"
        answer = self.by(by, victim, operation, body={"currentPassword": "not looked at"})
        self.changed("PT-USER-12", victim)
        # They have no second factor: none can be disabled, and a key would be issued.
        self._allowed(
            answer, by, victim, f"{_CALLED[what]} two-factor authentication for", 200 if what == "request" else 400
        )

    # Judging

    def _alive(self, index: int) -> Person:
        """A user who is not deleted; signed-in ones come first, because only they notice a change."""
        alive = sorted(self.alive, key=lambda person: not person.signed_in)
        return alive[index % len(alive)]

    def _ruling(self, by: str, person: Person) -> str:
        """The requirement that keeps an actor from managing a user."""
        role = person.role if by == "themself" else Role.MODERATOR if by == "moderator" else Role.USER
        return "PT-USER-12" if role == Role.MODERATOR else "PT-USER-14"

    def _allowed(self, answer: Exchange, by: str, person: Person, what: str, status: int) -> bool:
        """Whether the request succeeded, judged by who may send it."""
        refused = refusal(by, person)
        if not refused:
            return self.expect(
                answer, status, requirement=self.because, situation=f"a request as {by} to {what} a user"
            )
        ruling = self._ruling(by, person)
        self.changed(ruling, person)
        role = Role(person.role).name.lower()
        situation = f"a request as {by} to {what} a user with the role {role}"
        self.expect(answer, refused, requirement=ruling, situation=situation)
        return False
