"""Text from elsewhere."""

from __future__ import annotations

import math

import pytest

from peertube_conformance.reports.formatting import anchor, cleaned, counted, listed, on_one_line, value_text
from peertube_conformance.reports.views.serialization import json_text


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\ud800", "\ufffe"])
def test_unfit_characters_become_escapes(sign: str) -> None:
    assert cleaned(f"a{sign}b") == f"a\\{f'x{ord(sign):02x}' if ord(sign) < 256 else f'u{ord(sign):04x}'}b"


def test_fit_text_stays() -> None:
    assert cleaned("Grüße\t👋\n") == "Grüße\t👋\n"


def test_one_line() -> None:
    assert on_one_line(" a\n b\tc ") == "a b c"
    assert on_one_line("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("value", "reported"),
    [
        (None, "null or absent"),
        ("", '""'),
        ("text", "text"),
        (1, "1"),
        (True, "true"),
        (["a", 1], '["a", 1]'),
        ({"a": None}, '{"a": null}'),
    ],
)
def test_values_for_reading(value: object, reported: str) -> None:
    assert value_text(value) == reported


def test_anchors_never_meet() -> None:
    names = ["a b", "a-b", "a|b", "a/b", "Ä", "\ud800", "x" * 100 + " ", "x" * 100 + "/"]
    assert len({anchor("kind", name) for name in names}) == len(names)
    assert anchor("operation", "getVideo") == "operation-getVideo"
    assert all(" " not in anchor("kind", name) for name in names)


def test_counting() -> None:
    assert [counted(0, "entry", "entries"), counted(1, "entry"), counted(1200, "time")] == [
        "0 entries",
        "1 entry",
        "1,200 times",
    ]
    assert listed("abc", 2) == "a, b and 1 more"
    assert listed("ab", 2) == "a, b"


def test_numbers_that_json_does_not_have_become_text() -> None:
    assert json_text({"a": [math.inf, {"b": math.nan}], "c": 1.5}) == (
        '{\n"a": [\n"inf",\n{"b": "nan"}\n],\n"c": 1.5\n}\n'
    )
