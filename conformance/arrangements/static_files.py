"""Arrangements of the topic Static Video Files: whole files, byte ranges, and files that are refused."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.video_files import (
    a_part,
    behind_the_end,
    known,
    rendition,
    stream,
    web_file,
)
from peertube_conformance.conformance.arrangements.videos import PRIVATE
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.fixtures.resources.factory import World

_NOTHING = "peertube-conformance-nothing.mp4"
_NUL = "a\0b"


@arrange("getPublicWebVideoFile")
def of_a_public_video(world: World, draft: Draft) -> None:
    """The file of a public video."""
    draft.path["filename"] = last_part(web_file(world, world.video_having("files")).at("fileUrl"))


@arrange("getPrivateWebVideoFile")
def of_a_private_video(world: World, draft: Draft) -> None:
    """The file of a private video, for its owner."""
    draft.actor = world.account()
    video = world.video(draft.actor, privacy=PRIVATE)
    draft.path["filename"] = last_part(web_file(world, video).at("fileUrl"))


@arrange("getPublicHlsFile")
def of_a_public_stream(world: World, draft: Draft) -> None:
    """The main playlist of a public video."""
    video = world.video_having("streamingPlaylists")
    draft.path |= {"videoUUID": video.uuid, "filename": last_part(rendition(world, video).at("playlistUrl"))}


@arrange("getPrivateHlsFile")
def of_a_private_stream(world: World, draft: Draft) -> None:
    """The main playlist of a private video, for its owner."""
    draft.actor = world.account()
    video = world.video(draft.actor, privacy=PRIVATE)
    draft.path |= {"videoUUID": video.uuid, "filename": last_part(rendition(world, video).at("playlistUrl"))}


_ARRANGED = {
    "getPublicWebVideoFile": of_a_public_video,
    "getPrivateWebVideoFile": of_a_private_video,
    "getPublicHlsFile": of_a_public_stream,
    "getPrivateHlsFile": of_a_private_stream,
}


def _found(world: World, draft: Draft) -> None:
    _ARRANGED[draft.operation.id](world, draft)
    if draft.operation.id == "getPrivateHlsFile":  # playlists are sent whole, the stream is not
        video = world.video(draft.actor, privacy=PRIVATE)
        draft.path["filename"] = last_part(stream(world, video).at("fileUrl"))


@arrange("getPublicWebVideoFile", "getPrivateWebVideoFile", "getPublicHlsFile", "getPrivateHlsFile", answer=206)
@situation("static-file-first-bytes", "A range request for the first bytes of the file")
def in_part(world: World, draft: Draft) -> None:
    _found(world, draft)
    a_part(draft)


@arrange("getPublicWebVideoFile", "getPrivateWebVideoFile", "getPublicHlsFile", "getPrivateHlsFile", answer=304)
@situation("static-file-not-modified", "A conditional request for an unchanged file")
def again(world: World, draft: Draft) -> None:
    _found(world, draft)
    known(world, draft)


@arrange("getPublicWebVideoFile", "getPrivateWebVideoFile", "getPublicHlsFile", "getPrivateHlsFile", answer=416)
@situation("static-file-range-beyond-end", "A range beyond the end of the file")
def further_than_it_goes(world: World, draft: Draft) -> None:
    _found(world, draft)
    behind_the_end(draft)


@arrange("getPublicWebVideoFile", "getPublicHlsFile", answer=404)
@situation("static-file-absent", "A file that does not exist")
def that_is_not_there(world: World, draft: Draft) -> None:
    _found(world, draft)
    draft.path["filename"] = _NOTHING


@arrange("getPrivateWebVideoFile", answer=404)
@situation("static-file-public-among-private", "A public file requested under the private path")
def of_a_video_that_is_public(world: World, draft: Draft) -> None:
    draft.actor, draft.headers = world.account(), {}
    draft.path["filename"] = last_part(web_file(world, world.video_having("files")).at("fileUrl"))


@arrange("getPrivateHlsFile", answer=404)
@situation("static-file-absent-in-private-stream", "A file that the rendition does not have")
def that_the_stream_has_not(world: World, draft: Draft) -> None:
    of_a_private_stream(world, draft)
    draft.path["filename"], draft.headers = _NOTHING, {}


def _outside(template: str) -> str:
    """A name for the last parameter of a path that leads out of the folder in which the first parameter is."""
    return "../" * template.count("{") + "outside"


@arrange("getPublicWebVideoFile", "getPublicHlsFile", answer=403)
@situation("static-file-outside-folder", "A file name that leads outside the folder")
def outside_the_folder(world: World, draft: Draft) -> None:
    _found(world, draft)
    draft.path["filename"] = _outside(draft.operation.path)


@arrange("getPrivateWebVideoFile", "getPrivateHlsFile", answer=403)
@situation("static-file-private-anonymously", "A private file without a token")
def for_anybody(world: World, draft: Draft) -> None:
    _found(world, draft)
    draft.actor, draft.headers, draft.query = None, {}, {}


@arrange("getPublicWebVideoFile", "getPublicHlsFile", answer=400)
@situation("static-file-invalid-filename", "A file name with a NUL character")
def that_no_file_is_called(world: World, draft: Draft) -> None:
    _found(world, draft)
    draft.path["filename"] = _NUL
