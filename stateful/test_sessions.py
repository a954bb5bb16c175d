"""Flow of sessions: how they begin, coexist and end, with and without a second factor (reference, "Session", "Users")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.safety.guard import impossible
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import FORM, Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.sessions import base_flow
from peertube_conformance.stateful.sessions.base_flow import JSON, OTP_HEADER
from peertube_conformance.stateful.sessions.model import MISTAKES, Authenticator, SignedIn, SignIns

_WATCHED_LIVE, _WATCHED_ENDED = 3, 2
_SECRET = frozenset({"client_secret", "refresh_token"})
numbers = st.integers(0, 9)
turnings = st.sampled_from(["password", "no password", "code", "an invented request", "another's request"])


class Sessions(base_flow.SessionRequests):
    """Sessions are independent, end on request, and need the second factor once it is on."""

    about = ("getOAuthToken", "revokeOAuthToken", "requestTwoFactor", "confirmTwoFactorRequest", "disableTwoFactor")
    examples: ClassVar[Mapping[str, int]] = {"smoke": 2, "standard": 12, "thorough": 60}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 8, "standard": 12, "thorough": 30}

    @classmethod
    def walks(cls, depth: str) -> tuple[int, int]:
        """One walk where sign-ins are scarce: nearly every step signs in."""
        return (1, 12) if cls.context.is_scarce("getOAuthToken") else super().walks(depth)

    @initialize(two_factor=st.sampled_from(["off", "on", "off again"]))
    def begin(self, two_factor: str) -> None:
        """The model: the sign-ins of this walk and the second factor; the session of the account is not touched."""
        self.holder, self.other = self.signed_in_holder(), self.account("other holder")
        self.signed_in = SignIns()
        self.lifetimes = []
        self.authenticator: Authenticator | None = None
        self.was_on = self.guessed = False
        # The requirement by which the second factor is as it is.
        self.because = "PT-SESSION-15"
        with self.aside():
            if Answer.of(self.send("getUserInfo", self.holder)).at("twoFactorEnabled").value:
                self.disable(self.holder.password)
        if two_factor != "off":
            self._turn_on()
        if two_factor == "off again":
            self._turn_off(confirm_again=True)

    # Sessions

    @stage(by=st.sampled_from(["name", "address"]))
    def sign_in(self, by: str) -> None:
        """Sign in with all credentials that are needed."""
        self._sign_in(by)

    def _sign_in(self, by: str) -> bool:
        user = self.holder.username if by == "name" else self.holder.email
        held = self.authenticator
        if held is None:
            answer = self.ask(username=user)
            requirement = "PT-SESSION-15" if self.was_on else "PT-SESSION-01"
            situation = f"a sign-in with {by} and password"
        else:
            answer = self.with_code(held, 400, lambda code: self.ask(username=user, code=code, command=held.command))
            requirement, situation = "PT-SESSION-11", f"a sign-in with {by}, password and one-time code"
        if not self.expect(answer, 200, requirement=requirement, situation=situation):
            return False
        self._begun(answer, "PT-SESSION-01")
        return True

    @stage(session=numbers, by=st.sampled_from(["refresh", "revoke"]), use=st.booleans())
    def end(self, session: int, by: str, use: bool) -> None:
        """Exchange the refresh token of a session for a new pair, or sign out; then `use` the ended session."""
        if not self.signed_in.live and not self._sign_in("name"):
            return
        one = _picked(self.signed_in.live, session)
        if by == "revoke":
            answer = self.send("revokeOAuthToken", token=one.token)
            if self.expect(answer, 200, requirement="PT-SESSION-05", situation="a sign-out"):
                self.signed_in.end(one, "PT-SESSION-05")
        else:
            answer, situation = self.refreshed(one), "an unused refresh token"
            if self.expect(answer, 200, requirement="PT-SESSION-03", situation=situation):
                self._begun(answer, "PT-SESSION-03")
                self.signed_in.end(one, "PT-SESSION-03")
        if use and one in self.signed_in.ended and self._is_over(one):
            self._use(one)

    @precondition(lambda self: self.signed_in.ended)
    @stage(session=numbers)
    def use_one_that_ended(self, session: int) -> None:
        """Sign out of an ended session, and refresh it."""
        self._use(_picked(self.signed_in.ended, session))

    def _use(self, one: SignedIn) -> None:
        answer = self.send("revokeOAuthToken", token=one.token)
        self.expect(answer, 401, requirement="PT-SESSION-06", situation="a sign-out from an ended session")
        if not self.refused(self.refreshed(one), "PT-SESSION-04", "a refresh token of an ended session"):
            self.signed_in.forget(one)

    @stage(mistake=st.sampled_from([*MISTAKES]))
    def ask_wrongly(self, mistake: str) -> None:
        """Request tokens with one mistake."""
        made = MISTAKES[mistake]
        wrong: dict[str, Any] = dict(made.members)
        for name in sorted(_SECRET & wrong.keys()):
            wrong[name] = wrong[name] and self.stand_in(wrong[name], f"WRONG_{name.upper()}")
        answer = self.ask(media_type=JSON if made.as_json else FORM, **wrong)
        self.refused(answer, "PT-SESSION-08", f"a token request with {mistake}", made.code)

    @precondition(lambda self: not self.guessed)
    @stage()
    def guess_a_password(self) -> None:
        """Sign in with a wrong password, as a user who exists and as one who does not; once in a walk."""
        answers, self.guessed = [], True
        for who, name in (
            ("an existing user", self.holder.username),
            ("an unknown user", str(impossible("user.name", 1))),
        ):
            answers.append(self.ask(username=name, password=self.wrong_password))
            self.refused(answers[-1], "PT-SESSION-09", f"a sign-in as {who} with a wrong password")
        reported = [Answer.of(answer).value for answer in answers]
        message = "the response to a wrong password reveals whether the user exists"
        self.same(answers[-1], "PT-SESSION-09", "", (reported[0], reported[-1]), message)

    # The second factor

    @precondition(lambda self: self.authenticator is None)
    @stage()
    def turn_two_factor_on(self) -> None:
        """Request two-factor authentication, and confirm the request with a code."""
        self._turn_on()

    @precondition(lambda self: self.authenticator is None)
    @stage(wrong=turnings)
    def fail_to_turn_two_factor_on(self, wrong: str) -> None:
        """Request or confirm two-factor authentication with one mistake."""
        path, status = {"id": self.holder.user_id}, 403
        if "password" in wrong:
            body = {} if wrong == "no password" else {"currentPassword": self.wrong_password}
            answer = self.send("requestTwoFactor", self.holder, path=path, body=body)
            self.because, status = "PT-SESSION-14", 400 if wrong == "no password" else 403
        else:
            asked = self.requested(self.other if wrong == "another's request" else self.holder)
            code, command, token = asked.code, asked.command, asked.request_token
            if wrong == "code":
                code = asked.wrong_code
                command = f"echo {code}"
            if wrong == "an invented request":
                token = self.stand_in("0" * 64, "INVENTED_TOKEN")
            answer = self.confirm(token, code, command)
            self.because = "PT-SESSION-12"
        situation = f"enabling two-factor authentication (wrong: {wrong})"
        self.expect(answer, status, requirement=self.because, situation=situation)

    @precondition(lambda self: self.authenticator is not None)
    @stage(wrong=st.sampled_from(["no code", "a wrong code", "a wrong password"]))
    def sign_in_without_second_factor(self, wrong: str) -> None:
        """Sign in without the second factor, or with one credential wrong."""
        assert self.authenticator is not None
        situation = f"a sign-in with two-factor authentication and {wrong}"
        if wrong == "a wrong password":
            self.refused(self.ask(password=self.wrong_password), "PT-SESSION-09", situation)
        elif wrong == "a wrong code":
            code = self.authenticator.wrong_code
            answer = self.ask(code=code, command=f"echo {code}")
            self.refused(answer, "PT-SESSION-11", situation, "invalid_two_factor")
        else:
            answer = self.ask()
            self.refused(answer, "PT-SESSION-11", situation, "missing_two_factor", 401)
            reported = answer.response.headers.get(OTP_HEADER, "") if answer.response else ""
            at = f"/response/headers/{OTP_HEADER}"
            message = "the response does not say that a one-time code is needed"
            self.agree(answer, "PT-SESSION-11", at=at, expected="required", actual=reported[:8], message=message)

    @precondition(lambda self: self.authenticator is not None)
    @stage(confirm_again=st.booleans())
    def turn_two_factor_off(self, confirm_again: bool) -> None:
        """Disable two-factor authentication; perhaps confirm the request that enabled it once more."""
        self._turn_off(confirm_again)

    @precondition(lambda self: self.authenticator is not None)
    @stage()
    def fail_to_turn_two_factor_off(self) -> None:
        """Disable two-factor authentication with a wrong password."""
        answer, self.because = self.disable(self.wrong_password), "PT-SESSION-14"
        situation = "disabling two-factor authentication with a wrong password"
        self.expect(answer, 403, requirement="PT-SESSION-14", situation=situation)

    # Comparison

    @invariant()
    def sessions_are_as_remembered(self) -> None:
        """Use the session that no step touched, and the tokens of the walk."""
        answer = self.send("getUserInfo", self.holder)
        if self.expect(answer, 200, requirement="PT-SESSION-02", situation="a request in an unrelated session"):
            self._second_factor(answer, self.because)
        for one in self.signed_in.live[-_WATCHED_LIVE:]:
            answer = self.send("getUserInfo", token=one.token)
            situation = "the access token of a valid session"
            if not self.expect(answer, 200, requirement=one.because, situation=situation):
                self.signed_in.forget(one)
            one.because = "PT-SESSION-02"
        for one in self.signed_in.ended[-_WATCHED_ENDED:]:
            self._is_over(one)

    def _is_over(self, one: SignedIn) -> bool:
        answer, situation = self.used(one), "the access token of an ended session"
        if not self.expect(answer, 401, requirement=one.because, situation=situation):
            self.signed_in.forget(one)
            return False
        return self.has_code(
            answer, "PT-SESSION-06", "invalid_token", f"{situation} is refused with an unexpected code"
        )

    def _second_factor(self, answer: Exchange, because: str) -> None:
        is_on, at = self.authenticator is not None, "/response/body/twoFactorEnabled"
        seen, message = Answer.of(answer).at("twoFactorEnabled").value, "twoFactorEnabled is wrong"
        self.agree(answer, because, at=at, expected=is_on, actual=seen, message=message)

    def _begun(self, answer: Exchange, because: str) -> None:
        """Takes over a new pair of tokens."""
        tokens, number = Answer.of(answer), self.signed_in.begun + 1
        token, refresh_token = tokens.token("access_token"), tokens.token("refresh_token")
        known = self.signed_in.handed_out(token) or self.signed_in.handed_out(refresh_token)
        message = "the server issued the same token twice"
        self.same(answer, "PT-SESSION-01", "access_token", (False, known), message)
        self.last_as_long(answer, [tokens.at("expires_in").value, tokens.at("refresh_token_expires_in").value])
        self.signed_in.begin(
            SignedIn(
                self.secret(token, f"SESSION_{number}_TOKEN"),
                self.secret(refresh_token, f"SESSION_{number}_REFRESH_TOKEN"),
                because,
            )
        )

    def _turn_on(self) -> None:
        asked = self.requested(self.holder)
        self._second_factor(self.send("getUserInfo", self.holder), "PT-SESSION-12")
        token, situation = asked.request_token, "the one-time code of a two-factor request"
        answer = self.with_code(asked, 403, lambda code: self.confirm(token, code, asked.command))
        if self.expect(answer, 204, requirement="PT-SESSION-10", situation=situation):
            self.authenticator = asked
        self.because = "PT-SESSION-10"

    def _turn_off(self, confirm_again: bool) -> None:
        used = self.authenticator
        answer, self.because = self.disable(self.holder.password), "PT-SESSION-15"
        situation = "disabling two-factor authentication"
        if not self.expect(answer, 204, requirement="PT-SESSION-15", situation=situation) or used is None:
            return
        self.authenticator, self.was_on = None, True
        if confirm_again:
            answer, self.because = self.confirm(used.request_token, used.code, used.command), "PT-SESSION-13"
            situation = "a second confirmation of a two-factor request"
            if not self.expect(answer, 403, requirement="PT-SESSION-13", situation=situation) and answer.status == 204:
                self.authenticator = used


def _picked(some: list[SignedIn], number: int) -> SignedIn:
    return some[number % len(some)]


@pytest.mark.requirement(
    "PT-SESSION-01", "PT-SESSION-02", "PT-SESSION-03", "PT-SESSION-04", "PT-SESSION-05", "PT-SESSION-06",
    "PT-SESSION-07", "PT-SESSION-08", "PT-SESSION-09", "PT-SESSION-10", "PT-SESSION-11", "PT-SESSION-12",
    "PT-SESSION-13", "PT-SESSION-14", "PT-SESSION-15",
)  # fmt: skip
def test_sessions(walk: Callable[[type[Flow]], None]) -> None:
    """Session, and two-factor authentication."""
    walk(Sessions)
