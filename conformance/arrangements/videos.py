"""Arrangements of the topic Video: videos hidden from the caller, and videos that only these requests change."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.conformance.arrangements.subscriptions import MODERATORS_FILTERS
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.request_draft import Draft, Upload
from peertube_conformance.fixtures.resources.factory import VideoRef, World

_UNLISTED, PRIVATE, PASSWORD_PROTECTED = 2, 3, 5
_PICTURES = ("thumbnailfile", "previewfile")


def changed_video(world: World, owner: Account) -> VideoRef:
    """A video of the owner that no request needs unchanged."""
    return world.once(("changed video", owner.username), lambda: world.video(owner, fresh=True))


def with_pictures(world: World, draft: Draft) -> None:
    """Replaces image members of the body by real images."""
    if isinstance(draft.body, dict):
        for name in _PICTURES:
            if name in draft.body:
                draft.body[name] = Upload(f"{name}.png", "image/png", world.media.png())


def hidden(world: World, draft: Draft, parameter: str = "id") -> None:
    """Points the draft at a private video of another user."""
    draft.path[parameter] = world.video(world.account("other user"), privacy=PRIVATE).uuid


def guarded(world: World, draft: Draft, parameter: str = "id") -> None:
    """Points the draft at a password-protected video of another user, without its password."""
    draft.path[parameter] = world.video(world.account("other user"), privacy=PASSWORD_PROTECTED).uuid
    draft.headers = {}


@arrange("getVideos")
def as_somebody_who_may_filter(world: World, draft: Draft) -> None:
    """Signs in for filters that are not for everybody; somebody published a video."""
    welcome(world, "video", world.video)
    if draft.query.keys() & MODERATORS_FILTERS:
        draft.actor = world.account("moderator")
    elif "excludeAlreadyWatched" in draft.query:
        draft.actor = world.account()


@arrange("getVideos", answer=400)
@situation("videos-unwatched-anonymously", "The filter excludeAlreadyWatched without a signed-in user")
def watched_by_nobody(_world: World, draft: Draft) -> None:
    draft.query["excludeAlreadyWatched"] = True


@arrange("getVideos", answer=401)
@situation("moderator-filter-anonymously", "A moderator's filter without a token")
def all_for_anybody(_world: World, draft: Draft) -> None:
    draft.query["include"] = 1


@arrange("putVideo")
def of_a_video_made_for_it(world: World, draft: Draft) -> None:
    """Changes a video that nothing else relies on, and always says for whom it is."""
    assert draft.actor is not None
    draft.path["id"] = changed_video(world, draft.actor).uuid
    if isinstance(draft.body, dict):
        draft.body.setdefault("privacy", _UNLISTED)
    with_pictures(world, draft)


@arrange("getVideoSource")
def of_a_video_with_source(world: World, draft: Draft) -> None:
    """A video of the caller whose uploaded file the instance knows."""
    assert draft.actor is not None
    draft.path["id"] = world.video_with_source(draft.actor).uuid


@arrange("getVideo", "getVideoDesc", "listVideoStoryboards", "getCommentThreads", answer=401)
@situation("private-video-anonymously", "A private video without a token")
def private_for_anybody(world: World, draft: Draft) -> None:
    hidden(world, draft)
    draft.actor = None


@arrange("getVideo", "getVideoDesc", "listVideoStoryboards", "getCommentThreads", answer=403)
@situation("protected-video-without-password", "A password-protected video without its password")
def guarded_for_anybody(world: World, draft: Draft) -> None:
    guarded(world, draft)
    draft.actor = None
