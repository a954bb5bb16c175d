"""A proxy before the filled instance: it passes requests on, lies as a plan says, and records what did harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.promise.filled_instance import FilledInstance
from tests.promise.forwarding import forwarded, received, respond
from tests.promise.lies import KINDS, Answer, Asked, Group, Lie
from tests.promise.scene import Scene
from tests.promise.snapshot import Difference, Snapshot, harm

_LIES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class ToldLie:
    """A lie that was told: the request, and the beginning of the false response."""

    asked: str
    lie: Lie
    answer: str

    def __str__(self) -> str:
        return f"{self.asked}\n    lie: {self.lie}\n    told: {self.answer}"


@dataclass(frozen=True, slots=True)
class Harmful:
    """A request after which something of others had changed, and the lies that were told before it."""

    asked: str
    done: tuple[Difference, ...]
    lies: tuple[ToldLie, ...]

    def __str__(self) -> str:
        lies = "\n  ".join(map(str, self.lies[-_LIES_SHOWN:])) or "no lie was told"
        done = "\n  ".join(map(str, self.done[:12]))
        return f"{self.asked}\n  {done}\n  after these lies, the last of {len(self.lies)}:\n  {lies}"


@dataclass
class LyingProxy:
    """An ASGI application before the filled instance's. `begin` takes the lies of one run.

    `moments` are called once, before the request of that number is passed on, or where the number is negative after it;
    what such a call raises ends the connection.
    """

    filled: FilledInstance
    scene: Scene = field(init=False)
    asked: int = 0
    reported: list[ToldLie] = field(default_factory=list)
    harmful: list[Harmful] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    most: int = 0
    beyond: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.app: ASGIApp = self.filled.app
        self._lies: list[_Waiting] = []
        self._moments: dict[int, Callable[[], None]] = {}
        self._seen: Snapshot = self.filled.before
        self.begin((), 0)

    def begin(self, lies: Sequence[Lie], half: int, moments: Mapping[int, Callable[[], None]] | None = None) -> None:
        """Counts requests from one again, with these lies; earlier records are kept."""
        self.scene = Scene(self.filled, half)
        self.asked = 0
        self._lies = [_Waiting(lie) for lie in lies]
        self._moments = dict(moments or {})
        self._seen = self.filled.snapshot()

    def forget(self) -> None:
        """Clears the records."""
        self.reported, self.harmful, self.log = [], [], []

    def is_different_now(self) -> None:
        """Takes the current state as the one before the next request: the instance was restored meanwhile."""
        self._seen = self.filled.snapshot()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the start of the server."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.asked += 1
        asked = await received(self.asked, scope, receive)
        if self.most and asked.number == self.most:
            self.beyond()
        self._moment(asked.number)
        answer = self._instead(asked)
        if answer is None:
            answer = self._spoken_of(asked, await self._passed_on(asked, scope))
        self._moment(-asked.number)
        self.log.append(f"{asked} -> {answer.status}")
        await respond(answer, send)

    def _moment(self, number: int) -> None:
        if number in self._moments:
            self._moments.pop(number)()

    async def _passed_on(self, asked: Asked, scope: Scope) -> Answer:
        answer = await forwarded(asked, scope, self.app)
        if not asked.is_safe and answer.status < 400:
            self._look(asked)
        return answer

    def _look(self, asked: Asked) -> None:
        """Records what the request did to others."""
        now = self.filled.snapshot()
        if harm(self.filled.before, now):
            # Only what is new: earlier harm is on record.
            known = {str(each) for each in harm(self.filled.before, self._seen)}
            done = tuple(each for each in harm(self.filled.before, now) if str(each) not in known)
            if done:
                self.harmful.append(Harmful(str(asked), done, tuple(self.reported)))
        self._seen = now

    def _instead(self, asked: Asked) -> Answer | None:
        """The response of a lie that keeps the request from the instance."""
        for waiting in self._lies:
            kind = KINDS[waiting.lie.kind]
            if kind.instead and waiting.lie.variant % 2:
                # The true response is not known: a plain success stands for it.
                answer = self._lied(waiting, asked, Answer(200, b"{}"))
                if answer is not None:
                    return answer
        return None

    def _spoken_of(self, asked: Asked, answer: Answer) -> Answer:
        """The response after every lie that fits it."""
        for waiting in self._lies:
            kind = KINDS[waiting.lie.kind]
            if not (kind.instead and waiting.lie.variant % 2):
                answer = self._lied(waiting, asked, answer) or answer
        return answer

    def _lied(self, waiting: _Waiting, asked: Asked, answer: Answer) -> Answer | None:
        lie, kind = waiting.lie, KINDS[waiting.lie.kind]
        is_meant = re.fullmatch(lie.only or ".*", f"{asked.method} {asked.path}") is not None
        if waiting.is_over or not is_meant or not kind.fits(asked, answer):
            return None
        if kind.group is Group.READ and self._is_theirs(asked, answer):
            return None
        waiting.met += 1
        if waiting.met <= lie.after:
            return None
        reported = kind.tell(asked, answer, lie, self.scene)
        if reported is not None:
            waiting.is_over = not lie.lasts
            self.reported.append(
                ToldLie(
                    str(asked), lie, f"{reported.status} {reported.headers.get('location', '')} {reported.body[:300]!r}"
                )
            )
        return reported

    def _is_theirs(self, asked: Asked, answer: Answer) -> bool:
        """Whether the resource truly read belongs to those who may be shown where the run creates something."""
        found = answer.json
        if isinstance(found, dict) and "data" in found:
            return False  # of a list, each lie changes the entries of its own victim only
        return self.scene.is_shown_where_created(asked.path, asked.token, answer.body.decode("utf-8", "replace"))


@dataclass(slots=True)
class _Waiting:
    """A lie with its state: how many fitting responses it met, and whether it is over."""

    lie: Lie
    met: int = 0
    is_over: bool = False
