"""Responses to a route and to its made-up sibling are compared without what changes with each request."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from peertube_conformance.conformance.execution.made_up_routes import MADE_UP
from peertube_conformance.conformance.execution.response_likeness import are_alike
from peertube_conformance.reports import Exchange, Request, Response
from peertube_conformance.spec import load_contract

_HOST = "http://localhost:9000"
_PROBLEM, _HTML, _TEXT = "application/problem+json", "text/html; charset=utf-8", "text/plain"
_PAGE = '<html><head><title>{title}</title><meta content="{url}"></head><body><p>{text}</p></body></html>'


def _exchange(segment: str, body: str | bytes, status: int = 404, media_type: str = _TEXT) -> Exchange:
    request = Request("GET", f"{_HOST}/api/v1/{segment}?count=1")
    content = body.encode() if isinstance(body, str) else body
    response = Response(status, httpx.Headers({"content-type": media_type}), content)
    return Exchange(load_contract(None).operation("getVideos"), request, response)


def _alike(first: Exchange, second: Exchange) -> bool:
    return are_alike(first, "videos", second, MADE_UP)


def _problem(**members: object) -> str:
    return json.dumps({"type": "about:blank", "status": 404, **members})


@pytest.mark.parametrize(
    ("first", "second", "media_type"),
    [
        ("", "", "application/json"),
        ("Cannot GET /api/v1/videos?count=1", f"Cannot GET /api/v1/{MADE_UP}?count=1", _TEXT),
        ("no resource videos", f"no resource {MADE_UP}", _TEXT),
        (_problem(instance="/api/v1/videos"), _problem(instance=f"/api/v1/{MADE_UP}"), _PROBLEM),
        (_problem(requestId="5f0c9d2a"), _problem(requestId="aa07e1b3"), _PROBLEM),
        (_problem(at="2026-11-30T20:23:32Z"), _problem(at="2026-11-30T20:23:33.123Z"), _PROBLEM),
        ('{"error": "no", "code": "x"}', '{"code": "x", "error": "no"}', "application/json"),
        (
            _PAGE.format(title="PeerTube", url=f"{_HOST}/api/v1/videos", text="Loading"),
            _PAGE.format(title="PeerTube", url=f"{_HOST}/api/v1/{MADE_UP}", text="Loading"),
            _HTML,
        ),
        ("<P>See &amp; hear</P>", "<p>See & hear</p>", _HTML),
        ("<html><script nonce='abcd'>x=1</script>", "<html><script nonce='efgh'>y=2</script>", _HTML),
    ],
)
def test_what_changes_with_each_request_is_no_difference(first: str, second: str, media_type: str) -> None:
    one, other = _exchange("videos", first, media_type=media_type), _exchange(MADE_UP, second, media_type=media_type)
    assert _alike(one, other)


@pytest.mark.parametrize(
    ("first", "second", "media_type"),
    [
        (_problem(detail="Video not found"), _problem(detail="Route not found"), _PROBLEM),
        (_problem(code="video_not_found"), _problem(), _PROBLEM),
        (_problem(), "", _PROBLEM),
        ("File not found", "Cannot GET", _TEXT),
        (_PAGE.format(title="x", url="", text="No such file"), _PAGE.format(title="x", url="", text="Loading"), _HTML),
        ("<html><p>x</p></html>", "<html><div>x</div></html>", _HTML),
    ],
)
def test_another_content_is_a_difference(first: str, second: str, media_type: str) -> None:
    one, other = _exchange("videos", first, media_type=media_type), _exchange(MADE_UP, second, media_type=media_type)
    assert not _alike(one, other)


def test_another_status_or_media_type_is_a_difference() -> None:
    one = _exchange("videos", "{}", 404, _PROBLEM)
    assert not _alike(one, _exchange(MADE_UP, "{}", 400, _PROBLEM))
    assert not _alike(one, _exchange(MADE_UP, "{}", 404, "application/json"))


def test_no_response_is_alike_to_nothing() -> None:
    gone = Exchange(load_contract(None).operation("getVideos"), Request("GET", f"{_HOST}/api/v1/videos"), None)
    assert not _alike(gone, gone)


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000 + b"]" * 100_000, b"a1" * 2_000_000, b"\xff\xfe" * 100_000, b"<p" * 500_000, b"<" + b"p" * 500_000],
    ids=["nested", "one word", "bytes", "tags", "one tag"],
)
@pytest.mark.parametrize("media_type", ["application/json", _HTML, _TEXT])
def test_strange_bodies_are_compared_in_bounded_time(body: bytes, media_type: str) -> None:
    one, other = (_exchange(name, body, media_type=media_type) for name in ("videos", MADE_UP))
    began = time.process_time()
    is_alike = _alike(one, other)
    assert is_alike
    assert time.process_time() - began < 2
