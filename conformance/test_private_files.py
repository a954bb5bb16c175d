"""Tests of access to the files of private videos (reference, "Static Video Files", "Video Download")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peertube_conformance.conformance.arrangements.video_files import web_file
from peertube_conformance.conformance.arrangements.videos import PRIVATE
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.fixtures.resources.factory import VideoRef, World

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination


@pytest.mark.judges(operation=...)
@pytest.mark.requirement("PT-FILE-12")
@pytest.mark.parametrize("operation", ["getPrivateWebVideoFile", "downloadVideoFile"])
def test_private_file(examine: Examination, operation: str) -> None:
    """The owner by either token; nobody else."""
    world = examine.world
    video = world.video(privacy=PRIVATE)
    path = {"filename": _name(world, video, operation)}
    token = {"videoFileToken": _token(examine, video)}
    for how, exchange, statuses in (
        ("for its owner", examine.send(operation, video.owner, path=path), (200,)),
        ("with its file token", examine.send(operation, path=path, query=token), (200,)),
        ("without a token", examine.send(operation, path=path), (401, 403)),
        ("for another user", examine.send(operation, world.account("other user"), path=path), (403, 404)),
    ):
        examine.expect(exchange, *statuses, requirement="PT-FILE-12", situation=f"a private file {how}")


@pytest.mark.judges(operation=...)
@pytest.mark.requirement("PT-FILE-13")
@pytest.mark.parametrize("operation", ["getPrivateWebVideoFile", "downloadVideoFile"])
def test_wrong_file_token(examine: Examination, operation: str) -> None:
    """The token of another private video of the same owner, and one that was never made."""
    world = examine.world
    video = world.video(privacy=PRIVATE)
    path = {"filename": _name(world, video, operation)}
    other = _token(examine, world.video(video.owner, privacy=PRIVATE, fresh=True))
    for token in (other, "00000000-0000-4000-8000-000000000000"):
        exchange = examine.send(operation, path=path, query={"videoFileToken": token})
        examine.expect(exchange, 401, 403, requirement="PT-FILE-13", situation="a private file with a wrong token")


def _name(world: World, video: VideoRef, operation: str) -> str:
    member = "fileDownloadUrl" if operation == "downloadVideoFile" else "fileUrl"
    return last_part(web_file(world, video).at(member))


def _token(examine: Examination, video: VideoRef) -> str:
    answer = examine.world.ask("requestVideoToken", video.owner, path={"id": video.uuid})
    return examine.world.secret(answer.token("files", "token"), "VIDEO_FILE_TOKEN")
