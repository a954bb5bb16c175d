"""Accounts set aside for requests that change, or use up, what their account has."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.resources.factory import World

_KEPT: WeakKeyDictionary[World, dict[str, Account]] = WeakKeyDictionary()


def dedicated(world: World, purpose: str) -> Account:
    """An account that only requests for this purpose use: one sign-in serves them all."""
    kept = _KEPT.setdefault(world, {})
    if purpose not in kept:
        kept[purpose] = world.account(fresh=True)
    return kept[purpose]
