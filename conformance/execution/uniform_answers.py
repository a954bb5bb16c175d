"""Recognises a target that answers every request in the same way, so that nothing can be judged."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from peertube_conformance.reports import Exchange
from peertube_conformance.reports.formatting import counted

_TOO_MANY_REQUESTS = 429
# Enough operations to conclude at once, and after some time. A 429 that is judged was obeyed several times before.
_OPERATIONS, _OPERATIONS_LATER, _OPERATIONS_LIMITED = 8, 2, 1
_LATER_SECONDS, _LIMITED_SECONDS = 30.0, 20.0
# So many tests that are blocked for one reason before anything was answered in another way.
_BLOCKED_TESTS = 5


class UniformAnswers:
    """Watches the exchanges of one worker from its first one on, until one is answered in another way.

    Refusals are alike if their status is; successes only with the same body, and only where most of them violate the
    contract: several empty lists are alike, too. An answer that the sender expected, such as 401 without a token, says
    nothing either way.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._answer: tuple[int | None, str] | None = None
        self._operations: dict[str, bool] = {}
        self._blocked: dict[str, set[str]] = {}
        self._is_varied = False

    def saw(self, exchange: Exchange, *, violates: bool) -> None:
        """Takes in an exchange, and whether its answer violates the contract."""
        if self._is_varied or (exchange.expects is not None and exchange.status == exchange.expects):
            return
        answer = _kind_of(exchange)
        if self._answer is None:
            self._answer = answer
        self._is_varied = answer != self._answer
        name = exchange.operation.id
        self._operations[name] = self._operations.get(name, False) or violates

    def blocked(self, test: str, reason: str) -> None:
        """Takes in a test, an operation or a flow that was blocked for this reason."""
        self._blocked.setdefault(reason, set()).add(test)

    @property
    def reason(self) -> str:
        """One sentence that says why nothing can be judged; empty where that is not so, or not yet."""
        if self._is_varied:
            return ""
        for reason, tests in self._blocked.items():
            if len(tests) >= _BLOCKED_TESTS:
                return f"the first {len(tests)} tests were blocked, so that nothing can be judged: {reason}"
        if self._answer is None:
            return ""
        status, body = self._answer
        if len(self._operations) < self._needed(status):
            return ""
        if body and 2 * sum(self._operations.values()) < len(self._operations):
            return ""
        what = "no response" if status is None else f"{status} with the same body" if body else str(status)
        operations = counted(len(self._operations), "operation")
        return f"the target answered every request to {operations} with {what}, so that nothing can be judged"

    def _needed(self, status: int | None) -> int:
        is_limited = status == _TOO_MANY_REQUESTS
        if self._clock() - self._began < (_LIMITED_SECONDS if is_limited else _LATER_SECONDS):
            return _OPERATIONS
        return _OPERATIONS_LIMITED if is_limited else _OPERATIONS_LATER


def _kind_of(exchange: Exchange) -> tuple[int | None, str]:
    """What an answer has in common with others that are alike: its status, and for a success the hash of its body."""
    response = exchange.response
    if response is None:
        return None, ""
    body = hashlib.sha256(response.body).hexdigest() if response.status < 400 else ""
    return response.status, body
