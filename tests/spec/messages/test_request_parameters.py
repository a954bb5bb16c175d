"""Which parameters of a request are valid, each rule proven both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peertube_conformance.spec import Defect, Operation, Violation, WireRequest, decode, violations

OperationOf = Callable[..., Operation]

PARAMETERS = """
parameters:
  - name: id
    in: path
    required: true
    schema:
      anyOf:
        - {type: integer, minimum: 1, maximum: 2147483647}
        - {type: string, format: uuid}
        - {type: string, format: short-uuid}
  - {name: start, in: query, schema: {type: integer, minimum: 0, default: 0}}
  - {name: must, in: query, required: true, schema: {type: string}}
  - {name: live, in: query, schema: {type: boolean}}
  - {name: tags, in: query, schema: {type: array, maxItems: 2, items: {type: string, minLength: 1}}}
  - {name: numbers, in: query, explode: false, schema: {type: array, items: {type: integer}}}
  - {name: nsfw, in: query, schema: {type: string, enum: ["true", "false", both]}}
  - {name: ratio, in: query, schema: {type: number, exclusiveMaximum: 2}}
  - {name: since, in: query, schema: {type: string, format: date-time}}
  - {name: level, in: query, schema: {type: [integer, "null"], maximum: 9}}
  - {name: mail, in: query, schema: {type: [string, "null"], format: email}}
  - {name: flag, in: query, allowEmptyValue: true, required: false, schema: {type: boolean}}
  - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {year: {type: integer}}}}
  - {name: X-Size, in: header, schema: {type: integer, minimum: 1}}
  - {name: X-List, in: header, schema: {type: array, items: {type: integer}}}
  - {name: Accept, in: header, required: true, schema: {type: integer}}
  - {name: theme, in: cookie, schema: {type: string, enum: [dark, light]}}
