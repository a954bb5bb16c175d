"""Archives that mean no good, written byte by byte: zipfile writes only honest ones."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
STORED, DEFLATED, BZIP2, LZMA = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)
_LINK = 0o120777 << 16


@dataclass(frozen=True)
class Entry:
    """An entry as the archive describes it; `size` and `checksum` are what it claims, None for the truth."""

    name: str
    content: bytes = b"{}"
    method: int = DEFLATED
    size: int | None = None
    checksum: int | None = None
    flags: int = 0x800
    attributes: int = 0
    extra: bytes = b""
    # Bytes as they stand in the archive, where they are not what `content` becomes.
    packed: bytes | None = None

    @property
    def data(self) -> bytes:
        """What stands in the archive."""
        if self.packed is not None or self.method == STORED:
            return self.content if self.packed is None else self.packed
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(self.content) + packer.flush()


def written(entries: Iterable[Entry], *, count: int | None = None, overlapping: bool = False) -> bytes:
    """The bytes of an archive that claims to have `count` entries; `overlapping`: all share the bytes of the first."""
    body, listed, number, first = b"", b"", 0, None
    for number, entry in enumerate(entries, 1):  # noqa: B007 - the last number is the count
        name, data = entry.name.encode("utf-8", "surrogateescape"), entry.data
        size = len(entry.content) if entry.size is None else entry.size
        checksum = zlib.crc32(entry.content) if entry.checksum is None else entry.checksum
        facts = (entry.flags, entry.method, 0, 0x21, checksum & 0xFFFFFFFF, len(data), size)
        place = len(body) if first is None or not overlapping else first
        if first is None or not overlapping:
            body += (
                _LOCAL.pack(b"PK\x03\x04", 20, *facts, len(name), len(entry.extra))
                + name
                + entry.extra
                + data
            )
            first = place
        listed += (
            _CENTRAL.pack(
                b"PK\x01\x02",
                0x0314,
                20,
                *facts,
                len(name),
                len(entry.extra),
                0,
                0,
                0,
                entry.attributes,
                place,
            )
            + name
            + entry.extra
        )
    told = number if count is None else count
    return (
        body
        + listed
        + _END.pack(b"PK\x05\x06", 0, 0, told & 0xFFFF, told & 0xFFFF, len(listed), len(body), 0)
    )


def zeros(megabytes: int) -> bytes:
    """A deflated stream of so many megabytes of zeros, made without having them: one megabyte, repeated."""
    packer = zlib.compressobj(9, wbits=-15)
    one = packer.compress(bytes(1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    return one * megabytes + packer.flush(zlib.Z_FINISH)


def bomb(megabytes: int, *, claimed: int | None = None) -> Entry:
    """An entry of so many megabytes of zeros."""
    size = megabytes * 1024 * 1024 if claimed is None else claimed
    return Entry("peertube/videos.json", b"", size=size, checksum=0, packed=zeros(megabytes))


def of_json(files: Mapping[str, object]) -> bytes:
    """An archive of JSON files: texts as they are, anything else encoded."""
    return written(
        Entry(
            f"peertube/{name}.json",
            (held if isinstance(held, str) else json.dumps(held)).encode("utf-8", "surrogatepass"),
        )
        for name, held in files.items()
    )


def packed_by_zipfile(name: str, content: bytes, method: int) -> bytes:
    """An archive as zipfile writes one with this method."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


_GOOD = of_json({"account": {"displayName": "Ada", "description": "As it was sent."}})
_MANY = json.dumps({"displayName": "Ada", **dict.fromkeys(map(str, range(1_000_000)), 0)})
COMPLETED, FAILED = "Completed", "Failed"

# What it is, its bytes, and how its import ends.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "good": (_GOOD, COMPLETED),
    "empty": (written([]), COMPLETED),
    "not a zip": (b"This is text.", FAILED),
    "zip within zip": (written([Entry("peertube/account.json", _GOOD, STORED)]), COMPLETED),
    "truncated": (_GOOD[: len(_GOOD) // 2], FAILED),
    "without its end": (_GOOD[:-1], FAILED),
    "arrays in arrays": (of_json({"account": "[" * 100_000}), FAILED),
    "objects in objects": (of_json({"channels": '{"a":' * 100_000 + "1" + "}" * 100_000}), FAILED),
    "nesting behind a string": (of_json({"account": '{"a": "\\"", "b": ' + "[" * 500 + "]" * 500 + "}"}), FAILED),
    "brackets in a string": (of_json({"account": {"displayName": "[" * 120}}), COMPLETED),
    "a string without end": (of_json({"account": '{"a": "' + '\\"' * 200_000}), COMPLETED),
    "800 MB": (written([bomb(800)]), FAILED),
    "800 MB that claim to be 1 KB": (written([bomb(800, claimed=1024)]), FAILED),
    "800 MB in eight entries": (written([bomb(100)] * 8), FAILED),
    "entries that share their bytes": (written([bomb(1)] * 1000, overlapping=True), FAILED),
    "a size of terabytes": (written([Entry("a.bin", b"a", size=0xFFFFFFFE)]), FAILED),
    "bzip2": (packed_by_zipfile("peertube/account.json", bytes(10_000), BZIP2), FAILED),
    "lzma": (packed_by_zipfile("peertube/account.json", bytes(10_000), LZMA), FAILED),
    "an unknown compression": (written([Entry("a", method=99, packed=b"")]), FAILED),
    "encrypted": (written([Entry("a", flags=1)]), FAILED),
    "too many entries": (written([Entry("a", b"", STORED)] * 5000), FAILED),
    "more entries than it says": (written([Entry("peertube/account.json")] * 3, count=1), COMPLETED),
    "fewer entries than it says": (written([Entry("a")], count=7), COMPLETED),
    "duplicate names": (written([Entry("peertube/account.json"), Entry("peertube/account.json", b"[]")]), COMPLETED),
    "an absolute path": (written([Entry("/etc/passwd")]), FAILED),
    "a path upwards": (written([Entry("peertube/../../evil.json")]), FAILED),
    "a path upwards, with backslashes": (written([Entry("..\\evil.json")]), FAILED),
    "a path with a drive": (written([Entry("C:/evil.json")]), FAILED),
    "a link": (written([Entry("peertube/account.json", b"/etc/passwd", attributes=_LINK)]), COMPLETED),
    "a wrong checksum": (written([Entry("peertube/account.json", checksum=1)]), FAILED),
    "an extra field longer than it is": (written([Entry("a", extra=b"\x01\x00\xff\xff")]), FAILED),
    "a million members": (of_json({"account": _MANY}), FAILED),
    "a million things": (of_json({"channels": {"channels": [0] * 300_000}}), FAILED),
    "no UTF-8": (written([Entry("peertube/account.json", b'{"displayName": "\xff"}')]), COMPLETED),
    "huge numbers": (
        of_json({
            "account": '{"displayName": 1e999}',
            "video-history": '{"watchedVideos": [{"videoUrl": "x", "lastTimecode": 1e999}, -1e999, 1' + "0" * 4000 + "]}",
            "video-playlists": '{"videoPlaylists": [{"type": 1e999, "displayName": "x", "privacy": NaN}]}',
        }),
        COMPLETED,
    ),
    "lone surrogates": (of_json({"account": '{"displayName": "\\ud800", "description": "\\udfff abc"}'}), COMPLETED),
}  # fmt: skip
