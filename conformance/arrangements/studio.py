"""Arrangements of the topic Video Studio: valid tasks, each on its own video."""

from __future__ import annotations

from typing import Any

from peertube_conformance.conformance.arrangements.dedicated_accounts import dedicated
from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.videos import changed_video
from peertube_conformance.fixtures.messages.request_draft import Draft, Upload
from peertube_conformance.fixtures.resources.factory import Unavailable, World

_CUT = [{"name": "cut", "options": {"end": 1}}]


def _doable(world: World, task: dict[str, Any]) -> dict[str, Any]:
    if task["name"] == "cut":
        options = dict(task["options"])
        if "start" in options and options.get("end", options["start"] + 1) <= options["start"]:
            options["end"] = options["start"] + 1
        return task | {"options": options}
    picture = task["name"] == "add-watermark"
    file = (
        Upload("mark.png", "image/png", world.media.png())
        if picture
        else Upload("intro.mp4", "video/mp4", world.media.mp4())
    )
    return task | {"options": {"file": file}}


@arrange("createStudioTask")
def of_a_video_that_rests(world: World, draft: Draft) -> None:
    """Edits a video that nothing else is done to."""
    draft.path["id"] = world.video(draft.actor, fresh=True).uuid
    draft.body["tasks"] = [_doable(world, task) for task in draft.body["tasks"]]


@arrange("createStudioTask", answer=400)
@situation("studio-cut-ends-before-start", "A cut that ends before it starts")
def a_cut_that_ends_before_it_starts(_world: World, draft: Draft) -> None:
    draft.json(tasks=[{"name": "cut", "options": {"start": 2, "end": 1}}])


@arrange("createStudioTask", answer=413)
@situation("studio-intro-exceeds-quota", "An intro that exceeds the user's quota")
def beyond_the_quota(world: World, draft: Draft) -> None:
    owner = dedicated(world, "full quota")
    draft.actor, draft.path["id"] = owner, changed_video(world, owner).uuid
    world.limit(owner, 10)
    draft.media_type = "multipart/form-data"
    draft.body = {"tasks": [_doable(world, {"name": "add-intro"})]}


@arrange("createStudioTask", "replaceVideoSourceResumableInit", answer=409)
@situation("video-being-edited", "A video that is being edited")
def while_the_video_is_edited(world: World, draft: Draft) -> None:
    if "video-studio" not in world.capabilities:
        raise Unavailable("the instance does not offer video-studio")
    video = world.video(draft.actor, fresh=True)
    draft.path["id"] = video.uuid
    world.call("createStudioTask", draft.actor, path={"id": video.uuid}, body={"tasks": _CUT})
