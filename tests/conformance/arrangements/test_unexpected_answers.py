"""Whatever a preparing request is answered, a factory or an arrangement fails in one sentence."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, cast
from unittest.mock import MagicMock

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peertube_conformance.conformance.arrangements.registry import answers_of, success_of
from peertube_conformance.fixtures.messages.precondition_errors import NotArranged, Unavailable, UnexpectedAnswer
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources import preparing_requests
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.resources.ids_by_kind import _FACTORIES, existing
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.reports import Exchange, Request, Response
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import load_contract
from tests.fixtures.sample_requests import account
from tests.fixtures.surprising_answers import surprises

_CONTRACT = load_contract()
_ADDRESS = "http://localhost/files/archive-1.zip?jwt=a.b.c"
_FILE = {"id": 5, "size": 100, "torrentUrl": _ADDRESS, "fileUrl": _ADDRESS, "fileDownloadUrl": _ADDRESS}
# Whatever is asked, what is read of the answer is somewhere in here.
_RIGHT: dict[str, Any] = {
    "id": 7,
    "access_token": "a" * 40,
    "refresh_token": "b" * 40,
    "client_id": "c" * 32,
    "client_secret": "d" * 32,
    "feedToken": "e" * 32,
    "email": "ann@example.org",
    "role": {"id": 2},
    "account": {"id": 8},
    "twoFactorEnabled": False,
    "signup": {"requiresEmailVerification": True},
    "videoChannels": [{"id": 9, "name": f"channel_{number}"} for number in range(5)],
    "specialPlaylists": [{"id": 10}],
    "user": {"id": 7},
    "video": {"id": 11, "uuid": "11111111-2222-4333-8444-555555555555", "shortUUID": "kkGMgK9ZtnKfYAgnEtQxbv"},
    "videoChannel": {"id": 12},
    "videoPlaylist": {"id": 13, "uuid": "11111111-2222-4333-8444-666666666666"},
    "comment": {"id": 14},
    "export": {"id": 15},
    "otpRequest": {"requestToken": "f" * 64, "secret": "ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP"},
    "state": {"id": 1},
    "files": [_FILE],
    "streamingPlaylists": [{"playlistUrl": _ADDRESS, "files": [_FILE]}],
    "data": [{"id": 15, "state": {"id": 3, "label": "Completed"}, "privateDownloadUrl": _ADDRESS}],
}
_BODY = {
    "username": "ann", "email": "ann@example.org", "password": "secret", "grant_type": "password", "role": 2,
    "ids": [1], "currentTime": 0, "verificationString": "x", "currentPassword": "secret", "channel": {"name": "x"},
    "isPendingEmail": False, "uri": "a@b", "name": "x", "channelName": "x", "filename": "a.zip", "withVideoFiles": True,
    "tasks": [],
}  # fmt: skip
_CAPABILITIES = frozenset({"registration", "registration-approval", "email", "user-export", "user-import"})


class Target:
    """Answers everything rightly, but the request of one number with an odd answer."""

    base_url = "http://localhost"

    def __init__(self, number: int = 0, odd: Callable[[Response], Response] = lambda right: right) -> None:
        self.count = 0
        self._number, self._odd = number, odd
        self._username = ""

    def send(self, draft: Draft, *_: object, **__: object) -> Exchange:
        """The exchange."""
        self.count += 1
        if draft.operation.id == "getOAuthToken" and isinstance(draft.body, dict):
            self._username = draft.body["username"]
        answer = {**_RIGHT, "username": self._username}
        if draft.operation.id == "getLatestUserImport":
            answer["state"] = {"id": 3}
        answer |= {str(uri): True for uri in draft.query.get("uris", ())}
        headers = {"location": f"{_ADDRESS}&upload_id=abc", "etag": '"1"', "content-type": "application/json"}
        right = Response(200, httpx.Headers(headers), json.dumps(answer).encode())
        response = self._odd(right) if self.count == self._number else right
        return Exchange(draft.operation, Request(draft.operation.method, ""), response)


def world_of(target: Target) -> World:
    client = MagicMock()
    client.send, client.base_url = target.send, target.base_url
    client.guard.safety = Safety.SANDBOX
    client.ledger.owns.return_value = False
    accounts = {label: account(label) for label in ("user", "other user", "moderator", "admin", "root")}
    more: dict[str, Any] = {"prefix": "ptc0a1b2c", "mail_domain": "harness.example.com", "redactor": Redactor()}
    return World(cast("Any", client), _CONTRACT, accounts, capabilities=_CAPABILITIES, **more)


Make = Callable[[World], object]


def _existing(resource: str) -> Make:
    return lambda world: existing(world, resource, None, fresh=True)


def _arranged(operation_id: str, arrange: Callable[[World, Draft], None]) -> Make:
    def make(world: World) -> None:
        operation = _CONTRACT.operation(operation_id)
        path = {parameter.name: "1" for parameter in operation.parameters if parameter.location == "path"}
        arrange(
            world, Draft(operation, path=path, body=dict(_BODY), actor=world.account(), media_type="application/json")
        )

    return make


def _makers() -> Iterator[tuple[str, Make]]:
    for resource in _FACTORIES:
        yield f"factory of {resource}", _existing(resource)
    for operation in _CONTRACT.operations:
        if arrange := success_of(operation.id):
            yield operation.id, _arranged(operation.id, arrange)
        for status, arrange in answers_of(operation.id):
            yield f"{operation.id} {status}", _arranged(operation.id, arrange)


MAKERS = dict(_makers())


COUNTS: dict[str, int] = {}


def _count(name: str) -> int:
    """How many requests it sends where all answers are right."""
    if name not in COUNTS:
        right = Target()
        try:
            MAKERS[name](world_of(right))
        except Unavailable:
            assert "verify" in name.lower() or "resend" in name.lower() or right.count == 0, "only mail is missing"
        COUNTS[name] = right.count
    return COUNTS[name]


@pytest.fixture(autouse=True, scope="module")
def _no_waiting() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparing_requests, "_WAIT_SECONDS", 0.0)
        patch.setattr(time, "sleep", lambda _seconds: None)
        yield


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_surprising_answer_blocks_in_one_sentence_with_its_exchange(name: str, data: st.DataObject) -> None:
    if not _count(name):
        return
    target = Target(data.draw(st.integers(1, _count(name)), "request"), data.draw(surprises(), "surprise"))
    error = _failure(MAKERS[name], target)
    if isinstance(error, NotArranged):
        assert str(error).isprintable()
        assert error.exchange is not None, error
        assert error.exchange.operation.id in str(error)
        assert not isinstance(error, UnexpectedAnswer) or " instead of " in str(error)


def test_all_makers_send_something_but_few() -> None:
    assert sum(_count(name) > 0 for name in MAKERS) > 100


def _failure(make: Make, target: Target) -> Exception | None:
    """What it fails by; None where it does not."""
    try:
        make(world_of(target))
    except (NotArranged, Unavailable) as error:
        return error
    return None
