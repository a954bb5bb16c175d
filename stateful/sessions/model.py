"""What a server must remember of the sessions and the second factor of one user, and the mistakes there are to make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyotp

from peertube_conformance.reports.model.variables import NamedText

# The secret's time step is 30 s; whatever a server allows around it (RFC 6238 section 5.2) is well within these.
_STEPS_AROUND = range(-4, 5)


@dataclass
class SignedIn:
    """The tokens of one sign-in, and the requirement to blame if the access token is not what it should be: good, or
    ended."""

    token: NamedText
    refresh_token: NamedText
    because: str


@dataclass
class SignIns:
    """The sign-ins of a walk: those that are good, in the order in which they began, and those that ended."""

    live: list[SignedIn] = field(default_factory=list)
    ended: list[SignedIn] = field(default_factory=list)
    begun: int = 0

    def begin(self, one: SignedIn) -> None:
        """It is good."""
        self.begun += 1
        self.live.append(one)

    def end(self, one: SignedIn, because: str) -> None:
        """It is good no more."""
        self.live.remove(one)
        self.ended.append(one)
        one.because = because

    def forget(self, one: SignedIn) -> None:
        """The server is known to do otherwise: nothing is expected of it from here on."""
        (self.live if one in self.live else self.ended).remove(one)

    def handed_out(self, token: str) -> bool:
        """Whether a sign-in of this walk was given this token."""
        return any(token in {one.token, one.refresh_token} for one in (*self.live, *self.ended))


@dataclass
class Authenticator:
    """What a user's authenticator holds: the secret of a request for two-factor authentication, and the codes that were
    sent already."""

    request_token: NamedText
    secret: NamedText
    sent: set[str] = field(default_factory=set)

    @property
    def code(self) -> str:
        """The one-time code of this moment (RFC 6238)."""
        return pyotp.TOTP(self.secret).now()

    @property
    def command(self) -> str:
        """How a shell gets the code of its moment."""
        return f'oathtool --totp --base32 "${self.secret.variable}"'

    @property
    def wrong_code(self) -> str:
        """A code that is not right now, and neither a little earlier nor later."""
        clock, now = pyotp.TOTP(self.secret), datetime.now(UTC)
        right = {clock.at(now, counter_offset=step) for step in _STEPS_AROUND}
        return next(code for digit in "0123456789" if (code := digit * 6) not in right)


@dataclass(frozen=True)
class Mistake:
    """A form that asks for tokens wrongly: what it has in place of the right members (None: left out), and the `code`
    of the refusal. `json` sends it as another media type."""

    code: str
    members: Mapping[str, str | None] = field(default_factory=dict)
    json: bool = False


_REFRESH: Mapping[str, str | None] = {"grant_type": "refresh_token", "username": None, "password": None}
MISTAKES: Mapping[str, Mistake] = {
    "a wrong client id": Mistake("invalid_client", {"client_id": "wrong"}),
    "a wrong client secret": Mistake("invalid_client", {"client_secret": "wrong"}),
    "no client": Mistake("invalid_client", {"client_id": None, "client_secret": None}),
    "an unknown grant type": Mistake("unsupported_grant_type", {"grant_type": "authorization_code"}),
    "no grant type": Mistake("invalid_request", {"grant_type": None}),
    "no user": Mistake("invalid_request", {"username": None}),
    "no password": Mistake("invalid_request", {"password": None}),
    "no refresh token": Mistake("invalid_request", _REFRESH),
    "an invented refresh token": Mistake("invalid_grant", {**_REFRESH, "refresh_token": "invented"}),
    "JSON": Mistake("invalid_request", json=True),
}
