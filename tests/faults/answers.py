"""Ready answers, changed on their way out."""

from __future__ import annotations

from starlette.responses import Response


def without(answer: Response, *names: str) -> Response:
    """The answer without these headers, whether it had them or not."""
    for name in names:
        del answer.headers[name]
    return answer


def rewritten(answer: Response, body: str | bytes) -> Response:
    """Another body under the same status and headers, with its own length."""
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return Response(body, answer.status_code, headers)


def body_of(answer: Response) -> bytes:
    """The body; of an answer that is sent piece by piece, nothing."""
    body = getattr(answer, "body", b"")
    return body if isinstance(body, bytes) else b""
