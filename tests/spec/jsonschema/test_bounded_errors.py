"""Of a large invalid value some errors are listed, and each is an error of the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peertube_conformance.spec.jsonschema.bounded_errors import bounded_errors
from peertube_conformance.spec.judgement_limits import LIMITS

SMALL = replace(LIMITS, items=3, members=4, values=30, first_values=8, violations=5)
VALIDATOR = jsonschema_rs.Draft202012Validator({
    "type": "object",
    "required": ["total", "data"],
    "properties": {
        "total": {"type": "integer"},
        "data": {
            "type": "array", "maxItems": 20, "minItems": 1, "uniqueItems": True,
            "items": {
                "type": "object", "required": ["id"], "minProperties": 2,
                "properties": {
                    "id": {"type": "integer"},
                    "tags": {"type": "array", "minItems": 2, "contains": {"const": "t"}, "items": {"type": "string"}},
                    "any": {"anyOf": [{"type": "array", "minItems": 5}, {"type": "object", "minProperties": 5}]},
                },
            },
        },
    },
    "additionalProperties": {"type": "boolean"},
})  # fmt: skip

SCALARS = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["t", "x"])
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "id": SCALARS,
        "tags": st.lists(SCALARS, max_size=9),
        "any": st.lists(SCALARS, max_size=9) | st.dictionaries(st.sampled_from("abcdefgh"), SCALARS),
        "more": SCALARS,
    },
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "total": SCALARS,
        "data": st.lists(ITEM | SCALARS, max_size=25) | SCALARS,
        **dict.fromkeys(("a", "b", "c", "d", "e"), SCALARS),
    },
)


def shown(error: jsonschema_rs.ValidationError) -> tuple[str, tuple[Any, ...]]:
    return error.kind.name, tuple(error.instance_path)


@given(BODY.filter(lambda body: not VALIDATOR.is_valid(body)))
def test_each_error_is_one_of_the_whole_and_the_part_is_named(body: Any) -> None:
    every = {shown(error) for error in VALIDATOR.iter_errors(body)}
    found, part = bounded_errors(VALIDATOR, body, SMALL)
    listed = {shown(error) for error in found}
    assert listed
    assert listed <= every
    assert part or listed == every


def counting(validator: jsonschema_rs.Draft202012Validator, seen: list[int]) -> Any:
    """A validator that notes how many values are given to it to list the errors of."""

    class Counting:
        def iter_errors(self, value: Any) -> Any:
            seen.append(size(value))
            return validator.iter_errors(value)

        def validate(self, value: Any) -> None:
            validator.validate(value)

    return Counting()


def size(value: Any) -> int:
    if isinstance(value, dict | list):
        return 1 + sum(map(size, value.values() if isinstance(value, dict) else value))
    return 1


WRONG: list[tuple[str, Callable[[int], Any]]] = [
    ("a long list", lambda number: {"total": 1, "data": [{}] * number}),
    (
        "a list of lists",
        lambda number: {"total": 1, "data": [{"id": 1, "tags": [5] * 999} for _ in range(number // 999)]},
    ),
    ("a large object", lambda number: {"total": 1, "data": [], **{f"m{n}": n for n in range(number)}}),
    ("an object of objects", lambda number: {f"m{n}": {f"k{k}": {} for k in range(99)} for n in range(number // 99)}),
]


@pytest.mark.parametrize("make", [make for _, make in WRONG], ids=[name for name, _ in WRONG])
def test_the_errors_of_so_many_values_are_listed_and_no_more(make: Callable[[int], Any]) -> None:
    seen: list[int] = []
    found, part = bounded_errors(counting(VALIDATOR, seen), make(30_000))
    assert found
    assert part.startswith("the first ")
    assert sum(seen) <= LIMITS.values + LIMITS.first_values + 2 * LIMITS.members


def test_the_part_of_a_long_list_is_named() -> None:
    found, part = bounded_errors(VALIDATOR, {"total": 1, "data": [{"id": "1", "b": 0, "n": n} for n in range(30_000)]})
    assert part == "the first 200 of 30,000 items of /data"
    assert {shown(error)[0] for error in found} == {"type", "maxItems"}


def test_an_error_beyond_the_part_is_found() -> None:
    data = [{"id": n, "x": 0} for n in range(19)]
    found, part = bounded_errors(VALIDATOR, {"total": 1, "data": [*data, {"id": "x", "x": 0}]}, SMALL)
    assert [shown(error) for error in found] == [("type", ("data", 19, "id"))]
    assert part == "the first 3 of 20 items of /data"


def test_of_an_ordinary_value_all_errors_are_listed() -> None:
    body = {"total": 1, "data": [{"id": "1", "tags": ["t", "u"], "n": n} for n in range(100)]}
    found, part = bounded_errors(VALIDATOR, body)
    assert part == ""
    assert len(found) == 101
