"""Files that are sent in chunks: of exactly the announced size, readable, and told apart wherever they are looked at."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from peertube_conformance.fixtures.instance.videos import video_store
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.stateful.resumable_transfer.model import (
    AGAIN,
    PARTS,
    Session,
    archive,
    counted,
    difference,
    video,
)

_SIZES = (1150, 1175, 1200)


@pytest.mark.parametrize("size", _SIZES)
def test_a_video_has_its_size_and_its_label_at_both_ends(size: int) -> None:
    first, second = video(size, "upload_1"), video(size, "upload_2")
    assert len(first) == size
    assert video_store.readable(first).seconds == 1
    differences = [place for place in range(size) if first[place] != second[place]]
    assert differences[0] < size // 2 - 20
    assert differences[-1] > size - 20


@pytest.mark.parametrize("size", _SIZES)
def test_an_archive_has_its_size_and_what_it_says(size: int) -> None:
    content, description = archive(size, "upload_1")
    assert len(content) == size
    account = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("peertube/account.json"))
    assert (account["displayName"], account["description"]) == ("upload_1", description)
    assert 3 <= len(description) <= 1000


@pytest.mark.parametrize("part", PARTS)
def test_a_chunk_is_never_empty_and_follows_what_is_stored(part: str) -> None:
    session = Session(0, "upload_1", bytes(range(5)))
    while session.missing:
        chunk = session.next(part)
        assert (chunk.start, chunk.data) == (session.stored, session.content[chunk.start : chunk.end])
        assert chunk.data
        session.stored = chunk.end


@pytest.mark.parametrize("what", AGAIN)
@pytest.mark.parametrize("stored", [1, 2, 4])
def test_what_is_sent_again_does_not_complete_a_file(what: str, stored: int) -> None:
    session = Session(0, "upload_1", bytes(range(5)), stored=stored)
    chunk = session.again(what)
    assert chunk.data == session.content[chunk.start : chunk.end]
    assert chunk.data
    assert chunk.start < stored
    assert chunk.end < session.size


def test_the_largest_file_counts_whether_for_saving_or_for_streaming() -> None:
    stream = {"files": [{"size": 7}, {"size": 5}]}
    assert counted(Answer("getVideo", {"files": [{"size": 6}], "streamingPlaylists": [stream]})) == 7
    assert counted(Answer("getVideo", {"files": [{"size": 6}], "streamingPlaylists": []})) == 6


@pytest.mark.parametrize(
    ("kept", "reported"),
    [(b"sent", "the same bytes"), (b"send", "another byte 3 of 4"), (b"sen", "3 bytes instead of 4")],
)
def test_a_difference_is_told(kept: bytes, reported: str) -> None:
    assert difference(b"sent", kept) == reported
