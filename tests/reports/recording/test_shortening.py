"""Values of findings are recorded as JSON, and not longer than a person reads."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peertube_conformance.reports.recording.shortening import cut, shortened

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=30) | st.integers(), inner, max_size=5)
    ),
    max_leaves=40,
)


def count(value: Any) -> int:
    if isinstance(value, dict | list):
        return 1 + sum(map(count, value.values() if isinstance(value, dict) else value))
    return 1


def longest(value: Any) -> int:
    if isinstance(value, dict):
        return max((max(len(name), longest(member)) for name, member in value.items()), default=0)
    if isinstance(value, list):
        return max(map(longest, value), default=0)
    return len(value) if isinstance(value, str) else 0


@given(VALUES)
def test_a_value_becomes_json_of_limited_size(value: Any) -> None:
    short = shortened(value, longest=10, values=12)
    assert json.loads(json.dumps(short, allow_nan=False)) == short
    # Each level may add one text that says how much was left out.
    assert count(short) <= 12 + 40
    assert longest(short) <= 30


def test_an_ordinary_value_stays_as_it_is() -> None:
    value = {"data": [{"id": n, "name": "n" * 1000, "is": None, "size": 1.5} for n in range(190)]}
    assert shortened(value) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (list(range(1_000_000)), "… 999,001 more"),
        ((1, 2), 2),
        ([math.inf, math.nan], "nan"),
        ([datetime.date(2026, 1, 2)], "2026-01-02"),
        (["x" * 9999], "x" * 4000 + "…"),
    ],
)
def test_the_last_thing_says_what_was_left_out(value: Any, shown: Any) -> None:
    assert shortened(value)[-1] == shown


def test_an_object_says_how_many_members_it_had() -> None:
    short = shortened({f"m{number}": 0 for number in range(5000)})
    assert len(short) == 1000
    assert short["…"] == "4,001 more"


def test_a_text_is_cut_at_its_end() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "abc…"
