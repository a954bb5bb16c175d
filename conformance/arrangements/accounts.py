"""Arrangements of the topic Accounts: a caller who is permitted, and items in the lists."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World

_FOR_MODERATORS = ("include", "privacyOneOf", "autoTagOneOf")


@arrange("getAccountVideos")
def allowed_caller(world: World, draft: Draft) -> None:
    """A moderator for what only moderators may see, a user to leave out what the user watched."""
    welcome(world, "video", world.video)
    if any(name in draft.query for name in _FOR_MODERATORS):
        draft.actor = world.account("moderator")
    elif "excludeAlreadyWatched" in draft.query:
        draft.actor = world.account()


@arrange("getAccountVideos", answer=400)
@situation("account-videos-unwatched-without-user", "The filter excludeAlreadyWatched without a signed-in user")
def history_of_nobody(_world: World, draft: Draft) -> None:
    draft.query["excludeAlreadyWatched"] = True


@arrange("getAccountVideos", answer=401)
@situation(
    "account-videos-unpublished-without-moderator",
    "A request for unpublished videos by a caller who is not a moderator",
)
def everything_for_everybody(_world: World, draft: Draft) -> None:
    draft.query["include"] = 1


@arrange("listAccountPlaylists")
def a_playlist(world: World, _draft: Draft) -> None:
    """A public playlist."""
    welcome(world, "playlist", world.playlist)


@arrange("getAccountFollowers")
def a_follower(world: World, _draft: Draft) -> None:
    """Somebody subscribed to the account's channel."""

    def subscribe() -> None:
        handle = f"{world.account().channel_handle}@{world.host}"
        world.call("addSubscription", world.account("other user"), body={"uri": handle})

    welcome(world, "follower", subscribe)


@arrange("getAccountRatings")
def a_rating(world: World, _draft: Draft) -> None:
    """A video that the account likes."""

    def like() -> None:
        world.call("rateVideo", world.account(), path={"id": world.video().id}, body={"rating": "like"})

    welcome(world, "rating", like)
