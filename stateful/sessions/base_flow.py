"""Base of the sessions flow: its requests, the checks of their responses, and the variables that stand for secrets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer, problem_member
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.variables import NamedText
from peertube_conformance.stateful.engine.flow import FORM, Flow
from peertube_conformance.stateful.sessions.model import Authenticator, SignedIn

JSON = "application/json"
OTP_HEADER = "x-peertube-otp"
# A time step of one-time codes, and some more.
_CODE_SECONDS = 40.0
# Servers cut lifetimes to whole seconds, and take a moment to make tokens.
_SLACK_SECONDS = 10
_END_SECONDS = 2.0
# A seed of one-time codes (RFC 4648 section 6): whole bytes, perhaps without padding.
_BASE_32 = re.compile(r"(?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}|[A-Z2-7]{4}|[A-Z2-7]{5}|[A-Z2-7]{7})?=*", re.ASCII)


class SessionRequests(Flow):
    """What the rules send. `holder` is the account that signs in, `lifetimes` those of the tokens first seen (s)."""

    holder: Account
    lifetimes: list[Any]
    _requests = 0

    def signed_in_holder(self) -> Account:
        """The account of the walks; replaced where its session ended although nothing ended it."""
        kept = self.once("holder", lambda: [self.account("holder", own=True)])
        with self.aside():
            if self.send("getUserInfo", kept[0]).status != 200:
                kept[0] = self.world.account(fresh=True, label="holder")
        return kept[0]

    def ask(self, *, code: str = "", command: str = "", media_type: str = FORM, **members: Any) -> Exchange:
        """Requests tokens with name and password.

        `members` take the place of the right ones, None leaves them out. `command` is how a shell gets the one-time
        code.
        """
        form = self.password_form(self.holder.username, self.holder.password)
        body = {name: value for name, value in (form | members).items() if value is not None}
        if code:
            self.computed("X_PEERTUBE_OTP", command)
        headers = {OTP_HEADER: code} if code else {}
        return self.send("getOAuthToken", body=body, media_type=media_type, headers=headers)

    def refreshed(self, one: SignedIn) -> Exchange:
        """Requests tokens with a refresh token."""
        return self.ask(grant_type="refresh_token", refresh_token=one.refresh_token, username=None, password=None)

    def used(self, one: SignedIn) -> Exchange:
        """Uses the access token of a session that ended.

        It may still be valid for a moment, until all of the server knows (RFC 7009 section 2).
        """
        for _ in self.world.deadline.polls("a session to end", _END_SECONDS):
            answer = self.send("getUserInfo", token=one.token)
            if answer.status != 200:
                break
        return answer

    def requested(self, account: Account) -> Authenticator:
        """Requests two-factor authentication, and returns what the response gives to an authenticator."""
        path, body = {"id": account.user_id}, {"currentPassword": account.password}
        answer = self.send("requestTwoFactor", account, path=path, body=body)
        self.expect(answer, 200, requirement="PT-SESSION-10", situation="a request for two-factor authentication")
        asked = Answer.of(answer).at("otpRequest")
        token, secret = asked.token("requestToken"), asked.token("secret")
        if not _BASE_32.fullmatch(secret):
            raise asked.at("secret").unlike("a base 32 text")
        self._requests += 1
        return Authenticator(
            self.secret(token, f"REQUEST_{self._requests}_TOKEN"), self.secret(secret, f"OTP_{self._requests}_SECRET")
        )

    def confirm(self, request_token: NamedText, code: str, command: str) -> Exchange:
        """Confirms a request for two-factor authentication of the holder."""
        self.computed("OTP_TOKEN", command)
        body = {"requestToken": request_token, "otpToken": code}
        path = {"id": self.holder.user_id}
        return self.send("confirmTwoFactorRequest", self.holder, path=path, body=body)

    def disable(self, password: str) -> Exchange:
        """Disables the holder's two-factor authentication."""
        path, body = {"id": self.holder.user_id}, {"currentPassword": password}
        return self.send("disableTwoFactor", self.holder, path=path, body=body)

    def with_code(self, authenticator: Authenticator, refused: int, send: Callable[[str], Exchange]) -> Exchange:
        """Sends the current one-time code, and perhaps the next one.

        The next one is sent where the current one is refused, but was sent before or expired on the way: a server may
        accept a code once, and need not accept an old one (RFC 6238 section 5.2).
        """
        code = authenticator.code
        answer = send(code)
        if answer.status == refused and (code in authenticator.sent or code != authenticator.code):
            authenticator.sent.add(code)
            self.wait("the next one-time code", lambda: authenticator.code not in authenticator.sent, _CODE_SECONDS)
            code = authenticator.code
            answer = send(code)
        authenticator.sent.add(code)
        return answer

    def refused(
        self, answer: Exchange, requirement: str, situation: str, code: str = "invalid_grant", status: int = 400
    ) -> bool:
        """Whether the response refuses, with this code of RFC 6749 section 5.2 or of the reference."""
        if not self.expect(answer, status, requirement=requirement, situation=situation):
            return False
        return self.has_code(answer, "PT-SESSION-08", code, f"{situation} is refused with an unexpected code")

    def has_code(self, answer: Exchange, requirement: str, code: str, message: str) -> bool:
        """Whether the response has this code; `message` is reported where it has another."""
        seen = problem_member(answer, "code")
        return self.same(answer, requirement, "code", (code, seen), message)

    def last_as_long(self, answer: Exchange, reported: list[Any]) -> None:
        """Checks that the token lifetimes, in seconds, are those of the walk's earlier tokens."""
        known, self.lifetimes = self.lifetimes, self.lifetimes or reported
        if known:
            message = "the token lifetimes differ from those of an earlier session"
            at, seen = "/response/body/expires_in", known if _near(reported, known) else reported
            self.agree(answer, "PT-SESSION-07", at=at, expected=known, actual=seen, message=message)

    @property
    def wrong_password(self) -> NamedText:
        """A password that no user has."""
        return self.stand_in("wrong-password", "WRONG_PASSWORD")


def _near(reported: list[Any], known: list[Any]) -> bool:
    """Whether lifetimes, in seconds, are equal within a server's precision."""
    return all(
        isinstance(seconds, int) and isinstance(other, int) and abs(seconds - other) <= _SLACK_SECONDS
        for seconds, other in zip(reported, known, strict=True)
    )
