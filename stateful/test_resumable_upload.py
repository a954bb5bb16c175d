"""Flow of videos that are uploaded in chunks (reference, "Video Upload")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition

from peertube_conformance.fixtures.messages.json_response import Answer, answered, read
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import stage
from peertube_conformance.stateful.resumable_transfer import chunk_steps
from peertube_conformance.stateful.resumable_transfer.model import (
    Session,
    counted,
    difference,
    reported_range,
    stored_range,
    video,
)

_PRIVACIES = (1, 2)  # public, unlisted: whoever knows the id sees them
# Bytes that no player reads: a video with a hole in them is still valid.
_END = 20
numbers = st.integers(0, 2)


class ResumableUpload(chunk_steps.Resumable):
    """A video sent in chunks is stored byte for byte, under its name; an incomplete one leaves no video."""

    about = (
        "uploadResumableInit",
        "uploadResumable",
        "uploadResumableCancel",
        "listMyVideos",
        "getMyQuotaUsed",
        "getVideo",
        "getVideoSource",
        "downloadVideoFile",
    )
    opening = "uploadResumableInit"
    sending = "uploadResumable"
    cancelling = "uploadResumableCancel"
    media_type = "video/mp4"

    def prepare(self) -> None:
        """Reads the state that earlier walks left."""
        second = self.once("second channel", lambda: self.world.channel(self.owner, fresh=True))
        self.channels = (self.owner.channel_id, second.id)
        self.exact = self.keeps_what_is_sent()
        self.arrived: dict[str, str] = {}
        listed = self.world.ask("listMyVideos", self.owner, query={"count": 100, "sort": "-publishedAt"})
        self.before = {video.text("uuid") for video in listed.items("data")}
        self.used = self.world.ask("getMyQuotaUsed", self.owner).number("videoQuotaUsed")

    def path(self) -> dict[str, Any]:
        """No path parameters."""
        return {}

    def content(self, size: int, name: str) -> bytes:
        """A video."""
        return video(size, name)

    def announcement(self, session: Session) -> dict[str, Any]:
        """The body that opens a session: the properties of the video."""
        return {
            "channelId": self.channels[session.number % 2],
            "name": session.name,
            "filename": f"{session.name}.mp4",
            "privacy": _PRIVACIES[session.number % 2],
            "lastModified": session.number + 1,
        }

    @precondition(lambda self: self.open)
    @stage(upload=numbers)
    def announce_again(self, upload: int) -> None:
        """Announce the same file again, as after a break that lost the session's id."""
        session = self.open[upload % len(self.open)]
        answer = self.announce(session)
        status, wanted = (200, stored_range(session.stored)) if session.stored else (201, None)
        situation = "a repeated init request for a partly sent file" if session.stored else "a repeated init request"
        same = f"upload_id={session.upload_id}" in answered(answer).headers.get("location", "")
        at = "/response/headers"
        if not (
            self.expect(answer, status, requirement="PT-RESUME-17", situation=situation)
            and self.agree(
                answer,
                "PT-RESUME-17",
                at=f"{at}/location",
                expected=True,
                actual=same,
                message=f"{situation} opens another session",
            )
            and self.agree(
                answer,
                "PT-RESUME-17",
                at=f"{at}/range",
                expected=wanted,
                actual=reported_range(answer),
                message=f"the response to {situation} has a wrong Range",
            )
        ):
            self.give_up(session, answer)

    @precondition(lambda self: self.with_room)
    @stage(upload=numbers, gap=st.sampled_from((1, 4)))
    def end_behind_a_gap(self, upload: int, gap: int) -> None:
        """Send all but a few of the last bytes, then the end.

        A server that counts only to the last byte makes a video of it.
        """
        session = self.with_room[upload % len(self.with_room)]
        start = session.size - _END
        if session.stored < start:
            self.send_on(session, session.chunk(session.stored, start))
        if session not in self.with_room:
            return
        answer = self.put(session, session.chunk(session.stored + gap, session.size))
        situation = "the last chunk of a file after a gap"
        self.refused(session, answer, 409, requirement="PT-RESUME-06", situation=situation)

    def taken_over(self, session: Session, answer: Exchange) -> None:
        """Checks the video's properties, and that its file is the one that was sent."""
        uuid = self.name(Answer.of(answer).text("video", "uuid"), "VIDEO_UUID")
        self.arrived[uuid] = session.name
        # While a video is transcoded only its owner sees it.
        shown = self.send("getVideo", None if self.exact else self.owner, path={"id": uuid})
        if not self.expect(shown, 200, requirement="PT-RESUME-15", situation="reading a video that was sent in chunks"):
            return
        seen = Answer.of(shown)
        self.used += counted(seen)
        announced = self.announcement(session)
        for at, wanted, actual in (
            ("name", session.name, seen.at("name").value),
            ("channel/id", announced["channelId"], seen.at("channel", "id").value),
            ("privacy/id", announced["privacy"], seen.at("privacy", "id").value),
        ):
            message = f"{at} of a video differs from the init request"
            self.same(shown, "PT-RESUME-15", at, (wanted, actual), message)
        if self.exact:
            self._has_file(shown, session, list(seen.items("files")))

    def _has_file(self, shown: Exchange, session: Session, files: list[Answer]) -> None:
        at, message = "/response/body/files", "a video does not have exactly one file"
        if not self.agree(shown, "PT-RESUME-14", at=at, expected=1, actual=len(files), message=message):
            return
        filename = self.name(last_part(files[0].at("fileDownloadUrl")), "FILE")
        kept = self.send("downloadVideoFile", None, path={"filename": filename})
        if not self.expect(
            kept, 200, requirement="PT-RESUME-14", situation="downloading a video that was sent in chunks"
        ):
            return
        apart = difference(session.content, answered(kept).body)
        message = "the file of a video differs from the sent file"
        self.agree(kept, "PT-RESUME-14", at="/response/body", expected="the same bytes", actual=apart, message=message)

    def let_through(self, answer: Exchange) -> None:
        """Deletes the video."""
        self.world.call("delVideo", self.owner, path={"id": Answer.of(answer).text("video", "uuid")})

    def compare(self) -> None:
        """Compares the list of videos with those that arrived, and the quota with their sizes."""
        answer = self.send("listMyVideos", self.owner, query={"count": 100, "sort": "-publishedAt"})
        if self.expect(answer, 200, requirement=self.because, situation="listing one's videos"):
            videos = read(answer, {"data": [{"name": str, "uuid": str}]})["data"]
            listed = [video["name"] for video in videos if video["uuid"] not in self.before]
            at, message = "/response/body/data/*/name", "the listed videos are not the completely sent ones"
            self.agree(
                answer,
                self.because,
                at=at,
                expected=sorted(self.arrived.values()),
                actual=sorted(listed),
                message=message,
            )
        if not self.exact:
            return
        answer = self.send("getMyQuotaUsed", self.owner)
        if self.expect(answer, 200, requirement="PT-RESUME-16", situation="reading the used quota"):
            used = Answer.of(answer).at("videoQuotaUsed").value
            at, message = (
                "/response/body/videoQuotaUsed",
                "the used quota is not the total size of the completely sent videos",
            )
            self.agree(answer, "PT-RESUME-16", at=at, expected=self.used, actual=used, message=message)


@pytest.mark.requirement(
    "PT-RESUME-01", "PT-RESUME-02", "PT-RESUME-03", "PT-RESUME-04", "PT-RESUME-05", "PT-RESUME-06",
    "PT-RESUME-07", "PT-RESUME-08", "PT-RESUME-09", "PT-RESUME-10", "PT-RESUME-11", "PT-RESUME-12",
    "PT-RESUME-13", "PT-RESUME-14", "PT-RESUME-15", "PT-RESUME-16", "PT-RESUME-17",
)  # fmt: skip
def test_resumable_upload(walk: Callable[[type[Flow]], None]) -> None:
    """Video Upload, in chunks."""
    walk(ResumableUpload)
