"""Arrangements of views, progress, ratings and tokens, on a video that is long enough and visible to the caller."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.videos import hidden
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World

_DURATION = 1  # seconds, of every video of the harness
_BEHIND_THE_END = 1_000_000


@arrange("addView", "setProgress", "postProgress")
def within_the_video(_world: World, draft: Draft) -> None:
    """Watches no further than the video goes."""
    draft.body["currentTime"] = min(draft.body["currentTime"], _DURATION)


@arrange("addView", "setProgress", "postProgress", answer=400)
@situation("watched-beyond-end", "A position beyond the end of the video")
def behind_the_end(_world: World, draft: Draft) -> None:
    draft.body["currentTime"] = _BEHIND_THE_END


@arrange("rateVideo", answer=403)
@situation("rating-of-private-video", "A rating of another user's private video")
def of_a_private_video(world: World, draft: Draft) -> None:
    hidden(world, draft)


@arrange("requestVideoToken")
def for_a_user(world: World, draft: Draft) -> None:
    """Asks as a user, who needs no password."""
    draft.actor = world.account()


@arrange("requestVideoToken", answer=401)
@situation("video-token-anonymously", "A token request for a public video by an anonymous caller")
def for_nobody(world: World, draft: Draft) -> None:
    draft.path["id"], draft.actor, draft.headers = world.video().uuid, None, {}


@arrange("requestVideoToken", answer=403)
@situation("video-token-of-private-video", "A token request for another user's private video")
def for_a_stranger(world: World, draft: Draft) -> None:
    hidden(world, draft)
    draft.actor, draft.headers = world.account(), {}
