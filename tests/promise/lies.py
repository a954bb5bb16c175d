"""The lies that a server may tell about other people's things: each is one function from a true answer to a false one.

A lie of the group CREATED shows somebody else's thing where the run creates one of its own. A lie of the group READ shows
somebody else's thing under the run's own names where it is read. The rest shows nothing of others under own names.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.promise.scene import Scene, shape_of

_API = "/api/v1"


class Group(StrEnum):
    """Whose things a lie may show, see `scene.Scene.victims`."""

    CREATED = "created"
    READ = "read"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Lie:
    """One lie: after so many answers that it fits, once or from then on; the victim and the variant are numbers that
    the kind makes something of. With `only` it fits no other requests than those: a pattern of method and path."""

    kind: str
    after: int = 0
    lasts: bool = False
    victim: int = 0
    variant: int = 0
    only: str = ""

    def __str__(self) -> str:
        when = f"{'from' if self.lasts else 'once,'} fitting answer {self.after + 1}{' on' if self.lasts else ''}"
        return f"{self.kind} ({when}; victim {self.victim}, variant {self.variant}{f', {self.only}' if self.only else ''})"


@dataclass(slots=True)
class Asked:
    """A request as it came."""

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
        """Whether it only reads."""
        return self.method in {"GET", "HEAD", "OPTIONS"}

    def __str__(self) -> str:
        body = f" {self.body[:200]!r}" if self.body else ""
        return f"{self.number}. {self.method} {self.path}{'?' if self.query else ''}{self.query}{body}"


@dataclass(slots=True)
class Answer:
    """An answer, true or false."""

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
        """The same with another body."""
        return Answer(self.status, json.dumps(value).encode(), {**self.headers, "content-type": "application/json"})


Fits = Callable[[Asked, Answer], bool]
Tell = Callable[[Asked, Answer, Lie, Scene], Answer | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of lie: whose things it may show, which true answers it fits, and what it makes of one. `None` where the
    moment has nothing to lie about. With `instead` the request never reaches the instance where the variant is odd."""

    group: Group
    fits: Fits
    tell: Tell
    instead: bool = False


KINDS: dict[str, Kind] = {}


def _lie(group: Group, fits: Fits, *, instead: bool = False) -> Callable[[Tell], Tell]:
    def known(tell: Tell) -> Tell:
        KINDS[tell.__name__] = Kind(group, fits, tell, instead)
        return tell

    return known


def _read(asked: Asked, answer: Answer) -> bool:
    return asked.method == "GET" and asked.path.startswith(_API) and answer.status < 300 and answer.json is not None


def _one(asked: Asked, answer: Answer) -> bool:
    return _read(asked, answer) and not _list(asked, answer) and not asked.path.startswith(f"{_API}/config")


def _list(asked: Asked, answer: Answer) -> bool:
    found = answer.json
    return _read(asked, answer) and isinstance(found, dict) and isinstance(found.get("data"), list)


def _me(asked: Asked, answer: Answer) -> bool:
    return _read(asked, answer) and asked.path == f"{_API}/users/me"


def _any(asked: Asked, answer: Answer) -> bool:
    return asked.path.startswith(_API)


def _created(asked: Asked, answer: Answer) -> bool:
    return not asked.is_safe and answer.status < 300 and shape_of(asked.method, asked.path) is not None


# What is shown where it is created


@_lie(Group.CREATED, _created, instead=True)
def created_thing_is_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The answer to a creation names somebody else's thing; where the variant is odd, nothing is created at all: a
    server that looks for doubles."""
    shape = shape_of(asked.method, asked.path)
    assert shape is not None
    rows = scene.things(shape.table, Group.CREATED, lie.victim)
    return answer.with_json(shape.answer(rows[lie.variant // 2 % len(rows)])) if rows else None


@_lie(Group.CREATED, lambda asked, answer: "upload_id=" in answer.headers.get("location", ""))
def created_upload_is_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The session of an upload that was begun is somebody else's."""
    rows = scene.things("uploads", Group.CREATED, lie.victim)
    if not rows:
        return None
    location = answer.headers["location"].partition("upload_id=")[0] + f"upload_id={rows[0].upload_id}"
    return Answer(answer.status, answer.body, {**answer.headers, "location": location})


