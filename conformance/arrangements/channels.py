"""Arrangements of the topic Video Channels: unused names, an account below the channel limit, and valid images."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.dedicated_accounts import dedicated
from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.conformance.arrangements.subscriptions import MODERATORS_FILTERS
from peertube_conformance.fixtures.messages.bounded import at_most
from peertube_conformance.fixtures.messages.request_draft import Draft, Upload
from peertube_conformance.fixtures.resources.factory import World

# An instance may allow fewer channels than the stock 20; a few are enough here.
_KEPT_CHANNELS = 3
_MOST_CHANNELS = 20


@arrange("addVideoChannel")
def with_a_free_name_and_room(world: World, draft: Draft) -> None:
    """Opens a channel for somebody who has few, under a name that nobody ever had."""
    account = dedicated(world, "channels")
    own = [channel.text("name") for channel in world.ask("getUserInfo", account).items("videoChannels")]
    if len(own) > _KEPT_CHANNELS:
        for name in at_most(own[1:], _MOST_CHANNELS):
            world.call("delVideoChannel", account, path={"channelHandle": name})
    draft.actor = account
    draft.body = {**draft.body, "name": world.unique("channel")}


@arrange("addVideoChannel", answer=409)
@situation("channel-name-taken", "A channel name that is already taken")
def with_a_taken_name(world: World, draft: Draft) -> None:
    draft.body = {**draft.body, "name": str(world.account("other user").channel_handle)}


@arrange("delVideoChannel", answer=409)
@situation("last-channel-of-user", "The only channel of a user")
def the_last_one(world: World, draft: Draft) -> None:
    draft.actor = dedicated(world, "one channel")
    draft.path["channelHandle"] = draft.actor.channel_handle


@arrange("getVideoChannelVideos")
def filtered_by_whom_the_filter_is_for(world: World, draft: Draft) -> None:
    """A moderator uses the moderators' filters, who leaves out what was watched is signed in, and there is a video."""
    welcome(world, "video", world.video)
    if draft.query.keys() & MODERATORS_FILTERS:
        draft.actor = world.account("moderator")
    elif "excludeAlreadyWatched" in draft.query:
        draft.actor = world.account()


def _picture(world: World, draft: Draft, field: str, width: int, height: int) -> None:
    draft.media_type = "multipart/form-data"
    draft.body = {field: Upload("picture.png", "image/png", world.media.png(width, height))}


@arrange("getVideoChannelFollowers")
def a_follower(world: World, draft: Draft) -> None:
    """Somebody subscribed to the channel."""
    handle = f"{draft.path['channelHandle']}@{world.host}"
    welcome(
        world,
        "channel follower",
        lambda: world.call("addSubscription", world.account("other user"), body={"uri": handle}),
    )


@arrange("pickVideoChannelAvatar")
def with_an_avatar(world: World, draft: Draft) -> None:
    """Sends a square PNG picture."""
    _picture(world, draft, "avatarfile", 120, 120)


@arrange("pickVideoChannelBanner")
def with_a_banner(world: World, draft: Draft) -> None:
    """Sends a wide PNG picture."""
    _picture(world, draft, "bannerfile", 600, 100)
