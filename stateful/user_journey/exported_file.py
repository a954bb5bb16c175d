"""Which file of a video an archive of a user's data must hold: the uploaded one where it is kept, else a best one."""

from __future__ import annotations

from collections.abc import Callable

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.user_journey.model import Film, digest

Send = Callable[..., Exchange]


def exported(send: Send, owner: Account, film: Film, seen: str | None) -> str:
    """The digest of the file that must be in an archive of an instance that transcodes.

    Of several files with the highest resolution that is the one with the digest `seen`, if it is among them.
    """
    sent, path = digest(film.content), {"id": film.uuid}
    source = send("getVideoSource", owner, path=path)
    if source.status != 200 or Answer.of(source).at("fileDownloadUrl").value:
        return sent
    digests = _best_files(send, Answer.of(send("getVideo", path=path)), film.uuid)
    return seen if seen in digests else next(iter(digests), sent)


def _best_files(send: Send, shown: Answer, uuid: str) -> list[str]:
    """Digests of the video's files with the highest resolution: Web Video files, then streams."""
    found = [
        (file.number("resolution", "id"), "downloadVideoFile", {"filename": last_part(file.at("fileDownloadUrl"))})
        for file in shown.items("files")
    ]
    for rendition in shown.items("streamingPlaylists"):
        for file in rendition.items("files"):
            path = {"videoUUID": uuid, "filename": last_part(file.at("fileUrl"))}
            found.append((file.number("resolution", "id"), "getPublicHlsFile", path))
    highest = max((resolution for resolution, _, _ in found), default=0)
    answers = [send(operation, path=path) for resolution, operation, path in found if resolution == highest]
    return [digest(answer.response.body) for answer in answers if answer.response and answer.status == 200]
