"""Arrangements of the topic My Notifications: shared accounts keep the notifications that other requests wait for."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.dedicated_accounts import dedicated
from peertube_conformance.conformance.arrangements.registry import arrange
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World


@arrange("listMyNotifications")
def a_notice(world: World, _draft: Draft) -> None:
    """Somebody whom the user follows published a video."""
    welcome(world, "notice", lambda: world.notification(world.account()))


@arrange("putMyNotificationSettings")
def of_an_account_of_its_own(world: World, draft: Draft) -> None:
    """Changes settings that nothing else relies on."""
    draft.actor = dedicated(world, "profile")


@arrange("markMyNotificationsRead")
def with_one_that_exists(world: World, draft: Draft) -> None:
    """Marks, beside numbers that a JSON parser of any language keeps exact, a notice of the caller."""
    exact = [number for number in draft.body["ids"] if abs(number) < 2**53]
    draft.body = {**draft.body, "ids": [*exact, world.notification(draft.actor).id]}
