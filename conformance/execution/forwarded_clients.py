"""Simulates clients with their own rate limits, by addresses in X-Forwarded-For that the target trusts.

A server that trusts its neighbour takes the client's address from X-Forwarded-For. There, a test can exhaust limits
without reducing those of the rest of the run, or of anybody else.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from peertube_conformance.fixtures.messages.precondition_errors import NotTested, Unavailable
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.reports import Exchange

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

LIMIT, REMAINING, RESET, RETRY = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after")
FORWARDED_FOR = "X-Forwarded-For"
# Nobody has these: RFC 2544 reserves them for measurements. Earlier runs must not have used them in this window.
_ADDRESSES = random.SystemRandom()
# The most requests that are sent only to see a limit.
_MOST_REQUESTS = 200
# Of a count or a time in seconds; Python reads no numbers of thousands of digits.
_MOST_DIGITS = 18


class ForwardedClient:
    """One simulated client, which sends requests with its own X-Forwarded-For address."""

    def __init__(self, examine: Examination) -> None:
        number = _ADDRESSES.getrandbits(17)
        self.address = f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
        self._examine = examine

    def send(self, operation_id: str, **parts: Any) -> Exchange:
        """Sends a request as this client; it does not count for the run's own address."""
        headers = {**parts.pop("headers", {}), FORWARDED_FOR: self.address}
        return self._examine.send(operation_id, paced=False, headers=headers, **parts)

    def use_up(self, operation_id: str, **parts: Any) -> Exchange:
        """Sends until a request is refused, and returns the refusal, or the last response where a due one did not come.

        Raises NotTested where the limit is too high for a test.
        """
        answer = self.send(operation_id, **parts)
        limit = number_in(answer, LIMIT)
        if limit is None or limit > _MOST_REQUESTS:
            raise NotTested(f"a limit of {limit} requests is too high for a test to exhaust")
        for _ in range(limit):
            if answer.status == 429:
                break
            answer = self.send(operation_id, **parts)
        return answer


def number_in(exchange: Exchange, header: str) -> int | None:
    """The whole number in a response header; None where there is none."""
    text = "" if exchange.response is None else exchange.response.headers.get(header, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def forwarded(examine: Examination) -> ForwardedClient:
    """Creates a client with its own rate limits.

    Raises Unavailable where the target does not distinguish clients by X-Forwarded-For.
    """
    if examine.session.shared.safety is Safety.OBSERVE:
        raise NotTested("the tier observe does not simulate other clients")

    def is_believed() -> bool:
        for _ in range(2):
            answer = ForwardedClient(examine).send("getConfig")
            limit, remaining = number_in(answer, LIMIT), number_in(answer, REMAINING)
            if limit is None or remaining != limit - 1:
                return False
        return True

    if not examine.world.once(("forwarded", "believed"), is_believed):
        raise Unavailable("the target does not read the client's address from X-Forwarded-For")
    return ForwardedClient(examine)
