"""Arrangements of the topic Video Comments: each deletion gets its own comment below its own video."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.sample_data import welcome
from peertube_conformance.conformance.arrangements.videos import changed_video, hidden
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World

_DISABLED = 2


@arrange("getCommentThreads")
def a_comment(world: World, _draft: Draft) -> None:
    """Somebody commented on the video."""
    welcome(world, "comment", world.comment)


@arrange("addCommentThread", answer=403)
@situation("comment-on-private-video", "A comment on another user's private video")
def below_a_private_video(world: World, draft: Draft) -> None:
    hidden(world, draft)


@arrange("addCommentThread", answer=409)
@situation("comments-disabled", "A comment on a video with disabled comments")
def where_comments_are_disabled(world: World, draft: Draft) -> None:
    owner = world.account("other user")
    video = changed_video(world, owner)
    world.call("putVideo", owner, path={"id": video.uuid}, body={"privacy": 2, "commentsPolicy": _DISABLED})
    draft.path["id"] = video.uuid


@arrange("delComment")
def a_comment_of_its_own(world: World, draft: Draft) -> None:
    """Deletes a comment that was made for it."""
    video = world.video(draft.actor)
    draft.path |= {"id": video.uuid, "commentId": world.comment(video, fresh=True).id}


@arrange("delComment", answer=400)
@situation("comment-of-another-video", "A deletion of a comment under the id of another video")
def below_another_video(world: World, draft: Draft) -> None:
    a_comment_of_its_own(world, draft)
    draft.path["id"] = world.video(draft.actor, fresh=True).uuid


@arrange("delComment", answer=409)
@situation("comment-deleted-already", "A second deletion of a comment")
def a_deleted_comment(world: World, draft: Draft) -> None:
    a_comment_of_its_own(world, draft)
    world.call("delComment", draft.actor, path=dict(draft.path))
