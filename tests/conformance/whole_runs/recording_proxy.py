"""A proxy before an instance that hears every secret which passes."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_KEYS = (
    "access_token|refresh_token|client_secret|password|currentPassword|verificationString|requestToken|otpToken|secret|"
    "token|feedToken|videoFileToken"
)
_IN_JSON = re.compile(rf'"(?:{_KEYS})"\s*:\s*"([^"\\]{{6,}})"')
_IN_LISTS = re.compile(r'"(?:videoPasswords|passwords)"\s*:\s*\[([^\]]*)\]')
_IN_PARTS = re.compile(rf'name="(?:videoPasswords|{_KEYS})[^"]*"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]{{6,}})\r\n')
_IN_FORM = re.compile(rf"(?:^|[?&])(?:{_KEYS})=([^&\s]{{6,}})")
_HEADERS = ("x-peertube-otp", "x-peertube-video-password", "cookie")
# The target goes by its own name only.
_OWN = frozenset({"connection", "host"})
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})


@dataclass
class Listening:
    """Where it listens, the secrets that an instance gave out or accepted, and method and path of what passed."""

    port: int
    secrets: set[str] = field(default_factory=set)
    methods: list[tuple[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def base_url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    def hear(self, text: str) -> None:
        """Notes what is secret in a body or a target."""
        self.secrets |= set(_IN_JSON.findall(text)) | set(_IN_FORM.findall(text)) | set(_IN_PARTS.findall(text))
        self.secrets |= {one for many in _IN_LISTS.findall(text) for one in re.findall(r'"([^"\\]{6,})"', many)}


@contextmanager
def listening(
    target: str,
    *,
    cookie: str = "",
    spoilt: tuple[bytes, bytes] = (b"", b""),
    refused: Callable[[int], int] = lambda _number: 0,
    hangs: Callable[[], bool] = lambda: False,
) -> Iterator[Listening]:
    """Hands everything on to the target. What it refuses was made up and is no secret.

    Every answer sets the cookie, if there is one, and has the one text where it had the other. The nth request is
    refused with 429 for so many seconds where `refused` says so; while it `hangs` none is answered.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            heard.methods.append((self.command, self.path))
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            if hangs():
                heard.over.wait()
                return
            if seconds := refused(len(heard.methods)):
                self.send_response_only(429)
                self.send_header("Retry-After", str(seconds))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            headers = [(name, value) for name, value in self.headers.items() if name.lower() not in _OWN]
            # Loading the trusted authorities would take longer than the request, which is not encrypted.
            with httpx.Client(trust_env=False, timeout=30, verify=False) as client:
                answer = client.request(self.command, target + self.path, headers=headers, content=body)
            if answer.status_code < 400:
                heard.hear(body.decode("utf-8", "replace"))
                heard.hear(answer.text)
                heard.hear(self.path)
                bearer = self.headers.get("authorization", "").partition("Bearer ")[2]
                heard.secrets |= {bearer} if len(bearer) > 6 else set()
                heard.secrets |= {self.headers[name] for name in _HEADERS if name in self.headers}
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name not in _HOP:
                    self.send_header(name, value)
            if cookie:
                self.send_header("Set-Cookie", f"session={cookie}; Path=/")
            content = answer.content.replace(*spoilt) if spoilt[0] else answer.content
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        heard = Listening(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            heard.over.set()
            server.shutdown()
            thread.join()
