"""Arrangements of the topic Register: unused names and addresses, and the verification strings sent by mail."""

from __future__ import annotations

import re

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import (
    NotArranged,
    RegistrationRef,
    Unavailable,
    World,
    once_per_world,
)

_STRING = re.compile(r"verificationString=(\w+)")
_PENDING = 1


@arrange("registerUser", "requestRegistration")
def new_names(world: World, draft: Draft) -> None:
    """A user name, an address and a channel name that nobody has."""
    draft.body["username"], draft.body["email"] = world.unique("user"), world.address()
    draft.body["password"] = world.password()
    if draft.body.get("channel"):
        draft.body["channel"] = {**draft.body["channel"], "name": world.unique("channel")}


@arrange("registerUser", answer=409)
@situation("username-of-account", "A user name that another account has")
def user_name_of_an_account(world: World, draft: Draft) -> None:
    new_names(world, draft)
    draft.body["username"] = world.account().username


@arrange("requestRegistration", answer=409)
@situation("username-of-registration-request", "A user name that another applicant requested")
def user_name_of_a_request(world: World, draft: Draft) -> None:
    new_names(world, draft)
    draft.body["username"] = world.registration().username


@arrange("listRegistrations")
def a_request(world: World, _draft: Draft) -> None:
    """Somebody asked for an account, where that is how accounts are had."""
    welcome(world, "registration", world.registration)


@arrange("resendEmailToVerifyUser")
def known_address(world: World, draft: Draft) -> None:
    """The address of a user."""
    draft.body["email"] = world.account().email


@arrange("resendEmailToVerifyRegistration")
def applicants_address(world: World, draft: Draft) -> None:
    """The address of an applicant, where there can be one."""
    if "registration-approval" not in world.capabilities:
        draft.body["email"] = world.address()
        return
    # Not the applicant of verifyRegistrationEmail: a new mail makes the string in the old one useless.
    draft.body["email"] = _undecided(world).email


@arrange("verifyUser")
def mailed_string(world: World, draft: Draft) -> None:
    """A user is about to change the address and got a mail there."""
    account, address = _verifier(world), world.address()
    world.call("putUserInfo", account, body={"email": address, "currentPassword": account.password})
    draft.path["id"] = account.user_id
    draft.body["verificationString"] = _string_sent_to(world, address)


@arrange("verifyUser", answer=400)
@situation("no-email-change-pending", "A verification of a new email address when none is pending")
def no_address_pending(world: World, draft: Draft) -> None:
    mailed_string(world, draft)
    draft.body["isPendingEmail"] = True
    world.call("verifyUser", path=dict(draft.path), body=dict(draft.body))


@arrange("verifyUser", "verifyRegistrationEmail", answer=403)
@situation("verification-string-wrong", "A verification string other than the mailed one")
def wrong_string(_world: World, draft: Draft) -> None:
    draft.body["verificationString"] = "0" * 64


@arrange("verifyRegistrationEmail")
def string_mailed_to_the_applicant(world: World, draft: Draft) -> None:
    """An applicant got a mail."""
    _needs_verification(world)
    registration = world.registration()
    draft.path["registrationId"] = registration.id
    draft.body["verificationString"] = _string_sent_to(world, registration.email)


@arrange("acceptRegistration", "rejectRegistration")
def undecided(world: World, draft: Draft) -> None:
    """A request that nobody decided on."""
    if _undecided.is_made(world) and not _is_pending(world, _undecided(world)):
        _undecided.again(world)
    draft.path["registrationId"] = _undecided(world).id


@arrange("acceptRegistration", "rejectRegistration", answer=409)
@situation("registration-decided-already", "A registration request that is already decided")
def decided(world: World, draft: Draft) -> None:
    registration = world.registration()
    if _is_pending(world, registration):
        world.call(
            "rejectRegistration",
            world.account("moderator"),
            path={"registrationId": registration.id},
            body={"moderationResponse": "Only a test.", "preventEmailDelivery": True},
        )
    draft.path["registrationId"] = registration.id


def _is_pending(world: World, registration: RegistrationRef) -> bool:
    query = {"search": registration.username}
    answer = world.ask("listRegistrations", world.account("moderator"), query=query)
    return any(
        found.number("id") == registration.id and found.number("state", "id") == _PENDING
        for found in answer.items("data")
    )


def _verifier(world: World) -> Account:
    """An account each of whose address changes sends a mail: cheaper than sign-ups, which are rate-limited."""
    _needs_verification(world)
    return _verifiers_account(world)


@once_per_world
def _verifiers_account(world: World) -> Account:
    return world.account(fresh=True)


@once_per_world
def _undecided(world: World) -> RegistrationRef:
    """A registration without a decision, reused until somebody decides.

    An instance allows two registrations in five minutes.
    """
    return world.new_registration()


def _needs_verification(world: World) -> None:
    if not world.ask("getConfig").flag("signup", "requiresEmailVerification"):
        raise Unavailable("the instance verifies no addresses")


def _string_sent_to(world: World, address: str) -> str:
    found = _STRING.search(world.mailbox.wait(address, "verificationString=").text)
    if found is None:
        raise NotArranged("the mail has a verificationString= with nothing behind it")
    return world.secret(found[1], "VERIFICATION_STRING")
