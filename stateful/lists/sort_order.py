"""Sort orders with ties: any arrangement of items with equal values is right, and missing values may be at either end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peertube_conformance.stateful.lists.model import Item


def in_order(names: Sequence[str], keys: Sequence[Any], *, falling: bool) -> list[str]:
    """The names sorted by their keys, ties as they stand: the same list if it is in order already."""
    # Python's sort keeps ties as they stand when it is reversed, too.
    found = [
        [names[place] for place in sorted(range(len(keys)), key=_rank(keys, last=last), reverse=falling)]
        for last in (True, False)
    ]
    return next((one for one in found if one == list(names)), found[0])


def arranged(
    page: Sequence[str],
    items: Sequence[Item],
    key: Callable[[Item], Any] | None,
    *,
    falling: bool,
    window: tuple[int, int],
) -> list[str]:
    """The names that the page must hold, which is the `window` of places [first, end): the page itself, if it is right.

    Items with equal keys may stand in any arrangement, all of them where the key is not known (None).
    """
    found = [_part(page, _groups(items, key, falling=falling, last=last), *window) for last in (True, False)]
    return next((one for one in found if one == list(page)), found[0])


def _groups(items: Sequence[Item], key: Callable[[Item], Any] | None, *, falling: bool, last: bool) -> list[list[str]]:
    if key is None:
        return [[item.name for item in items]] if items else []
    keys = [key(item) for item in items]
    rank = _rank(keys, last=last)
    places = sorted(range(len(items)), key=rank, reverse=falling)
    return [[items[place].name for place in group] for _, group in groupby(places, key=rank)]


def _part(page: Sequence[str], groups: Sequence[Sequence[str]], start: int, end: int) -> list[str]:
    expected: list[str] = []
    before = 0
    for group in groups:
        first, last = max(start, before), min(end, before + len(group))
        if first < last:
            seen = list(page[first - start : last - start])
            fits = len(seen) == last - first == len(set(seen)) and set(seen) <= set(group)
            expected += seen if fits else group[first - before : last - before]
        before += len(group)
    return expected


def _rank(keys: Sequence[Any], *, last: bool) -> Callable[[int], tuple[bool, bool, Any]]:
    """Ranks places by their keys: texts regardless of case, a missing key as the largest (`last`) or the smallest."""

    def rank(place: int) -> tuple[bool, bool, Any]:
        key = keys[place]
        key = str(key) if isinstance(key, dict | list) else key
        is_text = isinstance(key, str)
        return ((key is None) is last, is_text, 0 if key is None else key.casefold() if is_text else key)

    return rank
