"""An instance that knows who may sign in."""

from __future__ import annotations

from typing import Any

from tests.fixtures.servers import Received, response

CONFIG = response(200, b'{"serverVersion": "6.2.0"}', Content_Type="application/json")


def instance(token: bytes, client: bytes = b'{"client_id": "a", "client_secret": "b"}', status: int = 200) -> Any:
    """An instance that knows who may sign in."""

    def answer(received: Received) -> bytes:
        if received.target == "/api/v1/config":
            return CONFIG
        if received.target == "/api/v1/oauth-clients/local":
            return response(status, client, Content_Type="application/json")
        return token

    return answer


REFUSED = response(
    400, b'{"status": 400, "detail": "Credentials are invalid"}', Content_Type="application/problem+json"
)
