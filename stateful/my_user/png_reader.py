"""Reads width and one colour of a PNG picture (W3C PNG specification) without an image library."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">2I5B")
# Colour types with eight bits for each of red, green and blue, without and with transparency.
_TRUE_COLOUR = frozenset({2, 6})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its width in pixels, and red and green of the upper left pixel; None where that is not plain."""

    width: int
    corner: tuple[int, int] | None


def picture(data: bytes) -> Picture | None:
    """Parses a picture; None where the bytes are not a PNG."""
    if not data.startswith(_SIGNATURE) or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    width, _, depth, colour, *_ = _HEADER.unpack_from(data, 16)
    plain = depth == 8 and colour in _TRUE_COLOUR
    return Picture(width, _corner(data) if plain else None)


def _corner(data: bytes) -> tuple[int, int] | None:
    """Red and green of the upper left pixel; no filter changes it, because it has no neighbours."""
    at, inflating = len(_SIGNATURE), zlib.decompressobj()
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            try:
                first = inflating.decompress(data[at + 8 : at + 8 + length], 4)
            except zlib.error:
                return None
            return (first[1], first[2]) if len(first) == 4 else None
        at += 12 + length
    return None


def padded(data: bytes, size: int) -> bytes:
    """Pads the PNG to so many bytes, by a private chunk that readers may skip."""
    end = len(data) - 12
    filling = b"paDd" + bytes(size - len(data) - 12)
    chunk = struct.pack(">I", len(filling) - 4) + filling + struct.pack(">I", zlib.crc32(filling))
    return data[:end] + chunk + data[end:]
