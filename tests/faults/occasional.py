"""Faults that happen always, or only the first few times: a changed answer of one status to the requests of one path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.application import Application
from tests.faults.answers import body_of, rewritten, without

PREFIX = "occasional:"
ALWAYS = 1_000_000


def _emptied(answer: Response) -> Response:
    return rewritten(answer, b"{}")


def _counted_wrongly(answer: Response) -> Response:
    body = json.loads(body_of(answer))
    return rewritten(answer, json.dumps({**body, "total": body["total"] + 1}))


def _without_limit(answer: Response) -> Response:
    return without(answer, "x-ratelimit-limit")


_CHANGES: Mapping[str, Callable[[Response], Response]] = {
    "emptied": _emptied,
    "total": _counted_wrongly,
    "without limit": _without_limit,
}


@dataclass(frozen=True)
class Occasional:
    """The answers that are changed: to requests of a method and a path (a regular expression), with this status; the
    first `times` of them."""

    method: str
    path: str
    status: int
    change: str
    times: int = ALWAYS


def name_of(*faults: Occasional) -> str:
    """The name by which `serve.py` knows these faults together."""
    return PREFIX + json.dumps([astuple(fault) for fault in faults])


def seed_occasional(name: str) -> None:
    """Lets the faults of this name change responses before they are sent, in this process."""
    answer = Application._answer
    faults = [Occasional(*members) for members in json.loads(name.removeprefix(PREFIX))]
    left = {fault: fault.times for fault in faults}

    async def spoiled(self: Application, scope: Any, receive: Any) -> Any:
        response = await answer(self, scope, receive)
        request = Request(scope)
        for fault in faults:
            is_meant = (request.method, response.status_code) == (fault.method, fault.status)
            if is_meant and left[fault] and re.fullmatch(fault.path, request.url.path):
                left[fault] -= 1
                response = _CHANGES[fault.change](response)
        return response

    Application._answer = spoiled  # type: ignore[method-assign]
