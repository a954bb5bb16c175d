"""Seeds data on a best-effort basis so that lists are not empty: an empty list shows nothing about its items."""

from __future__ import annotations

from collections.abc import Callable

from peertube_conformance.fixtures.resources.factory import NotArranged, Unavailable, World, once_per_world
from peertube_conformance.fixtures.safety.guard import Refused


@once_per_world
def _tried(_world: World) -> set[str]:
    return set()


def welcome(world: World, what: str, make: Callable[[], object]) -> None:
    """Makes something once; a list is read without it where it cannot be made."""
    tried = _tried(world)
    if what not in tried:
        tried.add(what)
        try:
            make()
        except (NotArranged, Refused, Unavailable):
            return
