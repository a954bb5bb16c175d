"""Arrangements of the topic Video Feeds: compatible filters, matching tokens, and media types that no feed has."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.conformance.arrangements.videos import PASSWORD_PROTECTED, PRIVATE
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.safety.guard import IMPOSSIBLE_NUMBER

_CHANNEL = ("videoChannelId", "videoChannelName")


@arrange("getSyndicatedComments")
def of_a_video_or_a_channel(world: World, draft: Draft) -> None:
    """Names either a video or a channel; somebody commented."""
    welcome(world, "comment", world.comment)
    if "videoId" in draft.query:
        for name in _CHANNEL:
            draft.query.pop(name, None)


@arrange("getSyndicatedComments", answer=400)
@situation("feed-of-video-and-channel", "A comment feed of a video and a channel at once")
def of_a_video_and_a_channel(world: World, draft: Draft) -> None:
    draft.query |= {"videoId": world.video().uuid, "videoChannelId": world.channel().id}


@arrange("getSyndicatedComments", answer=401)
@situation("feed-of-private-video-anonymously", "A comment feed of a private video without a token")
def of_a_private_video(world: World, draft: Draft) -> None:
    video = world.video(world.account("other user"), privacy=PRIVATE)
    draft.query, draft.actor, draft.headers = {"videoId": video.uuid}, None, {}


@arrange("getSyndicatedComments", answer=403)
@situation(
    "feed-of-protected-video-without-password", "A comment feed of a password-protected video without its password"
)
def of_a_guarded_video(world: World, draft: Draft) -> None:
    video = world.video(world.account("other user"), privacy=PASSWORD_PROTECTED)
    draft.query, draft.actor, draft.headers = {"videoId": video.uuid}, None, {}


@arrange("getSyndicatedComments", "getSyndicatedVideos", "getSyndicatedSubscriptionVideos", answer=404)
@situation("feed-of-absent-account", "A feed of an account that does not exist")
def of_nobody(_world: World, draft: Draft) -> None:
    draft.query["accountId"] = IMPOSSIBLE_NUMBER


@arrange("getVideosPodcastFeed", answer=404)
@situation("podcast-of-absent-channel", "A podcast feed of a channel that does not exist")
def of_no_channel(_world: World, draft: Draft) -> None:
    draft.query["videoChannelId"] = IMPOSSIBLE_NUMBER


@arrange("getSyndicatedComments", "getSyndicatedVideos", "getVideosPodcastFeed", answer=406)
@situation("feed-not-acceptable", "A feed requested as image/png")
def as_a_picture(_world: World, draft: Draft) -> None:
    draft.headers = {"Accept": "image/png"}


@arrange("getSyndicatedSubscriptionVideos")
def with_the_token_of_the_account(world: World, draft: Draft) -> None:
    """Opens the feed with the token that belongs to it; somebody whom its owner follows published a video."""
    account = world.account()
    welcome(world, "notice", lambda: world.notification(account))
    token = world.secret(world.ask("getFeedToken", account).token("feedToken"), f"{account.variable}_FEED_TOKEN")
    draft.query |= {"accountId": account.account_id, "token": token}


@arrange("getSyndicatedSubscriptionVideos", answer=403)
@situation("subscription-feed-wrong-token", "A feed with an invalid token")
def with_another_token(world: World, draft: Draft) -> None:
    draft.query |= {"accountId": world.account().account_id, "token": "no-token"}


@arrange("getSyndicatedSubscriptionVideos", answer=406)
@situation("subscription-feed-not-acceptable", "A feed requested as image/png")
def subscriptions_as_a_picture(world: World, draft: Draft) -> None:
    with_the_token_of_the_account(world, draft)
    draft.headers = {"Accept": "image/png"}
