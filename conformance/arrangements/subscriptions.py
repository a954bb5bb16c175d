"""Arrangements of the topic My Subscriptions: existing channels, and filters for moderators."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.safety.guard import impossible

MODERATORS_FILTERS = frozenset({"include", "privacyOneOf", "autoTagOneOf"})


def _handle(world: World) -> str:
    handle = world.foreign_channel().handle
    return handle if "@" in handle else f"{handle}@{world.host}"


@arrange("addSubscription")
def to_an_existing_channel(world: World, draft: Draft) -> None:
    """Follows somebody else's channel."""
    draft.json(uri=_handle(world))


@arrange("getSubscriptionsExist")
def about_an_existing_channel(world: World, draft: Draft) -> None:
    """Asks about a channel that exists."""
    draft.query["uris"] = [_handle(world)]


@arrange("listSubscriptionVideos")
def filtered_by_whom_the_filter_is_for(world: World, draft: Draft) -> None:
    """A moderator uses the moderators' filters; somebody whom the user follows published a video."""
    welcome(world, "subscription video", lambda: world.notification(world.account()))
    if draft.query.keys() & MODERATORS_FILTERS:
        draft.actor = world.account("moderator")


def _not_followed(world: World, draft: Draft) -> None:
    draft.path["subscriptionHandle"] = f"{impossible('channel.handle', world.random.getrandbits(24))}@{world.host}"


@arrange("getSubscription", answer=404)
@situation("subscription-to-absent-channel", "A channel that does not exist")
def get_what_is_not_followed(world: World, draft: Draft) -> None:
    _not_followed(world, draft)


@arrange("deleteSubscription", answer=404)
@situation("unsubscription-from-absent-channel", "A channel that does not exist")
def delete_what_is_not_followed(world: World, draft: Draft) -> None:
    _not_followed(world, draft)
