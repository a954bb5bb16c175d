"""Helpers that change finished responses."""

from __future__ import annotations

from starlette.responses import Response


def without(answer: Response, *names: str) -> Response:
    """The response without these headers, whether it had them or not."""
    for name in names:
        del answer.headers[name]
    return answer


def rewritten(answer: Response, body: str | bytes) -> Response:
    """A response with another body under the same status and headers, with its own length."""
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return Response(body, answer.status_code, headers)


def body_of(answer: Response) -> bytes:
    """The body; empty where the response is streamed."""
    body = getattr(answer, "body", b"")
    return body if isinstance(body, bytes) else b""
