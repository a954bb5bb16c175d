"""Arrangements of the topic Session: valid credentials, and what refuses a sign-in."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.users import with_two_factor
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.precondition_errors import NotTested
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.safety.default_tier import is_loopback


@arrange("getOAuthClient", answer=403)
@situation("host-of-another-instance", "A Host field that names another instance")
def other_host(world: World, draft: Draft) -> None:
    if not is_loopback(world.client.base_url):
        raise NotTested("a proxy before the instance may go by the host")
    draft.headers["Host"] = "elsewhere.invalid"


@arrange("getOAuthToken")
def credentials(world: World, draft: Draft) -> None:
    """The instance's client, with a user's password or the refresh token of a session nobody uses."""
    draft.body["client_id"], draft.body["client_secret"] = world.oauth_client()
    if draft.body["grant_type"] == "refresh_token":
        draft.body["refresh_token"] = _other_session(world).refresh_token
    else:
        account = _with_password(world)
        draft.body["username"], draft.body["password"] = account.username, account.password


@arrange("getOAuthToken", answer=400)
@situation("sign-in-password-wrong", "A wrong password")
def wrong_password(world: World, draft: Draft) -> None:
    credentials(world, draft)
    draft.body["password"] = f"not {world.account().password}"


@arrange("getOAuthToken", answer=401)
@situation("sign-in-one-time-code-missing", "A sign-in without the one-time code of two-factor authentication")
def missing_code(world: World, draft: Draft) -> None:
    credentials(world, draft)
    account = with_two_factor(world)
    draft.body["username"], draft.body["password"] = account.username, account.password
    draft.headers.pop("x-peertube-otp", None)


@arrange("revokeOAuthToken")
def session_nobody_uses(world: World, draft: Draft) -> None:
    """A session of its own, for it ends."""
    draft.actor = _other_session(world)


def _other_session(world: World) -> Account:
    account = _with_password(world)
    return world.sign_in(account.username, account.password, "second session")


def _with_password(world: World) -> Account:
    account = world.account()
    if not account.password:
        raise NotTested("no password of a user: the run begins no session of an account that it was given")
    return account
