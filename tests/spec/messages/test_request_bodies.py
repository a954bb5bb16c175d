"""Which request bodies are valid, each rule proven both ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peertube_conformance.spec import (
    FilePart,
    MalformedBody,
    Operation,
    UnsupportedMediaType,
    WireRequest,
    decode,
    violations,
)

OperationOf = Callable[..., Operation]

THING = """
schemas:
  Thing:
    type: object
    required: [name]
    properties:
      name: {type: string, minLength: 1, maxLength: 5}
      size: {type: integer, minimum: 0, default: 3}
      born: {type: [string, "null"], format: date-time}
      open: {type: boolean}
      tags: {type: array, items: {type: string}}
      owner: {type: object, required: [id], properties: {id: {type: integer}}}
      parent: {$ref: '#/components/schemas/Thing'}
      secret: {type: string, readOnly: true}
"""
FILE = """
requestBody:
  required: true
  content:
    multipart/form-data:
      schema:
        type: object
        required: [file]
        properties:
          file: {type: string, format: binary}
          name: {type: string, maxLength: 5}
          size: {type: integer}
          open: {type: boolean}
          born: {type: [string, "null"], format: date-time}
          tags: {type: array, items: {type: string}, maxItems: 2}
          owner: {type: object, required: [id], properties: {id: {type: integer}}}
          meta: {type: object, required: [a]}
          size2: {type: integer, default: 7}
      encoding:
        file: {contentType: "video/*, image/png"}
        meta: {contentType: application/json}
"""


def body_of(kind: str, *, required: bool = True) -> str:
    schema = "{$ref: '#/components/schemas/Thing'}"
    return f"requestBody: {{required: {str(required).lower()}, content: {{{kind}: {{schema: {schema}}}}}}}"


@pytest.fixture
def posted(operation_of: OperationOf) -> Operation:
    return operation_of(body_of("application/json"), method="post", components=THING)


def post(content: bytes, content_type: str | None = "application/json") -> WireRequest:
    return WireRequest("POST", "/things", {"Content-Type": content_type} if content_type else {}, content)


def broken(operation: Operation, request: WireRequest) -> list[tuple[str, str]]:
    found = violations(operation, request)
    assert {violation.defect.location for violation in found} <= {"body"}
    return [(violation.defect.pointer, violation.defect.keyword) for violation in found]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"name": "a"}, []),
        ({"name": "a", "more": 1}, []),
        ({"name": "a", "size": 1.0, "born": None, "owner": {"id": 1}, "tags": []}, []),
        ({"name": "a", "parent": {"name": "b", "parent": {"name": "c"}}}, []),
        ({}, [("/name", "required")]),
        ([], [("", "type")]),
        (None, [("", "type")]),
        ({"name": ""}, [("/name", "minLength")]),
        ({"name": "abcdef"}, [("/name", "maxLength")]),
        ({"name": 1}, [("/name", "type")]),
        ({"name": "a", "size": "1"}, [("/size", "type")]),
        ({"name": "a", "size": -1}, [("/size", "minimum")]),
        ({"name": "a", "born": "yesterday"}, [("/born", "format")]),
        ({"name": "a", "tags": ["b", 1]}, [("/tags/1", "type")]),
        ({"name": "a", "owner": {}}, [("/owner/id", "required")]),
        ({"name": "a", "parent": {"parent": {"name": "b"}}}, [("/parent/name", "required")]),
        ({"size": "1"}, [("/size", "type"), ("/name", "required")]),
    ],
)
def test_json(posted: Operation, value: Any, found: list[tuple[str, str]]) -> None:
    assert sorted(broken(posted, post(json.dumps(value).encode()))) == sorted(found)


def test_what_only_answers_carry_is_not_required(operation_of: OperationOf) -> None:
    components = """
schemas:
  Secret: {type: string, readOnly: true}
  Thing: {type: object, required: [id, key, name], properties: {
    id: {type: integer, readOnly: true}, key: {$ref: '#/components/schemas/Secret'}, name: {type: string}}}
