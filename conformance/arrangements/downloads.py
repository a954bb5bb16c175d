"""Video Download: the harness's own videos, saved."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange
from peertube_conformance.conformance.arrangements.video_files import (
    a_part,
    behind_the_end,
    known,
    web_file,
)
from peertube_conformance.conformance.arrangements.videos import PRIVATE
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.safety.guard import IMPOSSIBLE_NUMBER


@arrange("downloadVideoFile")
def a_public_video(world: World, draft: Draft) -> None:
    """Saves a public video."""
    draft.path["filename"] = last_part(web_file(world, world.video()).text("fileDownloadUrl"))


@arrange("downloadVideoFile", answer=206)
def in_part(world: World, draft: Draft) -> None:
    """Saves the first bytes."""
    a_public_video(world, draft)
    a_part(draft)


@arrange("downloadVideoFile", answer=304)
def again(world: World, draft: Draft) -> None:
    """Asks whether the file is still the same."""
    a_public_video(world, draft)
    known(world, draft)


@arrange("downloadVideoFile", answer=416)
def further_than_it_goes(world: World, draft: Draft) -> None:
    """Saves bytes behind the end."""
    a_public_video(world, draft)
    behind_the_end(draft)


@arrange("downloadVideoFile", answer=400)
def a_name_of_no_video(_world: World, draft: Draft) -> None:
    """Names what can be no video."""
    draft.path["filename"] = "video-240.mp4"


@arrange("downloadVideoFile", answer=403)
def a_private_video(world: World, draft: Draft) -> None:
    """Saves a private video without signing in."""
    video = world.video(world.account("other user"), privacy=PRIVATE)
    draft.path["filename"] = last_part(web_file(world, video).text("fileDownloadUrl"))
    draft.headers, draft.query = {}, {}


@arrange("downloadVideoFile", answer=404)
def a_video_that_is_not_there(_world: World, draft: Draft) -> None:
    """Saves a video that does not exist."""
    draft.path["filename"] = f"{IMPOSSIBLE_NUMBER}-240.mp4"


@arrange("generateVideoDownload")
def the_streams_of_a_file(world: World, draft: Draft) -> None:
    """Chooses the streams of a public video's file."""
    video = world.video()
    draft.path["videoId"] = video.uuid
    draft.query["videoFileIds"] = [web_file(world, video).number("id")]


@arrange("generateVideoDownload", answer=403)
def the_streams_of_a_private_file(world: World, draft: Draft) -> None:
    """Chooses streams of another user's private video."""
    video = world.video(world.account("other user"), privacy=PRIVATE)
    draft.path["videoId"], draft.headers = video.uuid, {}
    draft.query = {"videoFileIds": [web_file(world, video).number("id")]}


@arrange("generateVideoDownload", answer=404)
def the_streams_of_no_file(world: World, draft: Draft) -> None:
    """Chooses a file that the video does not have."""
    the_streams_of_a_file(world, draft)
    draft.query["videoFileIds"] = [IMPOSSIBLE_NUMBER]
