"""Model of a resumable upload: its sessions and stored bytes, and how a client cuts a file into chunks."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass
from enum import Enum

from peertube_conformance.fixtures.media import generated_files as media
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.reports import Exchange

PARTS = ("half", "one byte", "all but one byte", "the rest")
BEGINNINGS = ("half", "one byte", "nothing")
AGAIN = ("all of it", "its beginning", "an overlap")
USES = ("sends", "asks", "cancels")
_BOX = struct.Struct(">I4s")
_LABEL_BYTES = 24
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


class State(Enum):
    """The state of a session. One given up after a known deviation gets no more requests."""

    OPEN = "open"
    CANCELLED = "cancelled"
    COMPLETE = "complete"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of a file, from offset `start` on."""

    start: int
    data: bytes

    @property
    def end(self) -> int:
        """The offset after the last byte."""
        return self.start + len(self.data)

    def content_range(self, total: int, longer: int = 0) -> str:
        """The Content-Range header of the chunk (RFC 9110 section 14.4), wrong by `longer` bytes."""
        return f"bytes {self.start}-{self.end - 1 + longer}/{total}"


@dataclass(eq=False)
class Session:
    """An upload session, the `number`th of a walk: `stored` bytes from the beginning of `content` were acknowledged."""

    number: int
    name: str
    content: bytes
    upload_id: str = ""
    stored: int = 0
    state: State = State.OPEN

    @property
    def size(self) -> int:
        """The size of the whole file, in bytes."""
        return len(self.content)

    @property
    def missing(self) -> int:
        """The number of bytes not acknowledged yet."""
        return self.size - self.stored

    def chunk(self, start: int, end: int) -> Chunk:
        """The bytes from `start` up to, not including, `end`."""
        return Chunk(start, self.content[start:end])

    def next(self, part: str) -> Chunk:
        """The chunk after the stored bytes: one of PARTS of what is missing, at least a byte."""
        size = {
            "the rest": self.missing,
            "half": self.missing // 2,
            "one byte": 1,
            "all but one byte": self.missing - 1,
        }[part]
        return self.chunk(self.stored, self.stored + max(1, size))

    def again(self, what: str) -> Chunk:
        """A chunk of stored bytes once more, one of AGAIN; an overlap has some that follow, too, but not the last."""
        start, end = {
            "all of it": (0, self.stored),
            "its beginning": (0, max(1, self.stored // 2)),
            "an overlap": (self.stored // 2, self.stored + self.missing // 2),
        }[what]
        return self.chunk(start, end)


def reported_range(answer: Exchange) -> str | None:
    """The `Range` of a response; None where it is absent, which means that nothing is stored."""
    return answer.response.headers.get("range") if answer.response else None


def stored_range(stored: int) -> str:
    """The `Range` that reports so many stored bytes, at least one."""
    return f"bytes=0-{stored - 1}"


def video(size: int, label: str) -> bytes:
    """A playable video of exactly `size` bytes, at least 1130.

    Another one for each label, from its beginning to its end. The last 20 bytes and more are read by no player.
    """
    content = _labelled(media.mp4(is_small=True), label)
    return content + _free(_counted(size - len(content) - _BOX.size, label))


def _labelled(video: bytes, label: str) -> bytes:
    """The video with a box that holds the label behind its first box (ISO/IEC 14496-12 sections 4.2, 8.1.2, 8.7.5)."""
    (first,) = struct.unpack_from(">I", video)
    box = _free(_counted(_LABEL_BYTES, label))
    offset_at = video.index(b"stco") + 12
    (offset,) = struct.unpack_from(">I", video, offset_at)
    moved = video[:offset_at] + struct.pack(">I", offset + len(box)) + video[offset_at + 4 :]
    return moved[:first] + box + moved[first:]


def _free(content: bytes) -> bytes:
    """A box that players skip."""
    return _BOX.pack(_BOX.size + len(content), b"free") + content


def archive(size: int, label: str) -> tuple[bytes, str]:
    """An archive of exactly `size` bytes, 400 to 1200, as exports are, in which the label is the user's display name;
    and the description that it gives the user."""
    description = _counted(size - len(_archived(label, "")), label).decode()
    return _archived(label, description), description


def _archived(name: str, description: str) -> bytes:
    account = {"displayName": name, "description": description, "archiveFiles": {}}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("peertube/account.json", _FIRST_DAY_OF_ZIP), json.dumps(account))
    return buffer.getvalue()


def _counted(size: int, label: str) -> bytes:
    """Readable bytes that differ from place to place and from label to label."""
    text = bytearray(label.encode())
    first = 100 + zlib.crc32(label.encode()) % 400
    # Each number takes four bytes at least.
    for place in range(first, first + size // 4 + 1):
        if len(text) >= size:
            break
        text += f",{place}".encode()
    return bytes(text[:size])


def difference(sent: bytes, kept: bytes) -> str:
    """Describes in words where a kept file differs from the one that was sent."""
    if sent == kept:
        return "the same bytes"
    if len(sent) != len(kept):
        return f"{len(kept)} bytes instead of {len(sent)}"
    first = next(place for place, (one, other) in enumerate(zip(sent, kept, strict=True)) if one != other)
    return f"another byte {first} of {len(sent)}"


def counted(video: Answer) -> int:
    """The bytes of a video that count for the quota: its largest file, those for streaming included."""
    streams = [file for playlist in video.items("streamingPlaylists") for file in playlist.items("files")]
    return max((file.number("size") for file in (*video.items("files"), *streams)), default=0)
