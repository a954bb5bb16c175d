"""Flow of sign-ups with approval by moderators (reference, "Register")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition

from peertube_conformance.fixtures.messages.json_response import ANY, Answer, Nullable, read
from peertube_conformance.fixtures.resources.factory import NotArranged
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.signup import base_flow
from peertube_conformance.stateful.signup.model import BESIDE, PEOPLE, Member, Request

people = st.sampled_from(PEOPLE)
places = st.integers(0, 7)
deciders = st.sampled_from(("moderator", "admin"))
_USERS = {"data": [{"id": int, "user": Nullable({"id": int})}]}
_MODERATION = ("listRegistrations", "acceptRegistration", "rejectRegistration", "deleteRegistration")
_REASON = "To be with friends."
_MADE_UP = "0123456789abcdef"
# By the outcome of a sign-in: the requirement that says so, and the code of the refusal.
_OUTCOMES = {
    "Pending": ("PT-SIGNUP-04", "account_waiting_for_approval"),
    "Rejected": ("PT-SIGNUP-06", "account_approval_rejected"),
    "unverified": ("PT-SIGNUP-05", ""),
    "member": ("PT-SIGNUP-05", ""),
    # The account is deleted, or the request is.
    "Accepted": ("PT-SIGNUP-11", ""),
    "nobody": ("PT-SIGNUP-11", ""),
}


class SignUpByApproval(base_flow.SignupFlow):
    """An accepted registration creates exactly one account, with unique names."""

    about = ("requestRegistration", *_MODERATION)
    mail = True
    examples: ClassVar = {"smoke": 3, "standard": 8, "thorough": 40}
    steps: ClassVar = {"smoke": 8, "standard": 20, "thorough": 50}

    @classmethod
    def walks(cls, depth: str) -> tuple[int, int]:
        """One walk of few steps where requests are scarce, with the two requests that it begins with."""
        rationed = cls.context.is_scarce("requestRegistration")
        return (1, cls.steps["smoke"]) if rationed else (cls.examples[depth], cls.steps[depth])

    @initialize()
    def begin(self) -> None:
        """The model: two pending requests; the second asks for a channel too, and is verified where that is required."""
        self.set_up()
        self._ask_anew(with_channel=False)
        self._ask_anew(with_channel=True)
        if self.verifies:
            self._prove(self.unaccepted(1))

    def request(self, place: int) -> Request:
        """One of the requests, deleted ones too."""
        return self.book.requests[place % len(self.book.requests)]

    @precondition(lambda self: len(self.book.unknown) > 1 and not self.rationed)
    @stage(with_channel=st.booleans())
    def ask(self, with_channel: bool) -> None:
        """Request an account, with a channel or without, under unused names: a deleted request may have had them."""
        self._ask_anew(with_channel)

    def _ask_anew(self, with_channel: bool) -> None:
        person, last = self.book.unknown[0], self.book.unknown[-1]
        channel = last if with_channel else None
        answer = self._ask(person, person, channel)
        self.because = "PT-SIGNUP-01"
        if self.expect(answer, 200, requirement="PT-SIGNUP-01", situation="requesting an account"):
            self.asked[person] = answer
            registration = Answer.of(answer)
            number, verified = self.name(registration.number("id"), "REQUEST_ID"), False if self.verifies else None
            made = Request(number, person, person, channel, verified, expects_mail=self.verifies)
            self.book.requests.append(made)
            reason = registration.at("registrationReason").value
            self.all_same(answer, ("PT-SIGNUP-01", "registrationReason", _REASON, reason))

    @precondition(lambda self: self.book.taken_addresses and not self.rationed)
    @stage(place=places, what=st.sampled_from(("user name", "address", "channel")))
    def ask_for_what_is_taken(self, place: int, what: str) -> None:
        """Request an account with a name or an address that is in use or requested, or a name that was in use."""
        taken = self.book.taken_addresses if what == "address" else self.book.taken_names
        wanted = {"user name": BESIDE[0], "address": BESIDE[0], what: taken[place % len(taken)]}
        answer = self._ask(wanted["user name"], wanted["address"], wanted.get("channel"))
        self.because = "PT-SIGNUP-09"
        self.expect(answer, 409, requirement="PT-SIGNUP-09", situation=f"requesting a taken {what}")

    def _ask(self, name: str, address: str, channel: str | None) -> Exchange:
        body: dict[str, Any] = {"username": self.names[name], "email": self.emails[address]}
        body |= {"password": self.passwords[name], "registrationReason": _REASON}
        if channel:
            body["channel"] = {"name": self.names[channel], "displayName": f"Films by {channel}"}
        return self.send("requestRegistration", body=body)

    @precondition(lambda self: self.book.requests)
    @stage(name=people)
    def look_for(self, name: str) -> None:
        """Search for a user name, which is a part of an address too."""
        found = [one for one in self.book.kept if name in {one.name, one.address}]
        self.compare_requests(self.names[name], found, "PT-SIGNUP-02")

    @precondition(lambda self: self.book.requests)
    @stage(place=places, who=st.sampled_from(("user", "nobody")), what=st.sampled_from(_MODERATION))
    def try_without_the_right(self, place: int, who: str, what: str) -> None:
        """Call an operation for moderators as a user or without a token."""
        self.because = "PT-SIGNUP-03"
        lists, decides = what == "listRegistrations", what in {"acceptRegistration", "rejectRegistration"}
        parts: dict[str, Any] = {} if lists else {"path": {"registrationId": self.request(place).id}}
        if decides:
            parts["body"] = {"moderationResponse": "Not mine to give."}
        answer = self.send(what, self.user if who == "user" else None, **parts)
        status = 403 if who == "user" else 401
        self.expect(answer, status, requirement="PT-SIGNUP-03", situation="moderation without permission")

    @precondition(lambda self: self.book.free)
    @stage(place=places, mail=st.booleans(), by=deciders)
    def accept(self, place: int, mail: bool, by: str) -> None:
        """Accept a pending request, with or without a mail to the applicant."""
        request = self.book.free[place % len(self.book.free)]
        text = f"Welcome, {self.world.unique('answer')}."
        answer = self._decide("accept", request, text, mail=mail, by=by)
        self.because = "PT-SIGNUP-05"
        if self.expect(answer, 204, requirement="PT-SIGNUP-05", situation="accepting a registration request"):
            self._accepted(request)
            self._told(answer, request, text, mail=mail)

    @precondition(lambda self: self.book.pending)
    @stage(place=places, mail=st.booleans(), by=deciders)
    def reject(self, place: int, mail: bool, by: str) -> None:
        """Reject a pending request, with or without a mail to the applicant."""
        request = self.book.pending[place % len(self.book.pending)]
        text = f"Not now, {self.world.unique('answer')}."
        answer = self._decide("reject", request, text, mail=mail, by=by)
        self.because = "PT-SIGNUP-06"
        if self.expect(answer, 204, requirement="PT-SIGNUP-06", situation="rejecting a registration request"):
            request.state = "Rejected"
            self._told(answer, request, text, mail=mail)

    @precondition(lambda self: len(self.book.pending) < len(self.book.requests))
    @stage(place=places, what=st.sampled_from(("accept", "reject")))
    def decide_again(self, place: int, what: str) -> None:
        """Decide on a request that was decided on, or deleted."""
        past = [request for request in self.book.requests if not request.pending]
        request = past[place % len(past)]
        answer = self._decide(what, request, "On second thoughts.", mail=True, by="moderator")
        self.because = "PT-SIGNUP-11" if request.deleted else "PT-SIGNUP-07"
        status = 404 if request.deleted else 409
        self.expect(answer, status, requirement=self.because, situation="a decision on a decided or deleted request")

    def _decide(self, what: str, request: Request, text: str, *, mail: bool, by: str) -> Exchange:
        body = {"moderationResponse": text, "preventEmailDelivery": not mail}
        actor = self.admin if by == "admin" else self.moderator
        return self.send(f"{what}Registration", actor, path={"registrationId": request.id}, body=body)

    def _told(self, answer: Exchange, request: Request, text: str, *, mail: bool) -> None:
        request.response = text
        if mail:
            arrived = bool(self.arrives(request.address, text))
        else:
            # A mail that arrives later shows that this one does not arrive.
            self.resend(request.address)
            arrived = bool(self.world.mailbox.arrived(self.emails[request.address], text))
        message = "an email was sent despite preventEmailDelivery" if arrived else "no email was sent"
        self.agree(answer, "PT-SIGNUP-08", at="/mail", expected=mail, actual=arrived, message=message)

    def _accepted(self, request: Request) -> None:
        name = self.names[request.name]
        found = self.fetch("listRegistrations", self.moderator, _USERS, query={"search": name})["data"]
        user = next((one["user"] for one in found if one["id"] == request.id), None)
        member = self.book.accept(request, self.name(user["id"], "MEMBER_ID") if user else 0)
        if user:
            self.world.signed_up(name, member.id)
        if request.channel:
            answer = self.send("getAccountVideoChannels", path={"name": name})
            if self.expect(answer, 200, requirement="PT-SIGNUP-05", situation="the channels of an accepted account"):
                channels = read(answer, {"data": [{"name": ANY, "displayName": ANY}]})["data"]
                seen = [(one["name"], one["displayName"]) for one in channels]
                wanted = [(str(self.names[request.channel]), f"Films by {request.channel}")]
                self.all_same(answer, ("PT-SIGNUP-05", "data/*/name", wanted, seen))

    @precondition(lambda self: len(self.book.kept) > 1)
    @stage(place=places)
    def delete(self, place: int) -> None:
        """Delete a request, decided or not."""
        request, self.because = self.book.kept[place % len(self.book.kept)], "PT-SIGNUP-11"
        answer = self.send("deleteRegistration", self.moderator, path={"registrationId": request.id})
        if self.expect(answer, 204, requirement="PT-SIGNUP-11", situation="deleting a registration request"):
            request.deleted = True

    @precondition(lambda self: self.book.requests)
    @stage(place=places, by=st.sampled_from(("user name", "address")))
    def sign_in(self, place: int, by: str) -> None:
        """Sign in with the credentials of a request."""
        request = self.request(place)
        name, address = (request.name, "") if by == "user name" else ("", request.address)
        login = self.names[name] if name else self.emails[address]
        outcome = self.book.signs_in(name, address, request.name)
        self.compare_sign_in(login, request, outcome, *_OUTCOMES[outcome])

    @precondition(lambda self: self.book.unaccepted and self.verifies)
    @stage(place=places, again=st.booleans())
    def verify(self, place: int, again: bool) -> None:
        """Verify the address of a request with the mailed string, or first have a new one mailed."""
        request = self.unaccepted(place)
        if again and self.book.at(request.address) is request:
            self.resend(request.address)
        self._prove(request)

    def _prove(self, request: Request) -> None:
        self.because = "PT-SIGNUP-10"
        # The reference does not say whether a string is valid twice; it says that the address stays verified.
        statuses = (204, 403) if request.verified else (204,)
        answer = self._verify(request, request.strings[-1])
        if self.expect(answer, *statuses, requirement="PT-SIGNUP-10", situation="verifying with the mailed string"):
            request.verified = True

    @precondition(lambda self: self.book.unaccepted and self.verifies)
    @stage(place=places, string=st.sampled_from(("invented", "another's", "replaced")))
    def verify_wrongly(self, place: int, string: str) -> None:
        """Verify the address of a request with another request's string, if there is one, or an invented one."""
        request, other = self.unaccepted(place), self.unaccepted(place + 1)
        if string == "replaced" and self.book.at(request.address) is request:
            self.resend(request.address)
        self.because = "PT-SIGNUP-10"
        known = {"replaced": request.strings[0], "another's": other.strings[-1]}.get(string)
        sent = known if known and known != request.strings[-1] else _MADE_UP
        answer = self._verify(request, sent)
        self.expect(answer, 403, requirement="PT-SIGNUP-10", situation="verifying with a wrong string")

    def unaccepted(self, place: int) -> Request:
        """One of the requests without an account, once its mail was read."""
        request = self.book.unaccepted[place % len(self.book.unaccepted)]
        self.read_mail(request)
        return request

    def _verify(self, request: Request, string: str) -> Exchange:
        body = self.verification(string)
        return self.send("verifyRegistrationEmail", path={"registrationId": request.id}, body=body)

    @precondition(lambda self: any(member.verified is False for member in self.book.present))
    @stage(place=places)
    def verify_account(self, place: int) -> None:
        """Verify the address of an account that came from an unverified request, with a string that is mailed now."""
        members = [member for member in self.book.present if member.verified is False]
        member = members[place % len(members)]
        self.because = "PT-SIGNUP-12"
        string = self.resend(member.address)
        if string is None:
            return
        answer = self.send("verifyUser", path={"id": member.id}, body=self.verification(string))
        if self.expect(answer, 204, requirement="PT-SIGNUP-12", situation="verifying with the mailed string"):
            member.verified = True

    @precondition(lambda self: self.book.free)
    @stage(place=places, what=st.sampled_from(("user name", "address")))
    def accept_too_late(self, place: int, what: str) -> None:
        """Accept a request whose user name or address an administrator gave to another account in the meantime."""
        request = self.book.free[place % len(self.book.free)]
        spare = next(one for one in BESIDE[1:] if one not in self.book.given)
        name, address = (request.name, spare) if what == "user name" else (spare, request.address)
        try:
            number = self.world.create_user(self.names[name], self.passwords[spare], self.emails[address])
        except NotArranged:
            # The server reserves for applicants what they requested.
            return
        self.because = "PT-SIGNUP-09"
        self.book.members.append(Member(self.name(number, "MEMBER_ID"), name, address, None, asked=False))
        self.book.given.add(name)
        answer = self._decide("accept", request, "Welcome, too late.", mail=False, by="moderator")
        self.expect(
            answer, 409, requirement="PT-SIGNUP-09", situation="accepting a request whose names are taken by now"
        )

    @precondition(lambda self: self.book.present)
    @stage(place=places)
    def delete_account(self, place: int) -> None:
        """Delete an account as administrator; its request stays, and its names are not given again."""
        member = self.book.present[place % len(self.book.present)]
        answer = self.send("delUser", self.admin, path={"id": member.id})
        self.because = "PT-SIGNUP-11"
        if self.expect(answer, 204, requirement="PT-SIGNUP-11", situation="deleting an account"):
            self.book.remove(member)


@pytest.mark.requirement(
    "PT-SIGNUP-01", "PT-SIGNUP-02", "PT-SIGNUP-03", "PT-SIGNUP-04", "PT-SIGNUP-05", "PT-SIGNUP-06",
    "PT-SIGNUP-07", "PT-SIGNUP-08", "PT-SIGNUP-09", "PT-SIGNUP-10", "PT-SIGNUP-11", "PT-SIGNUP-12",
    "PT-SIGNUP-13",
)  # fmt: skip
def test_sign_up_by_approval(walk: Callable[[type[Flow]], None]) -> None:
    """Register."""
    walk(SignUpByApproval)
