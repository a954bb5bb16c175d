"""Model of the sessions and the second factor of one user, and the mistakes that a client can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyotp

from peertube_conformance.reports.model.variables import NamedText

# The secret's time step is 30 s; any tolerance of a server (RFC 6238 section 5.2) is well within these.
_STEPS_AROUND = range(-4, 5)


@dataclass
class SignedIn:
    """The tokens of one sign-in.

    `because` is the requirement that is broken if the access token is not as it should be: valid, or ended.
    """

    token: NamedText
    refresh_token: NamedText
    because: str


@dataclass
class SignIns:
    """The sign-ins of a walk: the valid ones, in the order in which they began, and those that ended."""

    live: list[SignedIn] = field(default_factory=list)
    ended: list[SignedIn] = field(default_factory=list)
    begun: int = 0

    def begin(self, one: SignedIn) -> None:
        """Adds a valid sign-in."""
        self.begun += 1
        self.live.append(one)

    def end(self, one: SignedIn, because: str) -> None:
        """Moves a sign-in to those that ended."""
        self.live.remove(one)
        self.ended.append(one)
        one.because = because

    def forget(self, one: SignedIn) -> None:
        """Drops a sign-in after a known deviation: nothing is expected of it from here on."""
        (self.live if one in self.live else self.ended).remove(one)

    def handed_out(self, token: str) -> bool:
        """Whether a sign-in of this walk received this token."""
        return any(token in {one.token, one.refresh_token} for one in (*self.live, *self.ended))


@dataclass
class Authenticator:
    """A user's authenticator: the secret of a request for two-factor authentication.

    `sent` are the codes that were sent already.
    """

    request_token: NamedText
    secret: NamedText
    sent: set[str] = field(default_factory=set)

    @property
    def code(self) -> str:
        """The current one-time code (RFC 6238)."""
        return pyotp.TOTP(self.secret).now()

    @property
    def command(self) -> str:
        """The shell command that prints the current code."""
        return f'oathtool --totp --base32 "${self.secret.variable}"'

    @property
    def wrong_code(self) -> str:
        """A code that is wrong now, a little earlier and a little later."""
        clock, now = pyotp.TOTP(self.secret), datetime.now(UTC)
        right = {clock.at(now, counter_offset=step) for step in _STEPS_AROUND}
        return next(code for digit in "0123456789" if (code := digit * 6) not in right)


@dataclass(frozen=True)
class Mistake:
    """A wrong token request.

    It has the members in place of the right ones (None: left out), and the `code` of the refusal. `as_json` sends it as
    another media type.
    """

    code: str
    members: Mapping[str, str | None] = field(default_factory=dict)
    as_json: bool = False


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
    "JSON": Mistake("invalid_request", as_json=True),
}