@_lie(Group.CREATED, lambda asked, answer: asked.path == f"{_API}/users/token" and answer.status == 200, instead=True)
def session_is_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Whoever signs in gets a valid session of somebody else."""
    token = scene.session(Group.CREATED, lie.victim)
    if token is None:
        return None
    names = {"access_token": token.access_token, "refresh_token": token.refresh_token}
    lasts = {"token_type": "Bearer", "expires_in": 86_399, "refresh_token_expires_in": 1_209_599}
    return answer.with_json({**names, **lasts})


# What is shown under the run's own names where it is read


@_lie(Group.READ, _read)
def anothers_names_are_own(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Somebody else's names, wherever they are shown, are those of the run's own things."""
    return _replaced(answer, scene.names_as_own(lie.victim))


@_lie(Group.READ, _read)
def own_ids_are_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The run's own things are shown under their names, with the ids of somebody else's."""
    changed = scene.ids_swapped(answer.json, lie.victim)
    return None if changed == answer.json else answer.with_json(changed)


@_lie(Group.READ, _one)
def own_path_shows_another_as_own(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What is read by an id of the run's own shows somebody else's thing, under the run's own names."""
    found = scene.anothers(asked.path, asked.token, Group.READ, lie.victim)
    return None if found is None else _replaced(answer.with_json(found), scene.names_as_own(lie.victim))


