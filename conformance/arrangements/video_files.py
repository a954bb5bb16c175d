"""Requests for the files of the harness's videos, by the addresses that the API gives for them."""

from __future__ import annotations

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import Unavailable, VideoRef, World


def web_file(world: World, video: VideoRef) -> Answer:
    """The API's entry for the video's smallest Web Video file."""
    found = min(world.video_details(video).items("files"), key=lambda file: file.number("size"), default=None)
    if found is None:
        raise world.lacks("this instance keeps no Web Video files")
    return found


def rendition(world: World, video: VideoRef) -> Answer:
    """The API's entry for the video's HLS rendition."""
    found = next(world.video_details(video).items("streamingPlaylists"), None)
    if found is None:
        raise world.lacks("this instance makes no HLS renditions")
    return found


def stream(world: World, video: VideoRef) -> Answer:
    """The API's entry for the stream of the video's HLS rendition."""
    found = next(rendition(world, video).items("files"), None)
    if found is None:
        raise Unavailable("the rendition has no stream")
    return found


def a_part(draft: Draft) -> None:
    """Requests the first bytes by a Range header."""
    draft.headers = {"Range": "bytes=0-9"}


def behind_the_end(draft: Draft) -> None:
    """Requests bytes behind the end of the file by a Range header."""
    draft.headers = {"Range": "bytes=999999999-"}


def known(world: World, draft: Draft) -> None:
    """Makes the request conditional: If-None-Match with the ETag of a response fetched just before."""
    draft.headers = {}
    answer = world.send(draft).response
    if answer is None or "etag" not in answer.headers:
        raise Unavailable("the file has no ETag")
    draft.headers = {"If-None-Match": answer.headers["etag"]}
