"""Pictures in other sizes."""

from __future__ import annotations

import struct
import zlib

import pytest

from peertube_conformance.fixtures import media
from peertube_conformance.fixtures.instance.scaling import scaled


def pixels(picture: bytes) -> list[bytes]:
    """The lines of a picture that has one IDAT chunk, without what tells their filters."""
    width, _ = struct.unpack_from(">2I", picture, 16)
    at = picture.index(b"IDAT")
    (length,) = struct.unpack_from(">I", picture, at - 4)
    raw = zlib.decompress(picture[at + 4 : at + 4 + length])
    return [raw[start + 1 : start + 1 + width * 3] for start in range(0, len(raw), width * 3 + 1)]


@pytest.mark.parametrize(("width", "height"), [(4, 2), (48, 48), (1500, 1500), (1920, 317)])
def test_each_pixel_is_the_nearest_of_the_original(width: int, height: int) -> None:
    original = media.png(8, 6, seed=3)
    made = scaled(original, width, height)
    assert struct.unpack_from(">2I", made, 16) == (width, height)
    wanted = [pixels(original)[y * 6 // height][:3] * width for y in range(height)]
    assert pixels(made) == wanted


def test_a_picture_of_the_same_size_shows_the_same() -> None:
    assert pixels(scaled(media.png(8, 6), 8, 6)) == pixels(media.png(8, 6))


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b"\xff\xd8\xff\xe0 a JPEG",
        media.png(8, 8)[:40],
        media.png(8, 8).replace(b"\x08\x02\0\0\0", b"\x08\x03\0\0\0"),
        media.png(8, 8)[:45] + b"\0" * 60,
    ],
    ids=["nothing", "jpeg", "cut off", "palette", "spoiled"],
)
def test_what_cannot_be_read_stays_as_it_is(data: bytes) -> None:
    assert scaled(data, 48, 48) == data
