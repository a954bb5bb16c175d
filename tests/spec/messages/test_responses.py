"""Which responses keep the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.spec import Operation, body_violations, header_violations

OperationOf = Callable[..., Operation]

RESPONSES = """
responses:
  "200":
    description: A thing.
    headers:
      X-Left: {required: true, schema: {type: integer, minimum: 0}}
      X-Names: {schema: {type: array, items: {type: string, pattern: "^[a-z]+$"}}}
    content:
      application/json: {schema: {$ref: '#/components/schemas/Thing'}}
      application/problem+json: {schema: {type: object, required: [status]}}
      text/xml: {schema: {type: string, pattern: ^<}}
      text/csv: {schema: {type: string, format: binary, pattern: ^a}}
  "204": {description: Nothing.}
  "206":
    description: Part of a thing.
    content:
      application/json: {schema: {$ref: '#/components/schemas/Thing'}}
  4XX: {description: Refused., content: {text/*: {schema: {type: string}}}}
  default: {description: Anything else., content: {'*/*': {}}}
"""
THING = """
schemas:
  Thing:
    type: object
    required: [id, next, key]
    properties:
      id: {type: integer, minimum: 1}
      key: {type: string, writeOnly: true}
      next: {anyOf: [{$ref: '#/components/schemas/Thing'}, {type: "null"}]}
"""


@pytest.fixture
def operation(operation_of: OperationOf) -> Operation:
    return operation_of(RESPONSES, components=THING)


@pytest.mark.parametrize(
    ("status", "media_type", "data", "found"),
    [
        (200, "application/json; charset=utf-8", {"id": 1, "next": None}, []),
        (200, "application/json", b'{"id": 1, "next": {"id": 2, "next": null}}', []),
        (200, "application/json", {"id": 0, "next": None}, [("/id", "minimum")]),
        (200, "application/json", {"id": 1}, [("/next", "required")]),
        (200, "application/json", {"id": 1, "next": {"id": "2"}}, [("/next", "anyOf")]),
        (200, "application/json", "\ud800", [("", "type")]),
        (200, "application/json", b"{bad", [("", "malformed")]),
        (200, "application/problem+json", b"{}", [("/status", "required")]),
        (200, "text/html", b"<p>", [("", "mediaType")]),
        (200, None, b"", [("", "mediaType")]),
        (204, None, b"", []),
        (204, "application/json", None, []),
        (204, "application/json", b"{}", [("", "content")]),
        (206, "application/json", b'{"id": 1, "ne', []),
        (200, "text/xml; charset=utf-8", "<é/>".encode(), []),
        (200, "text/xml", b"xml", [("", "pattern")]),
        (200, "text/csv", b"b", []),
        (404, "text/html", b"\xff", []),
        (404, "application/json", {}, [("", "mediaType")]),
        (500, "image/png", b"\x00", []),
    ],
)
def test_bodies(
    operation: Operation, status: int, media_type: str | None, data: Any, found: list[tuple[str, str]]
) -> None:
    reported = body_violations(operation, status, media_type, data)
    assert [(violation.defect.pointer, violation.defect.keyword) for violation in reported] == found
    assert all(violation.defect.location == "body" for violation in reported)


def test_an_undocumented_status(operation_of: OperationOf) -> None:
    (found,) = body_violations(operation_of("{}"), 418, None, None)
    assert (found.defect.keyword, found.value) == ("status", 418)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"x-left": "3", "X-Names": "a, b"}, []),
        ({"X-Left": "-1"}, [("/x-left", "minimum")]),
        ({"X-Left": "many"}, [("/x-left", "type")]),
        ({}, [("/x-left", "required")]),
        ({"X-Left": "1", "X-Names": "A"}, [("/x-names/0", "pattern")]),
    ],
)
def test_headers(operation: Operation, headers: dict[str, str], found: list[tuple[str, str]]) -> None:
    reported = header_violations(operation, 200, headers)
    assert [(violation.defect.pointer, violation.defect.keyword) for violation in reported] == found


def test_headers_of_an_undocumented_status(operation_of: OperationOf) -> None:
    assert header_violations(operation_of("{}"), 418, {}) == []


@pytest.mark.parametrize(("status", "key"), [(200, "200"), (404, "4XX"), (503, "default")])
def test_the_most_exact_response_counts(operation: Operation, status: int, key: str) -> None:
    found = operation.response_for(status)
    assert found is not None
    assert found.status == key


def test_no_response_is_documented(operation_of: OperationOf) -> None:
    assert operation_of("{}").response_for(404) is None
    assert operation_of("{}").success_statuses == (200,)
