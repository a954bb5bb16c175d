"""Arrangements of the topic Users, with two-factor authentication: each worker has an account to turn it on and off."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.fixtures.messages.account import ROLE_IDS, Account
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World, once_per_world
from peertube_conformance.fixtures.safety.guard import impossible

_USER = ROLE_IDS["user"]


@arrange("addUser")
def new_user(world: World, draft: Draft) -> None:
    """Names and an address that nobody has; only administrators make more than users."""
    draft.body["username"], draft.body["email"] = world.unique("user"), world.address()
    if "channelName" in draft.body:
        draft.body["channelName"] = world.unique("channel")
    if draft.body["password"] != "" or "email" not in world.capabilities:
        # Not the drawn one, which is the same in every run.
        draft.body["password"] = world.password()
    if draft.body["role"] != _USER:
        draft.actor = world.account("admin")


@arrange("addUser", answer=403)
@situation("moderator-creates-moderator", "The creation of a moderator by a moderator")
def moderator_made_by_a_moderator(world: World, draft: Draft) -> None:
    new_user(world, draft)
    draft.actor, draft.body["role"] = world.account("moderator"), ROLE_IDS["moderator"]


@arrange("addUser", answer=409)
@situation("new-username-taken", "A user name that another account has")
def name_of_another(world: World, draft: Draft) -> None:
    new_user(world, draft)
    draft.body["username"] = world.account().username


@arrange("putUser")
def change(world: World, draft: Draft) -> None:
    """An address that nobody has; only administrators give another role, and then to a user of its own."""
    if not isinstance(draft.body, dict):
        return
    if "email" in draft.body:
        draft.body["email"] = world.address()
    if draft.body.get("role", _USER) != _USER:
        draft.actor = world.account("admin")
        draft.path["id"] = world.bystander(fresh=True)


@arrange("putUser", answer=403)
@situation("moderator-promotes-to-administrator", "The promotion of a user to administrator by a moderator")
def promotion_by_a_moderator(world: World, draft: Draft) -> None:
    draft.actor = world.account("moderator")
    draft.path["id"] = world.bystander(fresh=True)
    draft.json(role=ROLE_IDS["admin"])


@arrange("putUser", answer=409)
@situation("user-email-taken", "An email address that another account has")
def address_of_another(world: World, draft: Draft) -> None:
    draft.json(email=world.account().email)


@arrange("requestTwoFactor")
def own_password(_world: World, draft: Draft) -> None:
    """The caller's own password."""
    assert draft.actor is not None
    draft.body["currentPassword"] = draft.actor.password


@arrange("requestTwoFactor", answer=400)
@situation("two-factor-enabled-already", "A request for two-factor authentication that is already enabled")
def already_on(world: World, draft: Draft) -> None:
    _as(draft, with_two_factor(world))
    own_password(world, draft)


@arrange("requestTwoFactor", "disableTwoFactor", answer=403)
@situation("two-factor-password-wrong", "A wrong password")
def wrong_password(_world: World, draft: Draft) -> None:
    assert draft.actor is not None
    draft.body["currentPassword"] = f"not {draft.actor.password}"


@arrange("requestTwoFactor", "disableTwoFactor", answer=404)
@situation("two-factor-for-absent-user", "A user who does not exist")
def password_for_nobody(world: World, draft: Draft) -> None:
    own_password(world, draft)
    draft.path["id"] = impossible("user.id", world.random.getrandbits(24))


@arrange("confirmTwoFactorRequest")
def pending_request(world: World, draft: Draft) -> None:
    """A request that waits, and the code of this moment."""
    account = without_two_factor(world)
    _as(draft, account)
    draft.body.update(_requested(world, account))


@arrange("confirmTwoFactorRequest", answer=400)
@situation("two-factor-confirmed-already", "A confirmation of two-factor authentication that is already enabled")
def confirmed_already(world: World, draft: Draft) -> None:
    _as(draft, with_two_factor(world))


@arrange("confirmTwoFactorRequest", answer=403)
@situation("two-factor-request-token-wrong", "A wrong request token")
def wrong_request_token(_world: World, draft: Draft) -> None:
    draft.body["requestToken"] = "0" * 64


@arrange("confirmTwoFactorRequest", answer=404)
@situation("two-factor-confirmation-for-absent-user", "A user who does not exist")
def confirmation_for_nobody(world: World, draft: Draft) -> None:
    draft.path["id"] = impossible("user.id", world.random.getrandbits(24))


@arrange("disableTwoFactor")
def turned_on(world: World, draft: Draft) -> None:
    """An account that has two-factor authentication."""
    _as(draft, with_two_factor(world))
    own_password(world, draft)


@arrange("disableTwoFactor", answer=400)
@situation("two-factor-disabled-already", "A request to disable two-factor authentication that is already disabled")
def already_off(world: World, draft: Draft) -> None:
    _as(draft, without_two_factor(world))
    own_password(world, draft)


def with_two_factor(world: World) -> Account:
    """A signed-in account that has two-factor authentication."""
    account = _switched(world)
    if not _is_on(world, account):
        body = _requested(world, account)
        world.call("confirmTwoFactorRequest", account, path={"id": account.user_id}, body=body)
    return account


def without_two_factor(world: World) -> Account:
    """A signed-in account, used by nothing else, that has no two-factor authentication."""
    account = _switched(world)
    if _is_on(world, account):
        body = {"currentPassword": account.password}
        world.call("disableTwoFactor", account, path={"id": account.user_id}, body=body)
    return account


@once_per_world
def _switched(world: World) -> Account:
    return world.account(fresh=True)


def _is_on(world: World, account: Account) -> bool:
    return world.ask("getUserInfo", account).flag("twoFactorEnabled")


def _requested(world: World, account: Account) -> dict[str, str]:
    """Requests two-factor authentication; the body that confirms the request (reference, "Request two factor auth")."""
    body = {"currentPassword": account.password}
    request = world.ask("requestTwoFactor", account, path={"id": account.user_id}, body=body).at("otpRequest")
    token = world.secret(request.token("requestToken"), "REQUEST_TOKEN")
    try:
        code = world.one_time_code(request.token("secret"))
    except ValueError as error:
        raise request.at("secret").unlike("a base 32 text") from error
    return {"requestToken": token, "otpToken": code}


def _as(draft: Draft, account: Account) -> None:
    draft.actor, draft.path["id"] = account, account.user_id
