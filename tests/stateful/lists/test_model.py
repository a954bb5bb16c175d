"""What the model of lists takes for right, and which requirement it blames for what it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from peertube_conformance.stateful.lists.base_flow import over_all_of
from peertube_conformance.stateful.lists.dataset import Library
from peertube_conformance.stateful.lists.listings import LISTS
from peertube_conformance.stateful.lists.model import (
    Column,
    Filter,
    Item,
    Listing,
    Question,
    claims,
    part_of_open,
    whole_of_open,
)
from peertube_conformance.stateful.lists.sort_order import arranged, in_order
from peertube_conformance.stateful.lists.video_listings import VIDEO_LISTS

_ITEMS = [
    Item(name, number, {"size": size}) for number, (name, size) in enumerate(zip("abcd", (3, 1, 1, 2), strict=True))
]
_SMALL = Filter("small", "true", lambda _: True, lambda item, _: item.facts["size"] == 1)
_FIRST = Filter("first", "true", lambda _: True, lambda item, _: item.name < "c", several=True)
_LISTING = Listing(
    "getThings",
    lambda _library, _place: _ITEMS,
    lambda entry: entry["id"],
    ("nobody",),
    default="-size",
    columns={"size": Column(lambda item: item.facts["size"]), "age": Column(member="age"), "luck": Column()},
    filters=(_SMALL, _FIRST),
)
_ASKED = Question("getThings", "nobody")


@pytest.fixture
def library() -> Library:
    return Library(None, "stem", {"nobody": None}, gone={"getThings": {9: "deleted"}})  # type: ignore[arg-type]


def page(names: str, total: Any = 4, **members: Any) -> dict[str, Any]:
    numbers = {"a": 0, "b": 1, "c": 2, "d": 3, "x": 8, "y": 9}
    data = [
        {"id": numbers[name], **{key: value[place] for key, value in members.items()}}
        for place, name in enumerate(names)
    ]
    return {"data": data} if total is None else {"total": total, "data": data}


def blamed(question: Question, answer: dict[str, Any], library: Library, because: str = "") -> str:
    made = claims(_LISTING, question, library, answer, because)
    return next((f"{one.requirement} {one.at}" for one in made if one.expected != one.actual), "")


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, page("adbc")),
        ({}, page("adcb")),
        ({"sort": "size"}, page("cbda")),
        ({"sort": "size", "count": 1}, page("c")),
        ({"sort": "size", "start": 1, "count": 2}, page("bd")),
        ({"sort": "luck", "start": 2}, page("ca")),
        ({"sort": "age"}, page("abcd", age=[1, 1, 2, None])),
        ({"sort": "age"}, page("abcd", age=[None, 1, 1, 2])),
        ({"sort": "-age"}, page("abcd", age=[None, 2, 2, 1])),
        ({"start": 4}, page("")),
        ({"count": 0}, page("")),
        ({"filters": (_SMALL,)}, page("cb", 2)),
        ({"filters": (_SMALL, _FIRST)}, page("b", 1)),
        ({"skip_count": True}, page("adbc", None)),
    ],
)
def test_what_is_right(changes: dict[str, Any], answer: dict[str, Any], library: Library) -> None:
    assert blamed(replace(_ASKED, **changes), answer, library) == ""


@pytest.mark.parametrize(
    ("changes", "answer", "reported"),
    [
        ({}, page("adbcx"), "PT-LIST-08 /response/body/data"),
        ({}, page("adby"), "PT-LIST-08 /response/body/data"),
        ({}, page("adb", 3), "PT-LIST-08 /response/body/data"),
        ({}, page("adb"), "PT-PAGE-01 /response/body/data"),
        ({}, page("abcd"), "PT-LIST-02 /response/body/data/*/size"),
        ({"sort": "size"}, page("adbc"), "PT-LIST-01 /response/body/data/*/size"),
        ({"sort": "-size"}, page("bcda"), "PT-PAGE-07 /response/body/data/*/size"),
        ({"sort": "age"}, page("abcd", age=[2, 1, 1, 1]), "PT-LIST-01 /response/body/data/*/age"),
        ({"sort": "size", "start": 1, "count": 2}, page("bc"), "PT-PAGE-02 /response/body/data"),
        ({"sort": "size", "start": 1, "count": 2}, page("bb"), "PT-PAGE-02 /response/body/data"),
        ({"sort": "luck", "start": 1, "count": 2}, page("cc"), "PT-PAGE-02 /response/body/data"),
        ({"sort": "luck", "start": 1, "count": 2}, page("c"), "PT-PAGE-02 /response/body/data"),
        ({"start": 4}, page("a"), "PT-PAGE-04 /response/body/data"),
        ({"count": 0}, page("a"), "PT-PAGE-05 /response/body/data"),
        ({}, page("adbcc"), "PT-PAGE-01 /response/body/data"),
        ({}, page("adbc", 5), "PT-PAGE-03 /response/body/total"),
        ({"filters": (_SMALL,)}, page("dbc", 3), "PT-LIST-03 /request/query/small"),
        ({"filters": (_SMALL,)}, page("b", 1), "PT-LIST-03 /request/query/small"),
        ({"filters": (_SMALL,), "start": 1}, page("", 1), "PT-LIST-03 /request/query/small"),
        ({"filters": (_SMALL,)}, page("bc"), "PT-PAGE-03 /request/query/small"),
        ({"filters": (_SMALL, _FIRST)}, page("bc", 2), "PT-LIST-04 /request/query/first/1&small"),
        ({"skip_count": True}, page("adbc", 4), "PT-LIST-05 /response/body/total"),
    ],
)
def test_what_is_wrong(changes: dict[str, Any], answer: dict[str, Any], reported: str, library: Library) -> None:
    assert blamed(replace(_ASKED, **changes), answer, library) == reported


def test_a_change_is_blamed_for_what_it_left(library: Library) -> None:
    for answer in (page("adby"), page("adb", 3), page("adbc", 5)):
        assert blamed(_ASKED, answer, library, "PT-LIST-07").startswith("PT-LIST-07 ")


def test_the_order_of_equals_is_free_in_both_directions() -> None:
    assert in_order("abc", [1, 1, 2], falling=False) == list("abc")
    assert in_order("bac", [1, 1, 2], falling=False) == list("bac")
    assert in_order("cba", [2, 1, 1], falling=True) == list("cba")
    assert in_order("abc", ["b", "A", None], falling=False) == list("bac")
    assert in_order("cab", [None, 1, 2], falling=False) == list("cab")


def test_a_page_of_one_kind_is_any_of_that_kind() -> None:
    items = [Item(name, name) for name in "abc"]
    assert arranged(["c"], items, None, falling=False, window=(1, 2)) == ["c"]
    assert arranged(["x"], items, None, falling=False, window=(1, 2)) == ["b"]
    assert arranged([], [], None, falling=True, window=(0, 15)) == []


def test_lists_of_everybody_are_compared_with_themselves(library: Library) -> None:
    whole = page("xadbc", 5)

    def wrong(question: Question, part: dict[str, Any], first: dict[str, Any] = whole) -> list[str]:
        made = [*whole_of_open(_LISTING, question, library, first), *part_of_open(_LISTING, question, first, part)]
        return [one.requirement for one in made if one.expected != one.actual]

    asked = replace(_ASKED, start=1, count=2)
    assert wrong(asked, page("ad", 5)) == []
    assert wrong(asked, page("da", 5)) == ["PT-PAGE-02"]
    assert wrong(asked, page("ad", 2)) == ["PT-PAGE-03"]
    assert wrong(asked, page("ad", 4), page("xadb", 4)) == ["PT-LIST-08"]
    assert wrong(asked, page("ad", 6), page("xadbc", 6)) == ["PT-PAGE-03"]
    assert wrong(asked, page("xy", 6), page("xyadbc", 6)) == ["PT-LIST-08", "PT-PAGE-02"]
    assert wrong(asked, page("cd", 5), page("xcdba", 5))[0] == "PT-LIST-02"


@pytest.mark.parametrize("listing", [*LISTS, *VIDEO_LISTS], ids=lambda one: one.operation)
def test_looking_over_a_list_uses_everything_it_offers(listing: Listing, library: Library) -> None:
    asked = list(over_all_of(listing, library))
    assert {one.sort for one in asked} >= set(listing.sorts)
    assert {used for one in asked for used in one.filters} == set(listing.filters)
    assert {one.who for one in asked} == set(listing.readers)
    assert {one.place for one in asked} == set(listing.places)
    assert all(used in listing.allowed(one.who) for one in asked for used in one.filters)
    assert {0, 2} <= {one.count for one in asked}
