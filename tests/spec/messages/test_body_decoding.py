"""Bodies and queries from bytes to values."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.spec.messages.request_body_decoding import (
    FilePart,
    MalformedBody,
    TypedPart,
    nested,
    read_json,
    read_multipart,
)

FORM = "multipart/form-data; boundary=x"


def multipart(*parts: tuple[str, str], end: str = "--x--\r\n") -> bytes:
    return ("".join(f"--x\r\n{headers}\r\n\r\n{text}\r\n" for headers, text in parts) + end).encode()


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([("a", "1")], {"a": "1"}),
        ([("a", "1"), ("a", "2"), ("a", "3")], {"a": ["1", "2", "3"]}),
        ([("a[]", "1")], {"a": ["1"]}),
        ([("a", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("a[1]", "2"), ("a[0]", "1")], {"a": ["1", "2"]}),
        ([("a[b]", "1"), ("a[c]", "2")], {"a": {"b": "1", "c": "2"}}),
        ([("a[0][b]", "1"), ("a[1][b]", "2")], {"a": [{"b": "1"}, {"b": "2"}]}),
        ([("a[b][]", "1"), ("a[b][]", "2")], {"a": {"b": ["1", "2"]}}),
        ([("[a]", "1")], {"[a]": "1"}),
        ([("a[b", "1")], {"a[b": "1"}),
        ([("a[b][c][d][e][f][g]", "1")], {"a": {"b": {"c": {"d": {"e": {"f": {"[g]": "1"}}}}}}}),
        ([], {}),
    ],
)
def test_brackets_nest(pairs: list[tuple[str, str]], value: Any) -> None:
    assert nested(pairs) == value


def test_a_literal_name_keeps_its_brackets() -> None:
    assert nested([("a[]", "1")], frozenset({"a[]"})) == {"a[]": "1"}


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"\xef\xbb\xbf[]", []),
        (b'"\xff"', "\ufffd"),
        (rb'"\ud800"', "\ufffd"),
        (rb'{"\ud800": ["\ud83d\ude00"]}', {"\ufffd": ["\U0001f600"]}),
        (b"1e400", float("inf")),
        (b"1" * 5000, float("inf")),
    ],
)
def test_reads_json(content: bytes, value: Any) -> None:
    assert read_json(content) == value


@pytest.mark.parametrize("content", [b"{bad", b"NaN", b"[Infinity]", b"", b"{}{}", b"[" * 100_000])
def test_refuses_what_is_no_json(content: bytes) -> None:
    with pytest.raises(MalformedBody):
        read_json(content)


def test_reads_multipart_in_order() -> None:
    body = multipart(
        ('Content-Disposition: form-data; name="name"', "Cats"),
        ('Content-Disposition: form-data; name="file"; filename="a.mp4"\r\nContent-Type: video/mp4', "data"),
        ('Content-Disposition: form-data; name="json"\r\nContent-Type: application/json', "{}"),
        ('Content-Disposition: form-data; name="bare"; filename="b"', ""),
    )
    assert read_multipart(body, FORM) == [
        ("name", "Cats"),
        ("file", FilePart("a.mp4", "video/mp4", b"data")),
        ("json", TypedPart("application/json", "{}")),
        ("bare", FilePart("b", "application/octet-stream", b"")),
    ]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (multipart(('Content-Disposition: form-data; name="a"', "1")), "multipart/form-data"),
        (multipart(('Content-Disposition: form-data; name="a"', "1"), end=""), FORM),
        (multipart(("Content-Disposition: form-data", "1")), FORM),
        (multipart(("X-Other: 1", "1")), FORM),
        (b"name=Cats", FORM),
    ],
)
def test_refuses_malformed_multipart(body: bytes, content_type: str) -> None:
    with pytest.raises(MalformedBody):
        read_multipart(body, content_type)
