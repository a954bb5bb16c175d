"""Defines lies: functions from a true response to a false one, and the requests and responses that they fit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.promise.scene import Scene, shape_of

API = "/api/v1"


class Group(StrEnum):
    """Whose resources a lie may show, see `scene.Scene.victims`."""

    CREATED = "created"
    READ = "read"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Lie:
    """One lie: told after so many fitting responses, once or from then on.

    The kind interprets the numbers of victim and variant. With `only` it fits no other requests than those: a pattern
    of method and path.
    """

    kind: str
    after: int = 0
    lasts: bool = False
    victim: int = 0
    variant: int = 0
    only: str = ""

    def __str__(self) -> str:
        when = f"{'from' if self.lasts else 'once,'} fitting answer {self.after + 1}{' on' if self.lasts else ''}"
        only = f", {self.only}" if self.only else ""
        return f"{self.kind} ({when}; victim {self.victim}, variant {self.variant}{only})"


@dataclass(slots=True)
class Asked:
    """A request as the proxy received it."""

    number: int
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def token(self) -> str:
        """The bearer token, empty without one."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def is_safe(self) -> bool:
        """Whether its method only reads."""
        return self.method in {"GET", "HEAD", "OPTIONS"}

    def __str__(self) -> str:
        body = f" {self.body[:200]!r}" if self.body else ""
        return f"{self.number}. {self.method} {self.path}{'?' if self.query else ''}{self.query}{body}"


@dataclass(slots=True)
class Answer:
    """A response, true or false."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body as JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_json(self, value: Any) -> Answer:
        """A copy with another JSON body."""
        return Answer(self.status, json.dumps(value).encode(), {**self.headers, "content-type": "application/json"})


Fits = Callable[[Asked, Answer], bool]
Tell = Callable[[Asked, Answer, Lie, Scene], Answer | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of lie: whose resources it may show, which true responses it fits, and what it makes of one.

    `tell` returns None where there is nothing to lie about. With `instead` the request never reaches the instance where
    the variant is odd. A plan has at most `within` fitting responses before it. What `breaks` ends most runs at once,
    and is drawn less often.
    """

    group: Group
    fits: Fits
    tell: Tell
    within: int
    instead: bool = False
    breaks: bool = False


KINDS: dict[str, Kind] = {}


def kind_of_lie(
    group: Group, fits: Fits, within: int, *, instead: bool = False, breaks: bool = False
) -> Callable[[Tell], Tell]:
    """Registers a kind of lie under the name of its function; see `Kind`."""

    def known(tell: Tell) -> Tell:
        KINDS[tell.__name__] = Kind(group, fits, tell, within, instead, breaks)
        return tell

    return known


def reads(asked: Asked, answer: Answer) -> bool:
    """Whether something of the API was read, as JSON."""
    return asked.method == "GET" and asked.path.startswith(API) and answer.status < 300 and answer.json is not None


def reads_one(asked: Asked, answer: Answer) -> bool:
    """Whether a single resource was read."""
    return reads(asked, answer) and not reads_list(asked, answer) and not asked.path.startswith(f"{API}/config")


def reads_list(asked: Asked, answer: Answer) -> bool:
    """Whether a page of a list was read."""
    found = answer.json
    return reads(asked, answer) and isinstance(found, dict) and isinstance(found.get("data"), list)


def reads_me(asked: Asked, answer: Answer) -> bool:
    """Whether the signed-in user was read."""
    return reads(asked, answer) and asked.path == f"{API}/users/me"


def is_of_api(asked: Asked, answer: Answer) -> bool:
    """Whether the request was to an operation of the API."""
    return asked.path.startswith(API)


def creates(asked: Asked, answer: Answer) -> bool:
    """Whether the request created something."""
    return not asked.is_safe and answer.status < 300 and shape_of(asked.method, asked.path) is not None


def renamed(answer: Answer, names: Mapping[str, str]) -> Answer | None:
    """The response with other names, the longest replaced first."""
    text = answer.body.decode()
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", lambda _: names[name], text)  # noqa: B023
    return None if text == answer.body.decode() else Answer(answer.status, text.encode(), answer.headers)
