"""The ways to a file of a video: played as a public or a private file, or downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from peertube_conformance.conformance.arrangements.video_files import stream, web_file
from peertube_conformance.conformance.arrangements.videos import PRIVATE
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.fixtures.resources.factory import VideoRef, World


@dataclass(frozen=True)
class ServedFile:
    """One way to a file: the operation, the caller, and the parameters of its path."""

    operation: str
    actor: Account | None
    path: Mapping[str, str]
    size: int


def _public(world: World) -> ServedFile:
    kind = "files" if "web-video-files" in world.capabilities else "streamingPlaylists"
    return _played(world, world.video_having(kind), "Public", None)


def _private(world: World) -> ServedFile:
    video = world.video(privacy=PRIVATE)
    return _played(world, video, "Private", video.owner)


def _played(world: World, video: VideoRef, kind: str, actor: Account | None) -> ServedFile:
    """The Web Video file of a video; where the instance has none, the stream of its rendition."""
    if "web-video-files" in world.capabilities:
        known = web_file(world, video)
        path = {"filename": last_part(known.at("fileUrl"))}
        return ServedFile(f"get{kind}WebVideoFile", actor, path, known.number("size"))
    known = stream(world, video)
    path = {"videoUUID": video.uuid, "filename": last_part(known.at("fileUrl"))}
    return ServedFile(f"get{kind}HlsFile", actor, path, known.number("size"))


def _download(world: World) -> ServedFile:
    known = web_file(world, world.video_having("files"))
    path = {"filename": last_part(known.at("fileDownloadUrl"))}
    return ServedFile("downloadVideoFile", None, path, known.number("size"))


WAYS = {"public": _public, "private": _private, "download": _download}
