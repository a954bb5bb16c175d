"""Flow of new files for existing videos, sent in chunks (reference, "Video Upload")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
            assert each.response is not None
            shown = each.response.json
            for at, wanted in (("inputFilename", f"{session.name}.mp4"), ("size", session.size)):
                message = f"{at} of the source is not the one of the new file"
                self.same(each, "PT-RESUME-19", at, (wanted, shown[at]), message)

    def let_through(self, answer: Exchange) -> None:  # noqa: ARG002 - the video tells
        """Takes over the file as it is by now."""
        self._read()

    def compare(self) -> None:
        """Compares the video: unchanged but for the file that arrived last, which alone counts for the quota."""
        shown = self.send("getVideo", None, path=self.path())
        if self.expect(shown, 200, requirement="PT-RESUME-19", situation="reading a video whose file is replaced"):
            assert shown.response is not None
            for at in _KEPT:
                self.same(
                    shown,
                    "PT-RESUME-19",
                    at,
                    (_plain(self.kept[at]), _plain(shown.response.json[at])),
                    f"replacing the file of a video changed its {at}",
                )
            self._has_file(shown)
            self._is_counted(shown)

    def _is_counted(self, shown: Exchange) -> None:
        answer = self.send("getMyQuotaUsed", self.owner)
        if self.expect(answer, 200, requirement="PT-RESUME-16", situation="reading the used quota"):
            assert shown.response is not None
            assert answer.response is not None
            wanted = self.others + counted(shown.response.json)
            used = answer.response.json["videoQuotaUsed"]
            at, message = "/response/body/videoQuotaUsed", "the used quota is not the total size with the current file"
            self.agree(answer, "PT-RESUME-16", at=at, expected=wanted, actual=used, message=message)

    def _has_file(self, shown: Exchange) -> None:
        files = shown.response.json["files"] if shown.response else []
        at, message = "/response/body/files", "a video does not have exactly one file"
        if not self.agree(shown, self.because, at=at, expected=1, actual=len(files), message=message):
            return
        kept = self.send("downloadVideoFile", None, path={"filename": self._filename(files)})
        if self.expect(kept, 200, requirement=self.because, situation="downloading the file of a video"):
            assert kept.response is not None
            apart = difference(self.file, kept.response.body)
            message = "the file of a video differs from the last completely sent one"
            self.same(kept, self.because, "", ("the same bytes", apart), message)

    def _filename(self, files: list[dict[str, Any]]) -> str:
        filename: str = files[0]["fileDownloadUrl"].rpartition("/")[2]
        return self.name(filename, "FILE")

    def _source_size(self) -> int:
        source = self.world.call("getVideoSource", self.owner, path=self.path()).response
        assert source is not None
        return int(source.json["size"])

    def _read(self) -> None:
        self.kept = self.world.video_details(self.video).value
        path = {"filename": self._filename(self.kept["files"])}
        file = self.world.call("downloadVideoFile", path=path).response
        quota = self.world.call("getMyQuotaUsed", self.owner).response
        assert file is not None
        assert quota is not None
        self.file = file.body
        # The bytes used by the other videos of the account.
        self.others = quota.json["videoQuotaUsed"] - counted(self.kept)


def _plain(value: Any) -> Any:
    """The identity of a part of a video: its id, where it has one."""
    return value["id"] if isinstance(value, dict) else value


@pytest.mark.requirement(
    "PT-RESUME-01", "PT-RESUME-02", "PT-RESUME-03", "PT-RESUME-04", "PT-RESUME-05", "PT-RESUME-06",
    "PT-RESUME-07", "PT-RESUME-08", "PT-RESUME-09", "PT-RESUME-10", "PT-RESUME-11", "PT-RESUME-12",
    "PT-RESUME-13", "PT-RESUME-14", "PT-RESUME-16", "PT-RESUME-19",
)  # fmt: skip
def test_resumable_replacement(walk: Callable[[type[Flow]], None]) -> None:
    """Video Upload: another file for a video, in chunks."""
    walk(ResumableReplacement)
