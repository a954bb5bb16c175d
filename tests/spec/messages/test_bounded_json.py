"""JSON texts of any depth and size are read, down to a limit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peertube_conformance.spec.judgement_limits import LIMITS
from peertube_conformance.spec.messages.bounded_json import read_bounded

SMALL = replace(LIMITS, nesting=4, digits=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(alphabet='a"\\[]{},:é', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='a"[}', max_size=2), inner, max_size=3)
    ),
    max_leaves=30,
)


def depth_of(value: Any) -> int:
    """How many levels of arrays and objects a value has."""
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(depth_of, value.values() if isinstance(value, dict) else value), default=0)


def cut_at(value: Any, levels: int) -> Any:
    """A value with null for what is nested deeper."""
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return None
    if isinstance(value, dict):
        return {name: cut_at(member, levels - 1) for name, member in value.items()}
    return [cut_at(item, levels - 1) for item in value]


@given(JSON, st.booleans())
def test_a_value_is_read_whole_down_to_the_limit(value: Any, is_spaced: bool) -> None:
    text = json.dumps(value, indent=2 if is_spaced else None, ensure_ascii=is_spaced)
    read = read_bounded(text.encode(), SMALL)
    assert read == (True, cut_at(value, SMALL.nesting), depth_of(value) > SMALL.nesting)


@given(st.binary(max_size=40) | st.text(alphabet='[]{},:"\\1aN-.e ', max_size=40).map(str.encode))
def test_what_is_no_json_text_is_none(body: bytes) -> None:
    try:
        expected = json.loads(body.decode(), parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError):
        assert read_bounded(body, SMALL) == (False, None, False)
    else:
        assert read_bounded(body, SMALL)[:2] == (True, cut_at(expected, SMALL.nesting))


@pytest.mark.parametrize("levels", [LIMITS.nesting + 1, 900, 100_000])
@pytest.mark.parametrize(
    ("opening", "middle", "closing"), [("[", "", "]"), ('{"a":', "1", "}"), ('[{"a":[', "[]", "]}]")]
)
def test_no_depth_is_too_deep_to_be_read(levels: int, opening: str, middle: str, closing: str) -> None:
    read = read_bounded((opening * levels + middle + closing * levels).encode())
    assert read.is_json
    assert read.is_cut
    assert depth_of(read.value) == LIMITS.nesting


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 99_999, "]" * 100_000, "[1" * 900]
)
def test_what_does_not_end_is_no_json_at_any_depth(text: str) -> None:
    assert read_bounded(text.encode()) == (False, None, False)


def test_the_last_level_that_is_read_is_whole() -> None:
    text = "[" * LIMITS.nesting + "7" + "]" * LIMITS.nesting
    read = read_bounded(text.encode())
    assert json.dumps(read.value) == text
    assert not read.is_cut


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_of_any_length_is_a_number(sign: str) -> None:
    read = read_bounded(f'{{"total": {sign}{"9" * 100_000}, "x": NaN}}'.encode())
    assert not read.is_json
    value = read_bounded(f'{{"total": {sign}{"9" * 100_000}, "x": 7}}'.encode()).value
    assert abs(value["total"]) >= 10 ** (LIMITS.digits - 2)
    assert value["x"] == 7
