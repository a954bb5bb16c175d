"""What the instance is sent byte by byte: nobody reads beyond what is served, and no request hides in another one."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest

from peertube_conformance.fixtures.embedded import EmbeddedInstance

_HIDDEN = b"GET /api/v1/config HTTP/1.1\r\nHost: localhost\r\n\r\n"
_POST = b"POST /api/v1/users/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
_GET = b"GET /api/v1/ping HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def instance() -> Iterator[EmbeddedInstance]:
    with EmbeddedInstance() as running:
        yield running


_SILENCE_SECONDS = 1.0
Ask = Callable[[bytes], bytes]


@pytest.fixture
def ask(instance: EmbeddedInstance) -> Ask:
    """Sends bytes; returns everything that comes back until the connection ends, or nothing more comes."""
    host, _, port = instance.base_url.partition("://")[2].rpartition(":")

    def asking(sent: bytes) -> bytes:
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(sent)
            line.settimeout(_SILENCE_SECONDS)
            received = b""
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                while part := line.recv(65536):
                    received += part
        return received

    return asking


def answers(received: bytes) -> list[int]:
    """The statuses of the answers that came."""
    return [int(head[:3]) for head in received.split(b"HTTP/1.1 ")[1:]]


def test_two_requests_in_one_piece_are_two(ask: Ask) -> None:
    assert answers(ask(_GET + b"\r\n" + _HIDDEN)) == [200, 200]


def _chunked(head: bytes) -> bytes:
    return head + b"\r\n0\r\n\r\n" + _HIDDEN


def _long(head: bytes) -> bytes:
    return head + b"\r\n" + _HIDDEN


SMUGGLED = {
    "length and chunks": _chunked(_POST + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % (5 + len(_HIDDEN))),
    "chunks and length": _chunked(_POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
    "an unknown coding and length": _chunked(_POST + b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n"),
    "chunks not last": _chunked(_POST + b"Transfer-Encoding: chunked, identity\r\n"),
    "chunks behind a control": _chunked(_POST + b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 5\r\n"),
    "chunks with a space before the colon": _chunked(_POST + b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n"),
    "two lengths": _long(_POST + b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(_HIDDEN)),
    "two lengths in one field": _long(_POST + b"Content-Length: 0, %d\r\n" % len(_HIDDEN)),
    "a length with a sign": _long(_POST + b"Content-Length: +0\r\n"),
    "a negative length": _long(_POST + b"Content-Length: -1\r\n"),
    "a length in hexadecimal": _long(_POST + b"Content-Length: 0x0\r\n"),
    "a folded field": _long(_GET + b"X-Folded: a\r\n Content-Length: %d\r\n" % len(_HIDDEN)),
    "a folded length": _long(_POST + b"Content-Length:\r\n %d\r\n" % len(_HIDDEN)),
    "a bare CR in a field": _long(_GET + b"X-Bare: a\rContent-Length: %d\r\n" % len(_HIDDEN)),
    "NUL in a field": _long(_GET + b"X-Nul: a\0b\r\n"),
    "a field without a name": _long(_GET + b": a\r\n"),
    "a chunk size with a sign": _POST + b"Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + _HIDDEN,
    "a chunk size in many digits": _POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n\r\n" + _HIDDEN,
    "a chunk that ends elsewhere": _POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxy0\r\n\r\n" + _HIDDEN,
}  # fmt: skip


@pytest.mark.parametrize("sent", SMUGGLED.values(), ids=SMUGGLED)
def test_no_request_hides_in_another(sent: bytes, ask: Ask) -> None:
    received = ask(sent)
    assert len(answers(received)) <= 1, received
    assert b"serverVersion" not in received
    assert answers(ask(_GET + b"Connection: close\r\n\r\n")) == [200], "the instance goes on"


@pytest.mark.parametrize(
    "target",
    ["http://evil.example/api/v1/config", "//evil.example/api/v1/config", "http://evil.example@localhost/"],
)
def test_another_host_in_the_target_leads_nowhere(target: str, ask: Ask) -> None:
    received = ask(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    (status,) = answers(received)
    assert status in {200, 400, 404}
    assert b"evil.example" not in received.partition(b"\r\n\r\n")[0], "no header sends anybody there"


UPWARDS = [
    "../" * 9,
    "..%2f" * 9,
    "%2e%2e/" * 9,
    "%2e%2e%2f" * 9,
    "..%5c" * 9,
    "..%252f" * 9,
    "..;/" * 9,
    "%00/../" * 9,
    "/",
]
FOLDERS = [
    "/",
    "/static/web-videos/",
    "/static/web-videos/private/",
    "/static/streaming-playlists/hls/",
    "/lazy-static/avatars/",
    "/lazy-static/thumbnails/",
    "/lazy-static/torrents/",
    "/download/videos/",
    "/download/user-exports/",
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_path_leads_out_of_what_is_served(folder: str, ask: Ask) -> None:
    for upwards in UPWARDS:
        for name in ("etc/passwd", "etc%2fpasswd"):
            head = f"GET {folder}{upwards}{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            received = ask(head.encode())
            (status,) = answers(received)
            assert 400 <= status < 500, (head, received)
            assert b"root:" not in received
