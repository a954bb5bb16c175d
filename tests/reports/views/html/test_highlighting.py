"""The offending part of a body."""

from __future__ import annotations

import json
from typing import Any

import pytest

from peertube_conformance.reports.views.html.highlighting import located, pieces, query_pieces

BODY = json.dumps({"total": 2, "data": [{"id": 1, "a/b": [True]}, {"id": "x", "a~b": {}}], "none": None})


def marks(body: str, pointer: str, actual: Any = None, limit: int = 10_000) -> list[str]:
    return [piece.text for piece in pieces(body, pointer, limit, actual) if piece.marked]


def test_every_value_is_located() -> None:
    found = {pointer: BODY[start:end] for pointer, _, start, end in located(BODY)}
    assert found.keys() == {
        *("", "/total", "/data", "/data/*", "/data/*/id", "/data/*/a~1b", "/data/*/a~1b/*", "/data/*/a~0b"),
        "/none",
    }
    assert found["/data/*/id"] == '"x"'
    assert found[""] == BODY


def test_the_member_is_marked_with_its_name() -> None:
    assert marks(BODY, "/total") == ['"total": 2']


def test_of_several_the_one_that_holds_the_value_is_marked() -> None:
    assert marks(BODY, "/data/*/id", "x") == ['"id": "x"']
    assert marks(BODY, "/data/*/id", 1) == ['"id": 1']


def test_without_the_value_all_are_marked() -> None:
    assert marks(BODY, "/data/*/id", "elsewhere") == ['"id": 1', '"id": "x"']


def test_true_is_not_one() -> None:
    assert marks('[{"a": 1}, {"a": true}]', "/*/a", True) == ['"a": true']


@pytest.mark.parametrize("body", [BODY[:cut] for cut in range(0, len(BODY), 5)])
def test_a_body_that_is_cut_short_is_no_error(body: str) -> None:
    assert "".join(piece.text for piece in pieces(body, "/data/*/id", 10_000)) == body


def test_a_body_that_is_no_json_is_shown_as_it_is() -> None:
    assert pieces("<p>}]{[", "/a", 100) == pieces("<p>}]{[", "", 100)


def test_a_long_body_is_cut_around_the_mark() -> None:
    body = json.dumps({**{f"member{n}": "x" * 20 for n in range(500)}, "last": 7})
    found = pieces(body, "/last", 400)
    assert [piece.text for piece in found if piece.marked] == ['"last": 7']
    assert found[0].text == "…"
    assert sum(len(piece.text) for piece in found) < 450


def test_control_characters_are_made_visible() -> None:
    assert pieces('"\x1b[31m', "", 100)[0].text == '"\\x1b[31m'


def test_the_query_parameter_is_marked() -> None:
    found = query_pieces("GET /a?start=1&count=-1&sort=x", "/request/query/count")
    assert [(piece.text, piece.marked) for piece in found] == [
        ("GET /a?start=1&", False),
        ("count=-1", True),
        ("&sort=x", False),
    ]


@pytest.mark.parametrize("pointer", ["/response/status", "/request/query/other", "/request/query/("])
def test_a_line_without_it_has_no_mark(pointer: str) -> None:
    assert not any(piece.marked for piece in query_pieces("GET /a?count=1", pointer))


def test_a_body_that_is_nested_too_deeply_is_shown_as_it_is() -> None:
    body = '{"data": [' + "[" * 4000 + "]" * 4000 + "]}"
    assert marks(body, "/data/*", [[[]]])
    assert "".join(piece.text for piece in pieces(body, "/data/*", 10_000, [[[]]])) == body
