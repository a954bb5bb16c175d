"""The shape of a body: members and types, never a value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from peertube_conformance.reports.recording.body_shape import merge, shape_of

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (None, {"": ["null"]}),
        (True, {"": ["boolean"]}),
        (1, {"": ["integer"]}),
        (1.5, {"": ["number"]}),
        ("text", {"": ["string"]}),
        ([], {"": ["array"]}),
        ({}, {"": ["object"]}),
        ([1, "a", None], {"": ["array"], "/*": ["integer", "null", "string"]}),
        (
            {"total": 1, "data": [{"id": 1}, {"id": "x", "n": None}]},
            {
                "": ["object"],
                "/total": ["integer"],
                "/data": ["array"],
                "/data/*": ["object"],
                "/data/*/id": ["integer", "string"],
                "/data/*/n": ["null"],
            },
        ),
        ({"a/b": {"c~d": 1}}, {"": ["object"], "/a~1b": ["object"], "/a~1b/c~0d": ["integer"]}),
    ],
)
def test_members_and_types(value: Any, shape: dict[str, list[str]]) -> None:
    assert shape_of(value) == shape


def test_deep_and_long_values_have_a_bounded_shape() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = {"a": deep}
    assert max(pointer.count("/") for pointer in shape_of(deep)) == 8
    assert shape_of([1] * 20 + ["late"])["/*"] == ["integer"]


@given(_JSON)
def test_the_order_of_items_does_not_matter(value: Any) -> None:
    items = [value, 1, "x"]
    assert shape_of(items) == shape_of(items[::-1])


@given(_JSON, _JSON)
def test_merging_is_as_if_both_had_been_seen_at_once(first: Any, second: Any) -> None:
    both = shape_of(first)
    merge(both, shape_of(second))
    # What reaches to the lowest level is cut one level sooner inside of a list.
    assume(max(pointer.count("/") for pointer in both) < 8)
    within = {f"/*{pointer}": types for pointer, types in both.items()}
    assert shape_of([first, second]) == {"": ["array"], **within}
