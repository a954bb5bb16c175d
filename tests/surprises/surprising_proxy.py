"""A proxy before the filled instance that replaces a drawn answer by a surprising one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from starlette.types import Receive, Scope, Send

from peertube_conformance.spec import Contract
from peertube_conformance.spec.path_templates import Routes
from tests.promise.filled_instance import FilledInstance
from tests.promise.forwarding import forwarded, received, respond
from tests.promise.lies import Answer, Asked
from tests.surprises.draws import Draw
from tests.surprises.kinds import KINDS, Ids


class SurprisingProxy:
    """An ASGI application before the filled instance's. `begin` takes the draw of one run."""

    def __init__(self, filled: FilledInstance, contract: Contract) -> None:
        self._filled = filled
        self._routes = Routes((each.method, each.path, each.id) for each in contract.operations)
        self._begin_nothing()

    def _begin_nothing(self) -> None:
        self._draw: Draw | None = None
        self._ids = Ids(1, "")
        self._most, self._beyond = 0, lambda: None
        self.counted: Counter[str] = Counter()
        self.replaced: list[str] = []
        self.log: list[str] = []

    def begin(self, draw: Draw | None = None, most: int = 0, beyond: Callable[[], None] = lambda: None) -> None:
        """Forgets earlier requests. Calls `beyond` once when more than `most` requests have come."""
        self._begin_nothing()
        self._draw, self._most, self._beyond = draw, most, beyond
        video = next(iter(self._filled.state.videos))
        user = self._filled.state.users.by("username", self._filled.people[0])
        assert user is not None
        self._ids = Ids(user.id, video.uuid)

    @property
    def asked(self) -> int:
        """The number of requests that came."""
        return len(self.log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        asked = await received(self.asked + 1, scope, receive)
        operation = self._operation(asked)
        self.counted[operation] += 1
        if self._most and self.asked == self._most:
            self._beyond()
        replacement = self._refusal(asked, operation)
        answer = replacement or await forwarded(asked, scope, self._filled.app)
        replacement = replacement or self._replacement(asked.number, operation, answer)
        self.log.append(f"{asked.method} {asked.path} -> {answer.status}")
        if replacement is None:
            await respond(answer, send)
            return
        assert self._draw is not None
        kind = KINDS[self._draw.kind]
        self.replaced.append(f"{asked} -> {replacement.status} {replacement.body[:60]!r} for {answer.status}")
        if kind.hangs:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await respond(replacement, send, missing_bytes=kind.missing_bytes)

    def _operation(self, asked: Asked) -> str:
        found = self._routes.find(asked.method, asked.path)
        return found[0] if found else ""

    def _refusal(self, asked: Asked, operation: str) -> Answer | None:
        """The replacement in place of a change, where it says that nothing was changed."""
        if asked.is_safe or self._draw is None or not KINDS[self._draw.kind].refuses:
            return None
        return self._replacement(asked.number, operation, Answer(200))

    def _replacement(self, number: int, operation: str, answer: Answer) -> Answer | None:
        draw = self._draw
        if draw is None or draw.operation not in {"", operation}:
            return None
        if self.replaced and not draw.lasts:
            return None
        # Where the kind does not fit the answer of that position, the next that it fits is replaced.
        count = self.counted[operation] if draw.operation else number
        return KINDS[draw.kind].made(answer, self._ids) if count >= draw.position else None
