"""Accounts reserved for requests that change, or use up, what their account has."""

from __future__ import annotations

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.resources.factory import World, once_per_world


@once_per_world
def dedicated(world: World, purpose: str) -> Account:  # noqa: ARG001 - each purpose has one
    """An account that only requests for this purpose use: one sign-in serves them all."""
    return world.account(fresh=True)
