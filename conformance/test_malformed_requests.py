"""Tests of bytes on which servers fail: broken bodies, broken paths, NUL, excessive sizes (reference, "Errors")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peertube_conformance.spec import Defect
from peertube_conformance.spec.synthetic_operations import whatever_is_asked

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

_READ = 8_000
_TOO_LONG = 20_000
_TOO_LARGE = 3 * 1024 * 1024
_DEPTH = 20_000
_API = ("api",)


@pytest.mark.judges("resendEmailToVerifyUser")
@pytest.mark.requirement("PT-ERR-15")
@pytest.mark.parametrize(
    "body", [b'{"bad', b"{'a': 1}", b'{"a": 1}}', b"\xef\xbb\xbf{", b'{"a": NaN}', b'"text"'],
    ids=["cut", "quotes", "surplus", "mark", "nan", "scalar"],
)  # fmt: skip
def test_malformed_json(examine: Examination, body: bytes) -> None:
    """Texts that are not JSON, and one that is neither object nor array, sent to an operation that only requests mail."""
    exchange = examine.send("resendEmailToVerifyUser", body=body, purpose=Defect("body", "", "malformed"))
    examine.expect(exchange, 400, requirement="PT-ERR-15", situation="a body that is not JSON")


@pytest.mark.judges("getOAuthToken")
@pytest.mark.requirement("PT-STATUS-09")
def test_wrong_media_type(examine: Examination) -> None:
    """A body of another media type than those that the operation takes is not read as if it were one of them."""
    for media_type, body in (("text/plain", b"text"), ("application/xml", b"<a/>"), ("image/png", b"\x89PNG")):
        exchange = examine.send("getOAuthToken", body=body, media_type=media_type)
        examine.expect(
            exchange, 400, 415, requirement="PT-STATUS-09", situation=f"a body with the media type {media_type}"
        )


@pytest.mark.judges("clearMyHistory")
@pytest.mark.requirement("PT-ERR-16")
def test_huge_body(examine: Examination) -> None:
    """Three megabytes of JSON, many times what the largest body of the API needs."""
    body = b'{"beforeDate": "' + b"a" * _TOO_LARGE + b'"}'
    clearing = whatever_is_asked(examine.world.contract.operation("clearMyHistory"), 413)
    exchange = examine.send(clearing, examine.world.account(), body=body, purpose=Defect("body", "", "malformed"))
    examine.expect(exchange, 413, requirement="PT-ERR-16", situation="a body of three megabytes")


@pytest.mark.judges("clearMyHistory")
@pytest.mark.requirement("PT-ERR-17")
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["arrays", "objects"])
def test_deep_nesting(examine: Examination, opening: bytes, closing: bytes) -> None:
    """Parsers that call themselves for each level end the whole server by it."""
    inner = opening * _DEPTH + (b"1" if opening != b"[" else b"") + closing * _DEPTH
    body = b'{"beforeDate": ' + inner + b"}"
    exchange = examine.send("clearMyHistory", examine.world.account(), body=body)
    examine.expect(exchange, 400, 413, requirement="PT-ERR-17", situation="a JSON body with 20,000 levels of nesting")


@pytest.mark.judges("addCommentThread")
@pytest.mark.requirement("PT-ERR-18")
def test_invalid_utf8(examine: Examination) -> None:
    """Bytes that no UTF-8 text has, in a body that would be accepted without them."""
    owner = examine.world.account()
    video = examine.world.video(owner)
    body = b'{"text": "peertube-conformance \xff\xfe"}'
    exchange = examine.send("addCommentThread", owner, path={"id": video.uuid}, body=body)
    examine.expect(exchange, 400, requirement="PT-ERR-18", situation="a JSON body that is not UTF-8")


@pytest.mark.judges
@pytest.mark.requirement("PT-ERR-19")
@pytest.mark.parametrize("segment", ["%FF", "%zz", "%E0%A4"], ids=["byte", "digits", "cut"])
def test_invalid_percent_encoding(examine: Examination, segment: str) -> None:
    """Octets that are not UTF-8, and a percent sign without digits."""
    name = "invalidEncoding"
    broken = examine.outside("GET", f"/api/v1/videos/{segment}/comment-threads/", name, counted_in=_API)
    examine.expect(examine.send(broken), 400, requirement="PT-ERR-19", situation="a path that cannot be decoded")


@pytest.mark.judges("getVideo", "getAccount", "getVideoChannel", "getVideos", "addCommentThread")
@pytest.mark.requirement("PT-ERR-20")
def test_nul(examine: Examination) -> None:
    """PostgreSQL's texts cannot hold a NUL: whoever hands it on fails."""
    world = examine.world
    message = "a NUL character"
    for exchange in (
        examine.send("getVideo", path={"id": "\0"}),
        examine.send("getAccount", path={"name": "a\0b"}),
        examine.send("getVideoChannel", path={"channelHandle": "a\0b"}),
        examine.send("getVideo", path={"id": f"{world.video().uuid}\0"}),
    ):
        examine.expect(exchange, 400, 404, requirement="PT-ERR-20", situation=f"{message} in a path")
    for query in ({"search": "a\0b"}, {"tagsOneOf": ["a\0b"]}):
        exchange = examine.send("getVideos", query=query)
        examine.expect(exchange, 200, 400, requirement="PT-ERR-20", situation=f"{message} in a query")
    owner = world.account()
    exchange = examine.send("addCommentThread", owner, path={"id": world.video(owner).uuid}, body={"text": "a\0b"})
    examine.expect(exchange, 200, 400, requirement="PT-ERR-20", situation=f"{message} in a body")


@pytest.mark.judges("getVideos")
@pytest.mark.requirement("PT-ERR-21")
def test_long_address(examine: Examination) -> None:
    """What RFC 9110 recommends that every server reads, query included."""
    prefix = len(examine.environment.client.base_url) + len("/api/v1/videos?search=")
    exchange = examine.send("getVideos", query={"search": "a" * (_READ - prefix)})
    examine.expect(exchange, 200, 400, requirement="PT-ERR-21", situation="a URL of 8,000 octets")


@pytest.mark.judges
@pytest.mark.requirement("PT-ERR-22")
def test_very_long_address(examine: Examination) -> None:
    """Longer than what most servers read: either way there is an answer."""
    where = examine.outside("GET", f"/api/v1/{'a' * _TOO_LONG}", "veryLongAddress")
    exchange = examine.send(where)
    # A server that reads it finds no route there.
    examine.expect(exchange, 400, 404, 414, 431, requirement="PT-ERR-22", situation="a URL path of 20,000 octets")
