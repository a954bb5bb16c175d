"""Receives requests, forwards them to an application in this process and sends responses: the ASGI part of proxies."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.promise.lies import Answer, Asked

_HOP = frozenset({"content-length", "transfer-encoding", "date", "server"})


async def received(number: int, scope: Scope, receive: Receive) -> Asked:
    """The request of an ASGI scope with its whole body; `number` is its place among all requests."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    path = scope["raw_path"].decode("latin-1").partition("?")[0]
    query = scope["query_string"].decode("latin-1")
    return Asked(number, scope["method"], path, query, _headers(scope), body)


async def forwarded(asked: Asked, scope: Scope, app: ASGIApp) -> Answer:
    """The application's response."""
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": asked.body}

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(messages[0]["status"], body, _headers(messages[0]))


async def respond(answer: Answer, send: Send, *, missing_bytes: int = 0) -> None:
    """Sends a response. With `missing_bytes` it declares a body that is longer by so many bytes."""
    headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items() if name not in _HOP
    ]
    has_body = answer.status not in {204, 304}
    body = answer.body if has_body else b""
    if has_body:
        headers.append((b"content-length", str(len(body) + missing_bytes).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _headers(fields: Any) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in fields["headers"]}