"""
    operation = operation_of(body_of("application/json"), method="post", components=components)
    assert broken(operation, post(b"{}")) == [("/name", "required")]


def test_a_required_body(posted: Operation, operation_of: OperationOf) -> None:
    assert broken(posted, post(b"")) == [("", "required")]
    optional = operation_of(body_of("application/json", required=False), method="post", components=THING)
    assert broken(optional, post(b"")) == []


def test_a_body_nobody_asked_for(operation_of: OperationOf) -> None:
    assert broken(operation_of("{}", method="post"), post(b"{bad")) == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_an_unsupported_media_type(posted: Operation, content_type: str | None) -> None:
    request = post(b'{"name": "a"}', content_type)
    assert broken(posted, request) == [("", "mediaType")]
    with pytest.raises(UnsupportedMediaType) as reported:
        decode(posted, request)
    assert reported.value.media_type == content_type
    assert reported.value.accepted == ("application/json",)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_a_supported_media_type(posted: Operation, content_type: str) -> None:
    assert broken(posted, post(b'{"name": "a"}', content_type)) == []


def test_malformed_json(posted: Operation) -> None:
    assert broken(posted, post(b"{bad")) == [("", "malformed")]
    with pytest.raises(MalformedBody):
        decode(posted, post(b"{bad"))


def test_defaults_are_filled_in(posted: Operation) -> None:
    assert decode(posted, post(b'{"name": "a"}')).body == {"name": "a", "size": 3}
    assert decode(posted, post(b'{"name": "a", "size": 1}')).body == {"name": "a", "size": 1}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"name=a", []),
        (b"name=a&size=4&open=true&born=null&tags[]=x&owner[id]=1", []),
        (b"size=4", [("/name", "required")]),
        (b"", [("/name", "required")]),
        (b"name=a&size=x", [("/size", "type")]),
        (b"name=a&tags=x", [("/tags", "type")]),
        (b"name=a&name=b", [("/name", "type")]),
        (b"name=a&owner[id]=x", [("/owner/id", "type")]),
    ],
)
def test_forms(operation_of: OperationOf, content: bytes, found: list[tuple[str, str]]) -> None:
    kind = "application/x-www-form-urlencoded"
    operation = operation_of(body_of(kind), method="post", components=THING)
    assert broken(operation, post(content, kind)) == found


def test_a_form_decodes_to_the_contracts_types(operation_of: OperationOf) -> None:
    kind = "application/x-www-form-urlencoded"
    operation = operation_of(body_of(kind), method="post", components=THING)
    found = decode(operation, post(b"name=5&size=4&open=false&born=null&tags=x&tags=y&owner[id]=1&more=1", kind))
    assert found.media_type == kind
    assert found.body == {
        "name": "5",
        "size": 4,
        "open": False,
        "born": None,
        "tags": ["x", "y"],
        "owner": {"id": 1},
        "more": "1",
    }


def multipart(*parts: tuple[str, str]) -> WireRequest:
    """Parts given as (name, or what follows `name=` if it starts with a quote; content)."""
    quoted = [(name if name[0] == QUOTE else QUOTE + name + QUOTE, value) for name, value in parts]
    text = "".join(f"--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n" for name, value in quoted)
    return post(f"{text}--x--\r\n".encode(), "multipart/form-data; boundary=x")


QUOTE = '"'
VIDEO = ('"file"; filename="a.mp4"\r\nContent-Type: video/mp4', "data")


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([VIDEO], []),
        ([VIDEO, ("size", "1"), ("open", "0"), ("born", "null"), ("tags[]", "a"), ("owner[id]", "1")], []),
        ([VIDEO, ("tags", "a"), ("tags", "b")], []),
        ([VIDEO, ('"meta"\r\nContent-Type: application/json', '{"a": 1}')], []),
        ([VIDEO, ('"name"\r\nContent-Type: text/plain', "abc")], []),
        ([('"file"; filename="a"\r\nContent-Type: image/png', "")], []),
        ([], [("/file", "required")]),
        ([("file", "text")], [("/file", "file")]),
        ([VIDEO, ('"name"; filename="b"', "x")], [("/name", "file")]),
        ([VIDEO, ("name", "abcdef")], [("/name", "maxLength")]),
        ([VIDEO, ("size", "x")], [("/size", "type")]),
        ([VIDEO, ("tags", "a")], [("/tags", "type")]),
        ([VIDEO, ("tags[]", "a"), ("tags[]", "b"), ("tags[]", "c")], [("/tags", "maxItems")]),
        ([VIDEO, ("owner[x]", "1")], [("/owner/id", "required")]),
        ([VIDEO, ("meta", '{"a": 1}')], [("/meta", "type")]),
        ([VIDEO, ('"meta"\r\nContent-Type: application/json', "{}")], [("/meta/a", "required")]),
        ([VIDEO, ('"meta"\r\nContent-Type: application/json', "{bad")], [("", "malformed")]),
        ([('"file"; filename="a.txt"\r\nContent-Type: text/plain', "")], [("/file", "contentMediaType")]),
    ],
)
def test_multipart(operation_of: OperationOf, parts: list[tuple[str, str]], found: list[tuple[str, str]]) -> None:
    assert broken(operation_of(FILE, method="post"), multipart(*parts)) == found


def test_malformed_multipart(operation_of: OperationOf) -> None:
    operation = operation_of(FILE, method="post")
    assert broken(operation, post(b"x", "multipart/form-data")) == [("", "malformed")]


def test_multipart_decodes_to_fields_and_files(operation_of: OperationOf) -> None:
    found = decode(operation_of(FILE, method="post"), multipart(VIDEO, ("size", "1"), ("tags[]", "a")))
    assert found.body == {"size": 1, "tags": ["a"], "size2": 7}
    assert found.files == {"file": FilePart("a.mp4", "video/mp4", b"data")}


OCTETS = """
requestBody:
  required: true
  content:
    application/octet-stream: {schema: {type: string, format: binary, maxLength: 4}}
    text/*: {schema: {type: string, maxLength: 2}}
"""


@pytest.mark.parametrize(
    ("content", "kind", "found"),
    [
        (b"\x00\xff\xfe", "application/octet-stream", []),
        (b"\x00\xff\xfe\x01\x02", None, [("", "maxLength")]),
        ("éé".encode(), "text/plain", []),
        (b"abc", "text/csv", [("", "maxLength")]),
        (b"", "application/octet-stream", []),
        (b"", None, [("", "required")]),
        (b"abc", "image/png", [("", "mediaType")]),
    ],
)
def test_bytes_and_text(
    operation_of: OperationOf, content: bytes, kind: str | None, found: list[tuple[str, str]]
) -> None:
    assert broken(operation_of(OCTETS, method="put"), post(content, kind)) == found


def test_bytes_stay_bytes(operation_of: OperationOf) -> None:
    found = decode(operation_of(OCTETS, method="put"), post(b"\xff", "application/octet-stream"))
    assert found.body == b"\xff"


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)


@given(st.fixed_dictionaries({"name": names}, optional={"size": st.integers(0), "open": st.booleans()}))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_valid_value_is_valid_in_every_encoding(operation_of: OperationOf, value: dict[str, Any]) -> None:
    operation = operation_of(body_of("application/json"), method="post", components=THING)
    for ascii_only in (True, False):
        request = post(json.dumps(value, ensure_ascii=ascii_only).encode())
        assert broken(operation, request) == []
        assert decode(operation, request).body == {"size": 3, **value}
