"""Lies that never show other people's resources under the run's own names."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from tests.promise.lie import (
    Answer,
    Asked,
    Group,
    Lie,
    is_of_api,
    kind_of_lie,
    reads,
    reads_list,
    reads_me,
    reads_one,
    renamed,
)
from tests.promise.scene import Scene

# Lies that show nothing of others under own names


@kind_of_lie(Group.ANY, reads_me, 7)
def me_is_another(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Who is signed in is shown as somebody else."""
    found = scene.me(Group.ANY, lie.victim)
    return None if found is None else answer.with_json(found)


@kind_of_lie(Group.ANY, reads_one, 20)
def own_path_shows_another(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What is read by an id of the run's own shows somebody else's thing as it is."""
    found = scene.anothers(asked.path, asked.token, Group.ANY, lie.victim)
    return None if found is None else answer.with_json(found)


@kind_of_lie(Group.ANY, reads, 40)
def own_names_are_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The run's own things are shown under somebody else's names."""
    return renamed(answer, {own: other for other, own in scene.names_as_own(lie.victim).items()})


@kind_of_lie(Group.ANY, reads, 40)
def owner_is_another(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Accounts and channels in an answer are somebody else's, as they are."""
    changed = scene.owners_swapped(answer.json, lie.victim)
    return None if changed == answer.json else answer.with_json(changed)


@kind_of_lie(Group.ANY, reads_list, 4)
def search_is_ignored(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """A list shows everything, whatever was searched for."""
    kept = [pair for pair in asked.query.split("&") if pair.partition("=")[0] in {"start", "count", "sort"}]
    found = scene.ask(f"{asked.path}?{'&'.join(kept)}", asked.token)
    return None if not isinstance(found, dict) else answer.with_json(found)


@kind_of_lie(Group.ANY, reads_list, 4)
def others_are_listed(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """A list begins with things of others, whatever was asked for."""
    found, true = scene.ask(f"{asked.path}?count=100", asked.token), answer.json
    others = found["data"] if isinstance(found, dict) else []
    others = others[lie.variant % 7 :] if lie.variant % 2 else others[::-1]
    return answer.with_json({"total": true["total"] + len(others), "data": others + true["data"]})


@kind_of_lie(Group.ANY, reads_list, 4)
def things_are_repeated(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """A list shows everything twice."""
    true = answer.json
    return answer.with_json({**true, "data": true["data"] * 2})


@kind_of_lie(Group.ANY, reads_list, 4)
def total_is_wrong(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """A list has another total."""
    return answer.with_json({**answer.json, "total": (0, 1, 10**9, -1, "7", None)[lie.variant % 6]})


@kind_of_lie(Group.ANY, reads_list, 4)
def list_never_ends(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Whatever page is asked for has something on it: with new ids, or what was on it before."""
    found = answer.json["data"] or (scene.ask(asked.path, asked.token) or {}).get("data") or []
    if not found:
        return None
    start = re.search(r"(?:^|&)start=(\d+)", asked.query)
    first = 1_000_000 + (int(start[1]) if start else 0) + asked.number * 1000
    more = [
        {**found[number % len(found)], **({"id": first + number} if lie.variant % 2 else {})} for number in range(50)
    ]
    return answer.with_json({"total": 10**9, "data": more})


@kind_of_lie(Group.ANY, lambda asked, answer: asked.method == "GET" and is_of_api(asked, answer), 40, breaks=True)
def it_is_gone(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What is read is not there any more."""
    return Answer((404, 410)[lie.variant % 2], b'{"status": 404, "detail": "Not found", "title": "Not Found"}')


@kind_of_lie(Group.ANY, lambda asked, answer: answer.status >= 400 and is_of_api(asked, answer), 6)
def refusal_is_success(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What was refused is said to be done."""
    return (Answer(204), Answer(200, b"{}"), Answer(200, b""), Answer(200, answer.body))[lie.variant % 4]


@kind_of_lie(
    Group.ANY, lambda asked, answer: answer.status < 300 and is_of_api(asked, answer), 80, instead=True, breaks=True
)
def success_is_refusal(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What was done is said to be refused; where the variant is odd, it is not even done."""
    status = (400, 401, 403, 404, 409, 500, 502)[lie.variant // 2 % 7]
    return Answer(
        status, b'{"title": "No", "detail": "No.", "status": 400}', {"content-type": "application/problem+json"}
    )


@kind_of_lie(Group.ANY, is_of_api, 80, instead=True, breaks=True)
def too_many_requests(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The request is refused as one too many."""
    waits = ({"retry-after": "0"}, {"retry-after": "1"}, {})[lie.variant // 2 % 3]
    return Answer(429, b"{}", dict(waits))


@kind_of_lie(Group.ANY, is_of_api, 80, instead=True, breaks=True)
def redirected(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The answer leads to somebody else's thing, or says not where it leads."""
    target = scene.path_of_another(asked.path, lie.victim)
    headers = {"location": target} if lie.variant % 3 else {}
    return Answer((301, 302, 303, 307, 308)[lie.variant // 2 % 5], b"", headers)


@kind_of_lie(Group.ANY, lambda asked, answer: answer.json is not None and is_of_api(asked, answer), 80, breaks=True)
def json_is_odd(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The body is cut off, or of another shape."""
    chance = random.Random(lie.variant)
    cut = answer.body[: chance.randrange(max(len(answer.body), 1))]
    odd = [cut, b"", b"null", b"[1]", b'"text"', b"[" * 5000, _odd_values(answer.json, chance)]
    return Answer(answer.status, odd[lie.variant % len(odd)], answer.headers)


def _odd_values(value: Any, chance: random.Random) -> bytes:
    """The value with some members removed or of another type."""

    def spoilt(each: Any) -> Any:
        if isinstance(each, dict):
            return {key: spoilt(one) for key, one in each.items() if chance.random() > 0.1}
        if isinstance(each, list):
            return [spoilt(one) for one in each]
        if chance.random() < 0.1:
            return chance.choice([None, [2], {"id": 1}, True, str(each), 2.5, -1, 0, 1, 2])
        return each

    return json.dumps(spoilt(value)).encode()
