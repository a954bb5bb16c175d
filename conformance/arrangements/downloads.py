"""Arrangements of the topic Video Download: downloads of videos that the harness published."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.video_files import a_part, behind_the_end, known, web_file
from peertube_conformance.conformance.arrangements.videos import PRIVATE
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.safety.guard import IMPOSSIBLE_NUMBER


@arrange("downloadVideoFile")
def a_public_video(world: World, draft: Draft) -> None:
    """Saves a public video."""
    draft.path["filename"] = last_part(web_file(world, world.video_having("files")).at("fileDownloadUrl"))


@arrange("downloadVideoFile", answer=206)
@situation("download-first-bytes", "A range request for the first bytes of the file")
def in_part(world: World, draft: Draft) -> None:
    a_public_video(world, draft)
    a_part(draft)


@arrange("downloadVideoFile", answer=304)
@situation("download-not-modified", "A conditional request for an unchanged file")
def again(world: World, draft: Draft) -> None:
    a_public_video(world, draft)
    known(world, draft)


@arrange("downloadVideoFile", answer=416)
@situation("download-range-beyond-end", "A range beyond the end of the file")
def further_than_it_goes(world: World, draft: Draft) -> None:
    a_public_video(world, draft)
    behind_the_end(draft)


@arrange("downloadVideoFile", answer=400)
@situation("download-invalid-filename", "A file name without a valid video id")
def a_name_of_no_video(_world: World, draft: Draft) -> None:
    draft.path["filename"] = "video-240.mp4"


@arrange("downloadVideoFile", answer=403)
@situation("download-private-video-anonymously", "A private video without a token")
def a_private_video(world: World, draft: Draft) -> None:
    video = world.video(world.account("other user"), privacy=PRIVATE)
    draft.path["filename"] = last_part(web_file(world, video).at("fileDownloadUrl"))
    draft.headers, draft.query = {}, {}


@arrange("downloadVideoFile", answer=404)
@situation("download-absent-video", "A video that does not exist")
def a_video_that_is_not_there(_world: World, draft: Draft) -> None:
    draft.path["filename"] = f"{IMPOSSIBLE_NUMBER}-240.mp4"


@arrange("generateVideoDownload")
def the_streams_of_a_file(world: World, draft: Draft) -> None:
    """Chooses the streams of a public video's file."""
    video = world.video_having("files")
    draft.path["videoId"] = video.uuid
    draft.query["videoFileIds"] = [web_file(world, video).number("id")]


@arrange("generateVideoDownload", answer=403)
@situation("generated-download-of-private-video", "A file of another user's private video")
def the_streams_of_a_private_file(world: World, draft: Draft) -> None:
    video = world.video(world.account("other user"), privacy=PRIVATE)
    draft.path["videoId"], draft.headers = video.uuid, {}
    draft.query = {"videoFileIds": [web_file(world, video).number("id")]}


@arrange("generateVideoDownload", answer=404)
@situation("generated-download-of-absent-file", "A file that the video does not have")
def the_streams_of_no_file(world: World, draft: Draft) -> None:
    the_streams_of_a_file(world, draft)
    draft.query["videoFileIds"] = [IMPOSSIBLE_NUMBER]
