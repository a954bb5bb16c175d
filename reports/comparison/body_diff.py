"""Differences in the members of response bodies and their types between two runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.reports.comparison.behaviour_diff import Doubt, Pair
from peertube_conformance.reports.comparison.change import ADDED, REMOVED, Change, Kind, Subject
from peertube_conformance.reports.comparison.statistical_tests import is_certain, is_flip

Shape = Mapping[str, Mapping[str, int]]
_FIRST_ERROR = "400"


def bodies(pair: Pair) -> Iterator[Doubt]:
    """Yields changes of body members and their types, status by status; with each, whether it is certain."""
    before, after = pair.before["shape"], pair.after["shape"]
    for status in sorted(before.keys() & after.keys()):
        may_be_null = _nullable(pair.before, status) & _nullable(pair.after, status)
        yield from _Bodies(pair.name, status, before[status], after[status], may_be_null).changes()


def _nullable(entry: Mapping[str, Any], status: str) -> set[str]:
    return set(entry.get("nullable", {}).get(status, ()))


class _Bodies:
    """Compares the bodies of one status. Each event is counted in responses: `hits` of `tries` before and after.

    Where both contracts let a member be null (`may_be_null`), whether it is depends on the data.
    """

    def __init__(self, operation_id: str, status: str, before: Shape, after: Shape, may_be_null: set[str]) -> None:
        self._operation_id = operation_id
        self._status = status
        self._before = before
        self._after = after
        self._may_be_null = may_be_null
        self._maps = _maps(before) | _maps(after)

    def changes(self) -> Iterator[Doubt]:
        for pointer in sorted(self._before.keys() | self._after.keys()):
            if pointer and not pointer.endswith("/*"):
                yield from self._presence(pointer)
            if pointer in self._before and pointer in self._after:
                yield from self._types(pointer)

    def _presence(self, pointer: str) -> Iterator[Doubt]:
        parent = pointer.rpartition("/")[0]
        if parent in self._maps:
            return
        hits, tries = _present(self._before, pointer, parent)
        other_hits, other_tries = _present(self._after, pointer, parent)
        if not tries or not other_tries:
            return
        if bool(hits) != bool(other_hits):
            types = sorted(self._after.get(pointer, self._before.get(pointer, {})))
            what = ADDED if other_hits else REMOVED
            found = self._change(pointer, what, f"{pointer} {what} ({' or '.join(types)})")
            yield from self._doubted(found, hits, tries, other_hits, other_tries)
        elif self._is_success and is_certain(tries - hits, tries, other_tries - other_hits, other_tries):
            what = "is no longer always present" if other_hits < other_tries else "is now always present"
            yield self._change(pointer, what, f"{pointer} {what}"), True

    def _types(self, pointer: str) -> Iterator[Doubt]:
        old, new = _alike(self._before[pointer], self._after[pointer])
        where = pointer or "the body"
        if pointer not in self._may_be_null:
            what = "may now be null" if new.get("null") else "is no longer null"
            found = self._change(pointer, what, f"{where} {what}", sorted(old), sorted(new))
            counts = (old.get("null", 0), sum(old.values()), new.get("null", 0), sum(new.values()))
            yield from self._doubted(found, *counts)
        old_types, new_types = _without_null(old), _without_null(new)
        # Null says nothing about the type that other values have.
        if old_types and new_types:
            message = f"the type of {where} changed"
            found = self._change(pointer, "has another type", message, sorted(old_types), sorted(new_types))
            tries, other_tries = sum(old_types.values()), sum(new_types.values())
            for kind in sorted(old_types.keys() ^ new_types.keys()):
                yield from self._doubted(found, old_types.get(kind, 0), tries, new_types.get(kind, 0), other_tries)

    def _doubted(self, found: Change, hits: int, tries: int, other_hits: int, other_tries: int) -> Iterator[Doubt]:
        flips = is_flip(hits, tries, other_hits, other_tries)
        # Which members an error has depends on the error, so only flips count there.
        certain = is_certain(hits, tries, other_hits, other_tries) and (flips or self._is_success)
        if certain or flips:
            yield found, certain

    @property
    def _is_success(self) -> bool:
        return self._status < _FIRST_ERROR

    def _change(
        self, pointer: str, effect: str, message: str, before: list[str] | None = None, after: list[str] | None = None
    ) -> Change:
        return Change(
            Kind.SHAPE,
            self._operation_id,
            f"{self._status} {pointer}",
            f"{message} in {self._status}",
            before,
            after,
            status=self._status,
            pointer=pointer,
            about=Subject.MEMBER,
            effect=effect,
        )


def _present(shape: Shape, pointer: str, parent: str) -> tuple[int, int]:
    """How many responses have the member, and how many have its parent object."""
    tries = shape.get(parent, {}).get("object", 0)
    return min(tries, sum(shape.get(pointer, {}).values())), tries


def _maps(shape: Shape) -> set[str]:
    """Pointers of objects whose member names are data (an entry for each refused field): no member is always there."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for pointer in shape:
        if pointer and not pointer.endswith("/*"):
            children[pointer.rpartition("/")[0]].append(pointer)
    return {
        parent
        for parent, members in children.items()
        if len(members) > 1
        and all(hits < tries for hits, tries in (_present(shape, member, parent) for member in members))
    }


def _without_null(types: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in types.items() if name != "null"}


def _alike(old: Mapping[str, int], new: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Both type counts, with integers counted as numbers where either has non-integer numbers, as 2 is a number too."""
    if "number" not in old and "number" not in new:
        return dict(old), dict(new)
    return _widened(old), _widened(new)


def _widened(types: Mapping[str, int]) -> dict[str, int]:
    widened = {name: count for name, count in types.items() if name not in {"integer", "number"}}
    count = types.get("integer", 0) + types.get("number", 0)
    return widened | ({"number": count} if count else {})
