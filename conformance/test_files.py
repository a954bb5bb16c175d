"""Tests of video files: whole, in ranges and under conditions (RFC 9110 sections 13 and 14)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from peertube_conformance.conformance.arrangements.served_files import WAYS, ServedFile
from peertube_conformance.conformance.execution.multiple_ranges import holds_ranges
from peertube_conformance.fixtures.resources.factory import NotArranged
from peertube_conformance.reports import Exchange, Response
from peertube_conformance.spec.synthetic_operations import head_of, whatever_is_asked

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

_LONG_AGO = "Thu, 01 Jan 1970 00:00:01 GMT"
_FAR_AWAY = "Fri, 01 Jan 2100 00:00:00 GMT"


_OPERATIONS = {"public": "getPublicWebVideoFile", "private": "getPrivateWebVideoFile", "download": "downloadVideoFile"}
each_way = pytest.mark.parametrize("way", list(WAYS))
judges_way = pytest.mark.judges(way=_OPERATIONS)


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-01")
@pytest.mark.requirement("PT-FILE-02")
def test_whole(examine: Examination, way: str) -> None:
    """All of it, and as much as the details of the video say."""
    file = WAYS[way](examine.world)
    exchange = _asked(examine, file)
    if not examine.expect(exchange, 200, requirement="PT-FILE-01", situation="a file"):
        return
    answer = _response(exchange)
    examine.agree(
        exchange, "PT-FILE-01", at="/response/body", expected=file.size, actual=len(answer.body),
        message="the length of the file differs from the size in the video's details",
    )  # fmt: skip
    examine.agree(
        exchange, "PT-FILE-02", at="/response/headers/accept-ranges", expected="bytes",
        actual=answer.headers.get("accept-ranges"), message="the file is sent without Accept-Ranges: bytes",
    )  # fmt: skip


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-03")
def test_parts(examine: Examination, way: str) -> None:
    """The first bytes, one, some in the middle, the last, an open end, and more than there is."""
    file = WAYS[way](examine.world)
    whole = _whole(examine, file)
    end = len(whole) - 1
    for asked, first, last in (
        ("0-0", 0, 0),
        ("0-9", 0, 9),
        ("10-19", 10, 19),
        (f"{end}-{end}", end, end),
        ("-5", end - 4, end),
        (f"{end - 9}-", end - 9, end),
        (f"{end - 9}-{end + 100}", end - 9, end),
    ):
        exchange = _asked(examine, file, Range=f"bytes={asked}")
        if not examine.expect(exchange, 206, requirement="PT-FILE-03", situation="a range of a file"):
            continue
        answer = _response(exchange)
        examine.agree(
            exchange, "PT-FILE-03", at="/response/headers/content-range",
            expected=f"bytes {first}-{last}/{len(whole)}", actual=answer.headers.get("content-range"),
            message="Content-Range does not match the requested range",
        )  # fmt: skip
        examine.agree(
            exchange, "PT-FILE-03", at="/response/body", expected=True, actual=answer.body == whole[first : last + 1],
            message="the partial response does not contain the requested bytes",
        )  # fmt: skip


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-04")
def test_several_parts(examine: Examination, way: str) -> None:
    """Two parts that do not touch."""
    file = WAYS[way](examine.world)
    whole = _whole(examine, file)
    exchange = _asked(examine, file, Range="bytes=0-4,20-29")
    if examine.expect(exchange, 200, 206, requirement="PT-FILE-04", situation="several ranges of a file"):
        examine.agree(
            exchange, "PT-FILE-04", at="/response/body", expected=True,
            actual=holds_ranges(_response(exchange), whole, ((0, 4), (20, 29))),
            message="the response does not contain the requested parts",
        )  # fmt: skip


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-05")
def test_behind_the_end(examine: Examination, way: str) -> None:
    """The first byte that is not there, a place far behind it, and no bytes at all."""
    file = WAYS[way](examine.world)
    size = len(_whole(examine, file))
    for asked in (f"{size}-", "999999999-", "-0"):
        exchange = _asked(examine, file, Range=f"bytes={asked}")
        if examine.expect(exchange, 416, requirement="PT-FILE-05", situation="a range beyond the end"):
            examine.agree(
                exchange, "PT-FILE-05", at="/response/headers/content-range", expected=f"bytes */{size}",
                actual=_response(exchange).headers.get("content-range"), message="Content-Range has a wrong file length",
            )  # fmt: skip


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-06")
def test_no_range(examine: Examination, way: str) -> None:
    """Another unit, no numbers, an end before its beginning."""
    file = WAYS[way](examine.world)
    for asked, statuses in (
        ("lines=0-9", (200,)),
        ("bytes=first-last", (200, 400, 416)),
        ("bytes=9-5", (200, 400, 416)),
    ):
        exchange = _asked(examine, file, Range=asked)
        examine.expect(exchange, *statuses, requirement="PT-FILE-06", situation="a Range field without a byte range")


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-15")
def test_long_suffix(examine: Examination, way: str) -> None:
    """The last bytes of a file, more of them than it has."""
    file = WAYS[way](examine.world)
    whole = _whole(examine, file)
    exchange = _asked(examine, file, Range=f"bytes=-{len(whole) + 100}")
    if examine.expect(exchange, 200, 206, requirement="PT-FILE-15", situation="a suffix range longer than the file"):
        examine.agree(
            exchange, "PT-FILE-15", at="/response/body", expected=True, actual=_response(exchange).body == whole,
            message="the response to a suffix range longer than the file is not the whole file",
        )  # fmt: skip


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-07")
def test_head(examine: Examination, way: str) -> None:
    """The same header fields; the length is that of the file."""
    file = WAYS[way](examine.world)
    got = _asked(examine, file)
    operation = head_of(examine.world.contract.operation(file.operation))
    head = examine.send(operation, file.actor, path=dict(file.path))
    if examine.expect(head, 200, requirement="PT-FILE-07", situation="a HEAD request for a file"):
        for name in ("content-type", "content-length", "etag"):
            examine.agree(
                head, "PT-FILE-07", at=f"/response/headers/{name}", expected=_response(got).headers.get(name),
                actual=_response(head).headers.get(name), message=f"{name} of HEAD differs from that of GET",
            )  # fmt: skip


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-08")
def test_known_file(examine: Examination, way: str) -> None:
    """By the tag itself, in a list, and any; and by a tag of something else."""
    file = WAYS[way](examine.world)
    tag = _header(_asked(examine, file), "etag")
    for known in (tag, f'"other", {tag}', "*"):
        exchange = _asked(examine, file, **{"If-None-Match": known})
        examine.expect(exchange, 304, requirement="PT-FILE-08", situation="the current entity tag in If-None-Match")
    exchange = _asked(examine, file, **{"If-None-Match": '"other"'})
    examine.expect(exchange, 200, requirement="PT-FILE-08", situation="another entity tag in If-None-Match")


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-09")
def test_other_state(examine: Examination, way: str) -> None:
    """If-Match with a tag of something else, If-Unmodified-Since a moment before the file was there."""
    file = WAYS[way](examine.world)
    for headers in ({"If-Match": '"other"'}, {"If-Unmodified-Since": _LONG_AGO}):
        exchange = _asked(examine, file, **headers)
        examine.expect(
            exchange, 412, requirement="PT-FILE-09", situation=f"a failed precondition ({next(iter(headers))})"
        )
    exchange = _asked(examine, file, **{"If-Match": "*"})
    examine.expect(exchange, 200, requirement="PT-FILE-09", situation="a request with If-Match: *")


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-10")
def test_modified_since(examine: Examination, way: str) -> None:
    """Since the moment that the server itself names, and since long ago."""
    file = WAYS[way](examine.world)
    modified = _header(_asked(examine, file), "last-modified")
    same = _asked(examine, file, **{"If-Modified-Since": modified})
    examine.expect(same, 304, requirement="PT-FILE-10", situation="the current modification time in If-Modified-Since")
    since = _asked(examine, file, **{"If-Modified-Since": _LONG_AGO})
    examine.expect(since, 200, requirement="PT-FILE-10", situation="an old time in If-Modified-Since")


@each_way
@judges_way
@pytest.mark.requirement("PT-FILE-11")
def test_part_of_the_same(examine: Examination, way: str) -> None:
    """A download that goes on where it broke off, of a file that is the same, or not."""
    file = WAYS[way](examine.world)
    tag = _header(_asked(examine, file), "etag")
    changed = _asked(examine, file, Range="bytes=0-9", **{"If-Range": '"other"'})
    examine.expect(changed, 200, requirement="PT-FILE-11", situation="a range with another entity tag in If-Range")
    # A weak tag does not say that the bytes are the same (section 13.1.5): either response is right.
    same = _asked(examine, file, Range="bytes=0-9", **{"If-Range": tag})
    right = (200, 206) if tag.startswith("W/") else (206,)
    examine.expect(same, *right, requirement="PT-FILE-11", situation="a range with the current entity tag in If-Range")


@pytest.mark.judges("downloadVideoFile")
@pytest.mark.requirement("PT-FILE-14")
def test_download(examine: Examination) -> None:
    """Content-Disposition, and the same bytes as the file that is played."""
    saved, played = (_asked(examine, WAYS[way](examine.world)) for way in ("download", "public"))
    if examine.expect(saved, 200, requirement="PT-FILE-14", situation="a download"):
        disposition = _response(saved).headers.get("content-disposition", "")
        examine.agree(
            saved, "PT-FILE-14", at="/response/headers/content-disposition", expected=True,
            actual=bool(re.match(r"attachment\s*;.*filename", disposition, re.IGNORECASE)),
            message="Content-Disposition has no file name",
        )  # fmt: skip
        examine.agree(
            saved, "PT-FILE-14", at="/response/body", expected=True,
            actual=_response(saved).body == _response(played).body,
            message="the downloaded content differs from the streamed file",
        )  # fmt: skip


def _asked(examine: Examination, file: ServedFile, **headers: str) -> Exchange:
    operation = examine.world.contract.operation(file.operation)
    # The document lists neither the responses to conditions, nor that a range may be refused as such.
    operation = whatever_is_asked(whatever_is_asked(operation, 412), 400)
    return examine.send(operation, file.actor, path=dict(file.path), headers=headers)


def _response(exchange: Exchange) -> Response:
    if exchange.response is None:
        raise NotArranged(f"the file did not arrive: {exchange.failure}")
    return exchange.response


def _whole(examine: Examination, file: ServedFile) -> bytes:
    exchange = _asked(examine, file)
    if exchange.status != 200:
        raise NotArranged(f"the server responded to a request for the whole file with {exchange.status}")
    return _response(exchange).body


def _header(exchange: Exchange, name: str) -> str:
    value = _response(exchange).headers.get(name)
    if not value:
        raise NotArranged(f"the file has no {name}")
    return str(value)
