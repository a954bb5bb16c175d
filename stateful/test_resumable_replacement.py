"""Flow of new files for existing videos, sent in chunks (reference, "Video Upload")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.fixtures.messages.json_response import Answer, answered
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.fixtures.resources.factory import Unavailable
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.resumable_transfer import chunk_steps
from peertube_conformance.stateful.resumable_transfer.model import Session, counted, difference, video

# Properties that a video keeps when its file is replaced.
_KEPT = ("id", "uuid", "name", "privacy", "channel", "publishedAt")


class ResumableReplacement(chunk_steps.Resumable):
    """A new file sent in chunks replaces the old one byte for byte; until it is complete, the old file stays."""

    about = (
        "replaceVideoSourceResumableInit",
        "replaceVideoSourceResumable",
        "replaceVideoSourceResumableCancel",
        "getMyQuotaUsed",
        "getVideo",
        "getVideoSource",
        "downloadVideoFile",
    )
    opening = "replaceVideoSourceResumableInit"
    sending = "replaceVideoSourceResumable"
    cancelling = "replaceVideoSourceResumableCancel"
    media_type = "video/mp4"

    def prepare(self) -> None:
        """Prepares one video for all walks, whatever its file is by now."""
        if not self.keeps_what_is_sent():
            raise Unavailable("the instance transcodes uploads and does not keep the sent file")
        self.video = self.once("video", lambda: self.world.video(self.owner, fresh=True))
        self._read()
        if self._source_size() != len(self.file):
            # An earlier walk has spoiled it.
            self.video = self.world.video(self.owner, fresh=True)
            self._read()

    def path(self) -> dict[str, Any]:
        """The video whose file is replaced."""
        return {"id": self.video.uuid}

    def content(self, size: int, name: str) -> bytes:
        """A video."""
        return video(size, name)

    def announcement(self, session: Session) -> dict[str, Any]:
        """The body that opens a session: the name of the new file."""
        return {"filename": f"{session.name}.mp4"}

    def taken_over(self, session: Session, answer: Exchange) -> None:
        """Checks that the source of the video is the new file."""
        self.file = session.content
        source = self.send("getVideoSource", self.owner, path=self.path())
        if not self.expect(source, 200, requirement="PT-RESUME-19", situation="reading the source of a video"):
            return
        for each in (answer, source):
            shown = Answer.of(each)
            for at, wanted in (("inputFilename", f"{session.name}.mp4"), ("size", session.size)):
                message = f"{at} of the source is not the one of the new file"
                self.same(each, "PT-RESUME-19", at, (wanted, shown.at(at).value), message)

    def let_through(self, answer: Exchange) -> None:  # noqa: ARG002 - the video tells
        """Takes over the file as it is by now."""
        self._read()

    def compare(self) -> None:
        """Compares the video: unchanged but for the file that arrived last, which alone counts for the quota."""
        shown = self.send("getVideo", None, path=self.path())
        if self.expect(shown, 200, requirement="PT-RESUME-19", situation="reading a video whose file is replaced"):
            now = Answer.of(shown)
            for at in _KEPT:
                self.same(
                    shown,
                    "PT-RESUME-19",
                    at,
                    (_plain(self.kept.at(at)), _plain(now.at(at))),
                    f"replacing the file of a video changed its {at}",
                )
            self._has_file(shown)
            self._is_counted(shown)

    def _is_counted(self, shown: Exchange) -> None:
        answer = self.send("getMyQuotaUsed", self.owner)
        if self.expect(answer, 200, requirement="PT-RESUME-16", situation="reading the used quota"):
            wanted = self.others + counted(Answer.of(shown))
            used = Answer.of(answer).at("videoQuotaUsed").value
            at, message = "/response/body/videoQuotaUsed", "the used quota is not the total size with the current file"
            self.agree(answer, "PT-RESUME-16", at=at, expected=wanted, actual=used, message=message)

    def _has_file(self, shown: Exchange) -> None:
        files = list(Answer.of(shown).items("files"))
        at, message = "/response/body/files", "a video does not have exactly one file"
        if not self.agree(shown, self.because, at=at, expected=1, actual=len(files), message=message):
            return
        kept = self.send("downloadVideoFile", None, path={"filename": self._filename(files[0])})
        if self.expect(kept, 200, requirement=self.because, situation="downloading the file of a video"):
            apart = difference(self.file, answered(kept).body)
            message = "the file of a video differs from the last completely sent one"
            self.same(kept, self.because, "", ("the same bytes", apart), message)

    def _filename(self, file: Answer) -> str:
        return self.name(last_part(file.at("fileDownloadUrl")), "FILE")

    def _source_size(self) -> int:
        return self.world.ask("getVideoSource", self.owner, path=self.path()).number("size")

    def _read(self) -> None:
        self.kept = self.world.video_details(self.video)
        file = next(self.kept.items("files"), None)
        if file is None:
            raise self.kept.at("files").unlike("an array with the file that was sent")
        self.file = answered(self.world.call("downloadVideoFile", path={"filename": self._filename(file)})).body
        # The bytes used by the other videos of the account.
        self.others = self.world.ask("getMyQuotaUsed", self.owner).number("videoQuotaUsed") - counted(self.kept)


def _plain(part: Answer) -> object:
    """The identity of a part of a video: its id, where it has one."""
    return part.at("id").value if isinstance(part.value, dict) else part.value


@pytest.mark.requirement(
    "PT-RESUME-01", "PT-RESUME-02", "PT-RESUME-03", "PT-RESUME-04", "PT-RESUME-05", "PT-RESUME-06",
    "PT-RESUME-07", "PT-RESUME-08", "PT-RESUME-09", "PT-RESUME-10", "PT-RESUME-11", "PT-RESUME-12",
    "PT-RESUME-13", "PT-RESUME-14", "PT-RESUME-16", "PT-RESUME-19",
)  # fmt: skip
def test_resumable_replacement(walk: Callable[[type[Flow]], None]) -> None:
    """Video Upload: another file for a video, in chunks."""
    walk(ResumableReplacement)
