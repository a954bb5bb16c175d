"""Exchanges made by hand: a small contract, right answers to it, and what a proof of a check consists of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from peertube_conformance.reports import Exchange, Intent, Request, Response
from peertube_conformance.reports.model.exchange import PROBLEM_JSON
from peertube_conformance.spec import Contract, Defect, contract_of
from peertube_conformance.spec.document.yaml_files import parse

HOST = "http://localhost:9000"
ORIGIN = "https://elsewhere.example.com"
SENT_AT = 1_700_000_000.0
_DATE = "Tue, 14 Nov 2023 22:13:20 GMT"  # the same moment

_CONTRACT = """
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /api/v1/things/{id}:
    get:
      operationId: getThing
      security: [{}, {OAuth2: []}]
      x-rate-limit: [api]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, minimum: 1}}
        - {name: count, in: query, schema: {type: integer, maximum: 100}}
        - {name: X-Size, in: header, schema: {type: integer, minimum: 1}}
      responses:
        "200":
          description: The thing.
          headers:
            X-Size: {required: true, schema: {type: integer, minimum: 0}}
            X-Colour: {schema: {type: string, enum: [red, green]}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        "304": {description: It did not change.}
        "400": {$ref: '#/components/responses/Problem'}
        "401": {$ref: '#/components/responses/Problem'}
        "403": {$ref: '#/components/responses/Problem'}
        "404": {$ref: '#/components/responses/Problem'}
        "409":
          description: It is busy.
          x-refuses-valid: Another client uses it.
          content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}
        "429": {$ref: '#/components/responses/Problem'}
        "503": {$ref: '#/components/responses/Problem'}
  /api/v1/things:
    post:
      operationId: addThing
      security: [{OAuth2: []}]
      x-role: moderator
      x-rate-limit: [api]
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        "204": {description: Done., headers: {X-Colour: {schema: {type: string}}}}
        "400": {$ref: '#/components/responses/Problem'}
        "401": {$ref: '#/components/responses/Problem'}
        "403": {$ref: '#/components/responses/Problem'}
        "422": {$ref: '#/components/responses/Problem'}
  /things.txt:
    get:
      operationId: listThings
      x-rate-limit: []
      responses:
        "200": {description: Names., content: {text/plain: {schema: {type: string}}}}
components:
  schemas:
    Thing:
      type: object
      required: [id, tags]
      properties:
        id: {type: integer, minimum: 1}
        tags: {type: array, items: {type: object, required: [name], properties: {name: {type: string}}}}
    Problem: {type: object}
  responses:
    Problem:
      description: It is refused.
      content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}
"""

CONTRACT: Contract = contract_of(parse(_CONTRACT), "the tests of the checks")
THING: Mapping[str, Any] = {"id": 7, "tags": [{"name": "red"}, {"name": "wide"}]}
_RIGHT_HEADERS: Mapping[str, str] = {
    "access-control-allow-origin": "*",
    "date": _DATE,
    "x-ratelimit-limit": "50",
    "x-ratelimit-remaining": "49",
    "x-ratelimit-reset": "1700000010",
}
_LEFT_OUT = object()
_JSON = (("Content-Type", "application/json"),)


def problem(status: int, operation: str = "getThing", /, **members: Any) -> dict[str, Any]:
    """Problem details as the reference shows them; a member given as None is left out."""
    details: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "It cannot be done.",
        "docs": f"https://docs.example.com/api.html#operation/{operation}",
        "error": "It cannot be done.",
        **{name.replace("_", "-"): value for name, value in members.items()},
    }
    return {name: value for name, value in details.items() if value is not None}


def exchange(
    status: int = 200,
    body: Any = _LEFT_OUT,
    *,
    operation: str = "getThing",
    method: str = "",
    sent: tuple[tuple[str, str], ...] = (),
    headers: Mapping[str, str | None] | None = None,
    sent_body: bytes = b"",
    **known: Any,
) -> Exchange:
    """A right answer with this status, but for what is given. `body` is JSON or bytes; a header given as None
    is left out. `known` are members of the exchange."""
    called = CONTRACT.operation(operation)
    content = _right_body(status, operation) if body is _LEFT_OUT else body
    fields: dict[str, str | None] = {**_RIGHT_HEADERS}
    if status == 401:
        fields["www-authenticate"] = 'Bearer realm="things"'
    if status == 429:
        fields |= {"retry-after": "10", "x-ratelimit-remaining": "0"}
    if content != b"":
        fields["content-type"] = PROBLEM_JSON if status >= 400 else f"{_media_type(operation)}; charset=utf-8"
    if status == 200 and operation == "getThing":
        fields["x-size"] = "3"
    fields |= headers or {}
    return Exchange(
        operation=called,
        request=Request(method or called.method, f"{HOST}{called.path}", sent, sent_body, called.path),
        response=Response(
            status,
            httpx.Headers([(name, value) for name, value in fields.items() if value is not None]),
            content if isinstance(content, bytes) else json.dumps(content).encode(),
        ),
        sent_at=SENT_AT,
        **{"intent": Intent.VALID, **known},
    )


def unreadable(body: bytes = b"{", **known: Any) -> Exchange:
    """The answer to a body that is no JSON object, refused before any route is asked."""
    known = {"intent": Intent.INVALID, "purpose": Defect("body", "", "malformed"), **known}
    return exchange(400, operation="addThing", sent=_JSON, sent_body=body, **known)


def unanswered(failure: str = "ReadError: it broke off") -> Exchange:
    """A request that nothing came back to."""
    called = CONTRACT.operation("getThing")
    return Exchange(called, Request("GET", HOST), None, Intent.VALID, failure=failure)


def _right_body(status: int, operation: str) -> Any:
    if status >= 400:
        return problem(status, operation)
    if status in {204, 304}:
        return b""
    return THING if operation == "getThing" else b"red\nwide\n"


def _media_type(operation: str) -> str:
    return "text/plain" if operation == "listThings" else "application/json"


@dataclass(frozen=True)
class Wrong:
    """An answer with one defect, where it is, and which other checks cannot but see the same defect."""

    exchange: Exchange
    at: str
    also: frozenset[str] = frozenset()


def wrong(found: Exchange, at: str, *also: str) -> Wrong:
    """A `Wrong` in short."""
    return Wrong(found, at, frozenset(also))


@dataclass(frozen=True)
class Proof:
    """What proves a check: right answers, wrong ones, and exchanges that say nothing of it."""

    right: tuple[Exchange, ...]
    wrong: tuple[Wrong, ...]
    silent: tuple[Exchange, ...] = ()


Proofs = Mapping[str, Proof]