"""


@pytest.fixture
def operation(operation_of: OperationOf) -> Operation:
    return operation_of(PARAMETERS, path="/things/{id}")


def broken(operation: Operation, query: str = "", path: str = "5", **headers: str) -> list[tuple[str, str, str]]:
    request = WireRequest("GET", f"http://host/things/{path}?must=1&{query}", headers)
    return [
        (found.defect.location, found.defect.pointer, found.defect.keyword) for found in violations(operation, request)
    ]


@pytest.mark.parametrize(
    "query",
    [
        "start=0",
        "start=%2B5",
        "start=007",
        "live=true",
        "live=0",
        "tags=a",
        "tags=a&tags=b",
        "tags[]=a",
        "numbers=1,2",
        "nsfw=true",
        "ratio=1.5",
        "ratio=-.5",
        "ratio=1",
        "since=2026-11-23T08:43:10.566Z",
        "level=null",
        "level=9",
        "mail=null",
        "mail=a%40example.org",
        "flag=",
        "filter[year]=2026",
        "unknown=1&unknown[x]=2",
        "",
    ],
)
def test_valid_queries(operation: Operation, query: str) -> None:
    assert broken(operation, query) == []


@pytest.mark.parametrize(
    ("query", "pointer", "keyword"),
    [
        ("start=-1", "/start", "minimum"),
        ("start=", "/start", "type"),
        ("start=1.5", "/start", "type"),
        ("start=1e3", "/start", "type"),
        ("start=%201", "/start", "type"),
        ("start=" + "9" * 5000, "/start", "type"),
        ("start=1&start=2", "/start", "type"),
        ("start[a]=1", "/start", "type"),
        ("live=yes", "/live", "type"),
        ("live=", "/live", "type"),
        ("tags=", "/tags/0", "minLength"),
        ("tags=a&tags=b&tags=c", "/tags", "maxItems"),
        ("tags[a]=b", "/tags", "type"),
        ("numbers=1,x", "/numbers/1", "type"),
        ("nsfw=1", "/nsfw", "enum"),
        ("nsfw=true&nsfw=true", "/nsfw", "enum"),
        ("ratio=2", "/ratio", "exclusiveMaximum"),
        ("ratio=x", "/ratio", "type"),
        ("since=2026-11-23", "/since", "format"),
        ("level=10", "/level", "maximum"),
        ("level=x", "/level", "type"),
        ("mail=x", "/mail", "format"),
        ("filter[year]=x", "/filter/year", "type"),
    ],
)
def test_invalid_queries(operation: Operation, query: str, pointer: str, keyword: str) -> None:
    found = broken(operation, query)
    assert ("query", pointer, keyword) in found
    assert {place for _, place, _ in found} == {pointer}


@pytest.mark.parametrize(
    "path", ["1", "2147483647", "47bb4d2d-797f-47fb-a3bc-a42e1739290d", "9RKpjvgXsQqv3uFgX6QfzK", "5/"]
)
def test_valid_paths(operation: Operation, path: str) -> None:
    assert broken(operation, path=path) == []


@pytest.mark.parametrize("path", ["0", "-1", "2147483648", "nope", "9RKpjvgXsQqv3uFgX6Qfz0", "a%2Fb", "%20"])
def test_invalid_paths(operation: Operation, path: str) -> None:
    assert broken(operation, path=path) == [("path", "/id", "anyOf")]


def test_a_path_that_is_no_utf_8(operation_of: OperationOf) -> None:
    operation = operation_of(
        "parameters: [{name: name, in: path, required: true, schema: {type: string}}]", path="/things/{name}"
    )
    (found,) = violations(operation, WireRequest("GET", "/things/%ED%A0%80"))
    assert found.defect == Defect("path", "/name", "encoding")
    assert violations(operation, WireRequest("GET", "/things/%C3%A9")) == []


def test_a_path_of_another_operation(operation: Operation) -> None:
    request = WireRequest("GET", "/things/?must=1")
    assert ("path", "template") in [
        (found.defect.location, found.defect.keyword) for found in violations(operation, request)
    ]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"X-Size": "12"}, []),
        ({"x-size": " 12 "}, []),
        ({"X-Size": "0"}, [("header", "/x-size", "minimum")]),
        ({"X-Size": "many"}, [("header", "/x-size", "type")]),
        ({"X-List": "1, 2"}, []),
        ({"X-List": "1, b"}, [("header", "/x-list/1", "type")]),
        ({"Cookie": "theme=dark; other=1"}, []),
        ({"Cookie": "theme=blue"}, [("cookie", "/theme", "enum")]),
        ({"Accept": "*/*"}, []),
    ],
)
def test_headers_and_cookies(operation: Operation, headers: dict[str, str], found: list[Any]) -> None:
    assert broken(operation, **headers) == found


def test_a_missing_parameter(operation: Operation) -> None:
    (found,) = violations(operation, WireRequest("GET", "/things/5"))
    assert found == Violation(Defect("query", "/must", "required"), '"must" is a required property', None)
    assert found.defect.field == "must"


def test_the_value_is_told_as_it_was_understood(operation: Operation) -> None:
    (found,) = violations(operation, WireRequest("GET", "/things/5?must=1&start=-1"))
    assert found.value == -1
    assert "minimum" in found.message


def test_decodes_to_the_contracts_types(operation: Operation) -> None:
    request = WireRequest(
        "GET",
        "/things/5?must=1&live=1&tags=a&level=null&numbers=3&nsfw=true&filter[year]=7&unknown=1",
        [("X-Size", "12"), ("X-List", "1"), ("X-List", "2"), ("Cookie", "theme=dark"), ("X-Other", "é")],
    )
    found = decode(operation, request)
    assert found.path == {"id": 5}
    assert found.query == {
        "start": 0,
        "must": "1",
        "live": True,
        "tags": ["a"],
        "level": None,
        "numbers": [3],
        "nsfw": "true",
        "filter": {"year": 7},
    }
    assert found.headers == {"x-size": 12, "x-list": [1, 2], "cookie": "theme=dark", "x-other": "é"}
    assert found.cookies == {"theme": "dark"}
    assert found.body is None
    assert found.media_type is None


def test_decodes_an_exploded_object(operation_of: OperationOf) -> None:
    operation = operation_of(
        "parameters: [{name: page, in: query, schema: {type: object, properties: {from: {type: integer}}}}]"
    )
    assert decode(operation, WireRequest("GET", "/things?from=3")).query == {"page": {"from": 3}}
    assert decode(operation, WireRequest("GET", "/things")).query == {}
    (found,) = violations(operation, WireRequest("GET", "/things?from=x"))
    assert found.defect.pointer == "/page/from"


FREE = "parameters: [{name: text, in: query, required: true, schema: {type: string}}]"


@given(st.text(st.characters(codec="utf-8")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_string(operation_of: OperationOf, text: str) -> None:
    operation = operation_of(FREE)
    for encoded in (urlencode({"text": text}), f"text={quote(text, safe='')}"):
        request = WireRequest("GET", f"/things?{encoded}")
        assert violations(operation, request) == []
        assert decode(operation, request).query == {"text": text}


BOUNDED = "parameters: [{name: n, in: query, schema: {type: integer, minimum: -5, maximum: 5}}]"


@given(st.integers() | st.integers(-8, 8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_integers_are_judged_by_their_bounds(operation_of: OperationOf, number: int) -> None:
    found = violations(operation_of(BOUNDED), WireRequest("GET", f"/things?n={number}"))
    assert (found == []) == (-5 <= number <= 5)
