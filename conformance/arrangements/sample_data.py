"""What a list is read with where it can be: of an empty one, nothing about its items can be judged."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from peertube_conformance.fixtures.resources.factory import NotArranged, Unavailable, World
from peertube_conformance.fixtures.safety.guard import Refused

_done: WeakKeyDictionary[World, set[str]] = WeakKeyDictionary()


def welcome(world: World, what: str, make: Callable[[], object]) -> None:
    """Makes something once; where it cannot be made, the list is read without."""
    done = _done.setdefault(world, set())
    if what not in done:
        done.add(what)
        try:
            make()
        except (NotArranged, Refused, Unavailable):
            return
