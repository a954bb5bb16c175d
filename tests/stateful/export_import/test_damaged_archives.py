"""An archive that cannot be read, in whichever way, is told as one; it does not end the walk as an error."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from peertube_conformance.fixtures.media.generated_files import zip as zipped
from peertube_conformance.stateful.export_import.export_archive import Archive
from peertube_conformance.stateful.user_journey.model import NOTHING, opened

_COMPRESSIONS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
_MEMBER = json.dumps({"videos": [{"name": f"video {number}"} for number in range(40)]}).encode()
# In a member's local header and in the central directory (APPNOTE.TXT 6.3.10, sections 4.3.7 and 4.3.12).
_FLAGS, _METHOD = {b"PK\x03\x04": 6, b"PK\x01\x02": 8}, {b"PK\x03\x04": 8, b"PK\x01\x02": 10}


def _whole(compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """One that can be read."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr("peertube/videos.json", _MEMBER)
    return buffer.getvalue()


def _damaged() -> Iterator[tuple[str, bytes]]:
    """What is wrong with each, and its bytes."""
    for name, compression in _COMPRESSIONS.items():
        content = _whole(compression)
        middle = content.index(b"videos.json") + len(b"videos.json") + 30
        yield f"{name}, a changed byte", _with(content, middle, content[middle] ^ 0xFF)
        yield f"{name}, the first half", content[: len(content) // 2]
    yield "encrypted", _in_headers(_FLAGS, 1)
    yield "compressed in a way that nobody knows", _in_headers(_METHOD, 99)
    yield "nothing", b""
    yield "no archive", b"PK, but not so"


def _in_headers(places: dict[bytes, int], value: int) -> bytes:
    content = _whole()
    for signature, place in places.items():
        content = _with(content, content.index(signature) + place, value)
    return content


def _with(content: bytes, place: int, value: int) -> bytes:
    return content[:place] + bytes([value]) + content[place + 1 :]


DAMAGED = dict(_damaged())


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_archive_is_no_whole_zip_file(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Archive(content)
    assert opened(content) == NOTHING


@pytest.mark.parametrize("compression", _COMPRESSIONS.values(), ids=_COMPRESSIONS)
def test_whichever_byte_is_changed_an_archive_is_read_or_told(compression: int) -> None:
    content, refused = _whole(compression), 0
    for place, byte in enumerate(content):
        try:
            Archive(_with(content, place, byte ^ 0xFF))
        except ValueError:
            refused += 1
    assert refused > len(content) // 2


def test_a_whole_archive_is_read() -> None:
    assert Archive(_whole()).document("videos") == json.loads(_MEMBER)


@pytest.mark.parametrize(
    "members",
    [
        {"account": ["maria"]},
        {"account": {"archiveFiles": "avatar.png"}},
        {"videos": {"videos": [{"channel": "birds"}]}},
        {"videos": {"videos": [{"url": 7}]}},
        {"likes": {"likes": [{"videoUrl": None}]}},
        {"video-history": {"watchedVideos": [{"lastTimecode": {"seconds": 1}}]}},
    ],
    ids=str,
)
def test_a_file_of_another_form_is_told(members: dict[str, Any]) -> None:
    files = {f"peertube/{name}.json": json.dumps(held).encode() for name, held in members.items()}
    archive = Archive(zipped(files))

    def read() -> None:
        archive.belongings(lambda address: re.sub(r".*/", "", address))
        archive.video_files(lambda address: re.sub(r".*/", "", address))

    with pytest.raises(ValueError, match="has the wrong form"):
        read()
