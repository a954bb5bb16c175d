"""What a list is read with where it can be: of an empty one, nothing about its items can be judged."""

from __future__ import annotations

from collections.abc import Callable

from peertube_conformance.fixtures.resources.factory import NotArranged, Unavailable, World, once_per_world
from peertube_conformance.fixtures.safety.guard import Refused


@once_per_world
def _tried(_world: World) -> set[str]:
    return set()


def welcome(world: World, what: str, make: Callable[[], object]) -> None:
    """Makes something once; where it cannot be made, the list is read without."""
    tried = _tried(world)
    if what not in tried:
        tried.add(what)
        try:
            make()
        except (NotArranged, Refused, Unavailable):
            return
