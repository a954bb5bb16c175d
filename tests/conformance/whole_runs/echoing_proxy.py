"""A proxy before an instance that repeats what it is sent, in every form that an answer has."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote

import httpx

from peertube_conformance.conformance.execution.worker_session import FOREIGN_TOKEN

_OWN = frozenset({"connection", "host"})
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})
_HELD = ("password", "client_secret", "refresh_token")

SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda secret: secret,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 of more": lambda secret: base64.urlsafe_b64encode(f"x:{secret}".encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "reversed": lambda secret: secret[::-1],
    "upper case": lambda secret: secret.upper(),
    "cut at the end": lambda secret: secret[:-4],
    "cut at the beginning": lambda secret: secret[4:],
    "JSON escapes": lambda secret: "".join(f"\\u{ord(character):04x}" for character in secret),
    "percent-encoded": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "percent-encoded twice": lambda secret: quote("".join(f"%{byte:02X}" for byte in secret.encode())),
    "character references": lambda secret: "".join(f"&#{ord(character)};" for character in secret),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that repeats something; without a status it is the instance's own, with more in its header fields."""

    status: int | None
    reason: str = "Bad Request"
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str = "application/json"
    body: str = "{}"


def _everything(reported: str) -> Answer:
    members = {
        "detail": reported,
        "title": reported,
        "error": reported,
        reported: reported,
        "more": {reported: [reported]},
    }
    headers = (
        ("X-Echo", reported),
        (reported.split(maxsplit=1)[0].replace(":", "-"), "x"),
        ("Location", f"/x?echo={quote(reported)}"),
    )
    return Answer(400, reported, headers, "application/problem+json", json.dumps(members, ensure_ascii=False))


PLACES: Mapping[str, Callable[[str], Answer]] = {
    "body text": lambda reported: Answer(400, media_type="text/plain", body=f"you sent {reported}"),
    "page": lambda reported: Answer(400, media_type="text/html", body=f"<p title='{html.escape(reported)}'>{reported}"),
    "member value": lambda reported: Answer(400, body=json.dumps({"error": reported})),
    "member name": lambda reported: Answer(400, body=json.dumps({reported: {reported: 1}})),
    "header": lambda reported: Answer(None, headers=(("X-Echo", reported), ("Retry-After", reported))),
    "reason": lambda reported: Answer(400, reason=reported),
    "location": lambda reported: Answer(302, "Found", (("Location", f"/x?echo={quote(reported)}"),)),
    "detail": lambda reported: Answer(
        400, media_type="application/problem+json", body=json.dumps({"status": 400, "detail": reported})
    ),
    "success": lambda reported: Answer(
        200, "OK", body=json.dumps({"total": reported, "data": [{reported: reported}], reported: 1})
    ),
    "server error": lambda reported: Answer(500, reported, body=json.dumps({"detail": reported})),
    "no JSON": lambda reported: Answer(200, "OK", body=f'{{"total": "{reported}'),
    "everything": _everything,
}


@dataclass
class Echoing:
    """Where it listens, what it was sent that is secret, and how often it repeated that."""

    port: int
    secrets: set[str] = field(default_factory=set)
    echoed: int = 0

    @property
    def base_url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"


@contextmanager
def echoing(
    target: str, where: str, spellings: tuple[str, ...] = tuple(SPELLINGS), place: str = "everything"
) -> Iterator[Echoing]:
    """Hands everything on to the target, and answers requests whose method and path fit `where` by repeating the token
    and the secrets of the form that they were sent with."""
    fits = re.compile(where)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            given = self._secrets(body)
            heard.secrets.update(set(given) - {FOREIGN_TOKEN})
            echo = None
            if given and fits.search(f"{self.command} {self.path}"):
                heard.echoed += 1
                reported = " ".join(SPELLINGS[name](secret) for secret in given for name in spellings)
                echo = PLACES[place](reported)
            if echo is not None and echo.status is not None:
                self._answer(
                    echo.status, echo.reason, (("Content-Type", echo.media_type), *echo.headers), echo.body.encode()
                )
                return
            headers = [(name, value) for name, value in self.headers.items() if name.lower() not in _OWN]
            # Loading the trusted authorities would take longer than the request, which is not encrypted.
            with httpx.Client(trust_env=False, timeout=30, verify=False) as client:
                answer = client.request(self.command, target + self.path, headers=headers, content=body)
            if answer.headers.get("content-type", "").startswith("application/json") and answer.is_success:
                self._learn(answer)
            kept = [(name, value) for name, value in answer.headers.multi_items() if name not in _HOP]
            self._answer(answer.status_code, "", (*kept, *(echo.headers if echo else ())), answer.content)

        def _secrets(self, body: bytes) -> list[str]:
            bearer = self.headers.get("authorization", "").partition("Bearer ")[2]
            form = dict(parse_qsl(body.decode("utf-8", "replace")))
            return [secret for secret in (bearer, *(form.get(name, "") for name in _HELD)) if len(secret) > 15]

        def _learn(self, answer: httpx.Response) -> None:
            reported = answer.json()
            if isinstance(reported, dict):
                names = ("access_token", "refresh_token", "client_secret")
                heard.secrets.update(str(reported[name]) for name in names if name in reported)

        def _answer(self, status: int, reason: str, headers: tuple[tuple[str, str], ...], content: bytes) -> None:
            lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
            head = "\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""])
            self.wfile.write(head.encode("utf-8") + (b"" if self.command == "HEAD" else content))
            self.wfile.flush()

        def log_message(self, *_args: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        heard = Echoing(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            server.shutdown()
            thread.join()
