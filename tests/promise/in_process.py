"""HTTP transport to an application in this process, without a socket, on its own thread or on its event loop's."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import httpx
from starlette.types import ASGIApp


class InProcess(httpx.BaseTransport):
    """Passes each request to the application and waits for its response.

    An application that waits for anything but the request would hang, so that is an error.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's response."""
        path, _, query = request.url.raw_path.partition(b"?")
        scope = {
            "type": "http",
            "method": request.method,
            "scheme": "http",
            "path": request.url.path,
            "raw_path": path,
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 50000),
        }
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": request.read()}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        answering = self._app(scope, receive, send)
        try:
            answering.send(None)  # type: ignore[attr-defined]
        except StopIteration:
            content = b"".join(message.get("body", b"") for message in sent[1:])
            return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)
        raise RuntimeError(f"{request.method} {request.url.path} is not answered at once")