@_lie(Group.READ, _one)
def anothers_path_shows_own(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What is read by an id of somebody else's shows a thing of the run's own."""
    found = scene.own_instead(asked.path, asked.token, lie.victim)
    return None if found is None else answer.with_json(found)


@_lie(Group.READ, _me)
def me_is_another_as_own(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Who is signed in is shown with the ids of somebody else and the own name."""
    found = scene.me(Group.READ, lie.victim)
    if found is None or answer.json is None:
        return None
    kept = {name: answer.json[name] for name in ("username", "email", "role")[: 1 + lie.variant % 3]}
    return answer.with_json({**found, **kept})


# What shows nothing of others under own names


@_lie(Group.ANY, _me)
def me_is_another(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Who is signed in is shown as somebody else."""
    found = scene.me(Group.ANY, lie.victim)
    return None if found is None else answer.with_json(found)


@_lie(Group.ANY, _one)
def own_path_shows_another(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What is read by an id of the run's own shows somebody else's thing as it is."""
    found = scene.anothers(asked.path, asked.token, Group.ANY, lie.victim)
    return None if found is None else answer.with_json(found)


@_lie(Group.ANY, _read)
def own_names_are_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The run's own things are shown under somebody else's names."""
    return _replaced(answer, {own: other for other, own in scene.names_as_own(lie.victim).items()})


@_lie(Group.ANY, _read)
def owner_is_another(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Accounts and channels in an answer are somebody else's, as they are."""
    changed = scene.owners_swapped(answer.json, lie.victim)
    return None if changed == answer.json else answer.with_json(changed)


@_lie(Group.ANY, _list)
def search_is_ignored(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """A list shows everything, whatever was searched for."""
    kept = [pair for pair in asked.query.split("&") if pair.partition("=")[0] in {"start", "count", "sort"}]
    found = scene.ask(f"{asked.path}?{'&'.join(kept)}", asked.token)
    return None if not isinstance(found, dict) else answer.with_json(found)


@_lie(Group.ANY, _list)
def others_are_listed(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """A list begins with things of others, whatever was asked for."""
    found, true = scene.ask(f"{asked.path}?count=100", asked.token), answer.json
    others = found["data"] if isinstance(found, dict) else []
    others = others[lie.variant % 7 :] if lie.variant % 2 else others[::-1]
    return answer.with_json({"total": true["total"] + len(others), "data": others + true["data"]})


@_lie(Group.ANY, _list)
def things_are_repeated(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """A list shows everything twice."""
    true = answer.json
    return answer.with_json({**true, "data": true["data"] * 2})


@_lie(Group.ANY, _list)
def total_is_wrong(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """A list has another total."""
    return answer.with_json({**answer.json, "total": (0, 1, 10**9, -1, "7", None)[lie.variant % 6]})


@_lie(Group.ANY, _list)
def list_never_ends(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Whatever page is asked for has something on it: with new ids, or what was on it before."""
    found = answer.json["data"] or (scene.ask(asked.path, asked.token) or {}).get("data") or []
    if not found:
        return None
    start = re.search(r"(?:^|&)start=(\d+)", asked.query)
    first = 1_000_000 + (int(start[1]) if start else 0) + asked.number * 1000
    more = [{**found[number % len(found)], **({"id": first + number} if lie.variant % 2 else {})} for number in range(50)]
    return answer.with_json({"total": 10**9, "data": more})


@_lie(Group.ANY, lambda asked, answer: asked.method == "GET" and _any(asked, answer))
def it_is_gone(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What is read is not there any more."""
    return Answer((404, 410)[lie.variant % 2], b'{"status": 404, "detail": "Not found", "title": "Not Found"}')


@_lie(Group.ANY, lambda asked, answer: answer.status >= 400 and _any(asked, answer))
def refusal_is_success(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What was refused is said to be done."""
    return (Answer(204), Answer(200, b"{}"), Answer(200, b""), Answer(200, answer.body))[lie.variant % 4]


@_lie(Group.ANY, lambda asked, answer: answer.status < 300 and _any(asked, answer), instead=True)
def success_is_refusal(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What was done is said to be refused; where the variant is odd, it is not even done."""
    status = (400, 401, 403, 404, 409, 500, 502)[lie.variant // 2 % 7]
    return Answer(status, b'{"title": "No", "detail": "No.", "status": 400}', {"content-type": "application/problem+json"})


@_lie(Group.ANY, _any, instead=True)
def too_many_requests(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The request is refused as one too many."""
    waits = ({"retry-after": "0"}, {"retry-after": "1"}, {})[lie.variant // 2 % 3]
    return Answer(429, b"{}", dict(waits))


@_lie(Group.ANY, _any, instead=True)
def redirected(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The answer leads to somebody else's thing, or says not where it leads."""
    target = scene.path_of_another(asked.path, lie.victim)
    headers = {"location": target} if lie.variant % 3 else {}
    return Answer((301, 302, 303, 307, 308)[lie.variant // 2 % 5], b"", headers)


@_lie(Group.ANY, lambda asked, answer: answer.json is not None and _any(asked, answer))
def json_is_odd(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The body is cut off, or of another shape."""
    chance = random.Random(lie.variant)
    cut = answer.body[: chance.randrange(max(len(answer.body), 1))]
    odd = [cut, b"", b"null", b"[1]", b'"text"', b"[" * 5000, _odd_values(answer.json, chance)]
    return Answer(answer.status, odd[lie.variant % len(odd)], answer.headers)


def _odd_values(value: Any, chance: random.Random) -> bytes:
    """The same with some members gone or of another type."""

    def spoilt(each: Any) -> Any:
        if isinstance(each, dict):
            return {key: spoilt(one) for key, one in each.items() if chance.random() > 0.1}
        if isinstance(each, list):
            return [spoilt(one) for one in each]
        if chance.random() < 0.1:
            return chance.choice([None, [2], {"id": 1}, True, str(each), 2.5, -1, 0, 1, 2])
        return each

    return json.dumps(spoilt(value)).encode()


def _replaced(answer: Answer, names: Mapping[str, str]) -> Answer | None:
    """The answer with other names, the longest first."""
    text = answer.body.decode()
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", lambda _: names[name], text)  # noqa: B023
    return None if text == answer.body.decode() else Answer(answer.status, text.encode(), answer.headers)
