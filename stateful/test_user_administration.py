"""Flow of user administration: users created, found, changed, blocked and deleted (reference, "Users")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition

from peertube_conformance.fixtures.messages.json_response import Answer, problem_member
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.user_administration import change_steps, model
from peertube_conformance.stateful.user_administration.base_flow import somebody
from peertube_conformance.stateful.user_administration.model import Person, Role
from peertube_conformance.stateful.videos import model as video_model

_MOST_SIGN_INS = 5
may_sign_in = precondition(lambda flow: flow.sign_ins < _MOST_SIGN_INS)


class UserAdministration(change_steps.Changing):
    """Changes by administrators and moderators take effect immediately, and roles limit who may make them."""

    about = ("addUser", "getUsers", "getUser", "putUser", "delUser", "blockUser", "unblockUser")
    examples: ClassVar[Mapping[str, int]] = {"smoke": 2, "standard": 10, "thorough": 40}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 8, "standard": 20, "thorough": 40}

    @classmethod
    def walks(cls, depth: str) -> tuple[int, int]:
        """Few walks where sign-ins are scarce: each walk signs in a few times."""
        examples, steps = cls.examples[depth], cls.steps[depth]
        return (min(examples, 2), steps) if cls.context.is_scarce("getOAuthToken") else (examples, steps)

    @initialize(role=model.roles)
    def begin(self, role: int) -> None:
        """The model: a signed-in user, and one with a role."""
        self.start()
        self.make("admin", Role.USER)
        self._sign_in(self.persons[0])
        self.make("admin", role)

    # What users do

    @may_sign_in
    @somebody
    @stage(person=model.indexes)
    def sign_in(self, person: int) -> None:
        """Sign in; a blocked user gets no session."""
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
            if self.expect(answer, 400, requirement=because, situation=f"a sign-in of a user who is {state}"):
                message = f"a refused sign-in of a user who is {state} has a wrong code"
                seen = problem_member(answer, "code")
                self.same(answer, because, "code", (code, seen), message)
        elif self.expect(answer, 200, requirement="PT-USER-07", situation="a sign-in with the current password"):
            self.enter(person, answer)

    @precondition(lambda flow: any(person.signed_in for person in flow.persons))
    @stage(person=model.indexes, quota=st.sampled_from(model.QUOTAS), room=model.rooms)
    def upload_within(self, person: int, quota: str, room: int) -> None:
        """Set a quota, then upload a video that the quotas hold or not."""
        signed_in = [one for one in self.persons if one.signed_in]
        owner = signed_in[person % len(signed_in)]
        self.world.call("putUser", self.staff["admin"], path={"id": owner.user_id}, body={quota: room})
        owner.fields[quota] = room
        file = video_model.video_file("mp4", len(owner.videos))
        body = {"channelId": owner.channel_id, "name": "A day out", "privacy": 1, "videofile": file}
        answer = self.send("uploadLegacy", token=owner.token, body=body, media_type="multipart/form-data")
        fits = owner.has_room()
        situation = f"a video {'within' if fits else 'beyond'} the quota"
        if self.expect(answer, 200 if fits else 413, requirement="PT-USER-09", situation=situation) and fits:
            owner.videos.append(self.name(Answer.of(answer).text("video", "uuid"), "VIDEO_UUID"))
        self.changed("PT-USER-09", owner, {quota})

    @stage(
        person=model.indexes,
        by=st.sampled_from(("name", "address", "all")),
        blocked=st.sampled_from((None, True, False)),
    )
    def look_for(self, person: int, by: str, blocked: bool | None) -> None:
        """Search by name or address, among all, the blocked or the other users."""
        wanted = self.persons[person % len(self.persons)]
        text = {"name": wanted.username, "address": wanted.fields["email"], "all": self.base}[by]
        self.search(text, blocked=blocked)


@pytest.mark.requirement(
    "PT-USER-01", "PT-USER-02", "PT-USER-03", "PT-USER-04", "PT-USER-05", "PT-USER-06", "PT-USER-07",
    "PT-USER-08", "PT-USER-09", "PT-USER-10", "PT-USER-11", "PT-USER-12", "PT-USER-13", "PT-USER-14",
)  # fmt: skip
def test_user_administration(walk: Callable[[type[Flow]], None]) -> None:
    """Users."""
    walk(UserAdministration)
