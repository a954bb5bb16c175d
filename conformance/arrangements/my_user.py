"""Arrangements of the topic My User: profile changes on dedicated accounts, and valid images."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.dedicated_accounts import dedicated
from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.fixtures.messages.request_draft import Draft, Upload
from peertube_conformance.fixtures.resources.factory import World, once_per_world
from peertube_conformance.fixtures.safety.guard import IMPOSSIBLE_NUMBER

_PURPOSE = "profile"
_THEMES = ("default", "instance-default")


@once_per_world
def _tried_passwords(_world: World) -> list[str]:
    """The password that the last request may have set; whether it did is checked when the next request needs to know."""
    return []


@arrange("putUserInfo")
def on_an_account_of_its_own(world: World, draft: Draft) -> None:
    """Changes a profile that nothing else uses; says the present password where it must be said."""
    draft.actor = dedicated(world, _PURPOSE)
    if not isinstance(draft.body, dict):
        return
    if draft.body.get("theme", _THEMES[0]) not in _THEMES:
        draft.body["theme"] = _THEMES[0]
    if "email" in draft.body:
        draft.body["email"] = world.address()
    if draft.body.keys() & {"email", "password"}:
        _restore_password(world)
        draft.body["currentPassword"] = draft.actor.password
    if "password" in draft.body:
        _tried_passwords(world).append(draft.body["password"])


def _restore_password(world: World) -> None:
    tried = _tried_passwords(world)
    if not tried:
        return
    account = dedicated(world, _PURPOSE)
    back = Draft(world.contract.operation("putUserInfo"), actor=account)
    world.send(back.json(password=account.password, currentPassword=tried.pop()))


@arrange("putUserInfo", answer=401)
@situation("current-password-wrong", "A new password with a wrong current password")
def wrong_current_password(world: World, draft: Draft) -> None:
    draft.json(password=world.password(), currentPassword=world.password())


@arrange("pickMyAvatar")
def with_a_picture(world: World, draft: Draft) -> None:
    """Sends a PNG picture."""
    draft.media_type = "multipart/form-data"
    draft.body = {"avatarfile": Upload("avatar.png", "image/png", world.media.png(120, 120))}


@arrange("listMyVideos")
def a_video(world: World, _draft: Draft) -> None:
    """The user published a video."""
    welcome(world, "video", world.video)


@arrange("listMyVideos", answer=404)
@situation("own-videos-of-absent-channel", "A channel that does not exist")
def of_no_channel(_world: World, draft: Draft) -> None:
    draft.query["channelId"] = IMPOSSIBLE_NUMBER
