"""Files of the harness's videos, by the addresses that the API gives for them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from peertube_conformance.fixtures.draft import Draft
from peertube_conformance.fixtures.world import Unavailable, VideoRef, World


def web_file(world: World, video: VideoRef) -> dict[str, Any]:
    """The entry of the video's one Web Video file."""
    files: list[dict[str, Any]] = world.video_details(video)["files"]
    if not files:
        raise Unavailable("this instance keeps no Web Video files")
    return files[0]


def rendition(world: World, video: VideoRef) -> dict[str, Any]:
    """The entry of the video's HLS rendition."""
    playlists: list[dict[str, Any]] = world.video_details(video)["streamingPlaylists"]
    if not playlists:
        raise Unavailable("this instance makes no HLS renditions")
    return playlists[0]


def last_part(address: str) -> str:
    """The file name at the end of an address."""
    return unquote(urlsplit(address).path.rpartition("/")[2])


def a_part(draft: Draft) -> None:
    """Asks for the first bytes."""
    draft.headers = {"Range": "bytes=0-9"}


def behind_the_end(draft: Draft) -> None:
    """Asks for bytes that lie behind the end."""
    draft.headers = {"Range": "bytes=999999999-"}


def known(world: World, draft: Draft) -> None:
    """Asks whether the file is still the one that was just fetched."""
    draft.headers = {}
    answer = world.send(draft).response
    if answer is None or "etag" not in answer.headers:
        raise Unavailable("the file has no ETag")
    draft.headers = {"If-None-Match": answer.headers["etag"]}
