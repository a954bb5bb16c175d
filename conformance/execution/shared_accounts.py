"""Accounts shared by the enumerated tests, for resources that must not be changed or counted elsewhere.

Each new account is a sign-in, of which an instance allows a few in minutes only; two serve all tests.
"""

from __future__ import annotations

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.resources.factory import World


def publisher(world: World) -> Account:
    """The account whose channels, subscriptions and published videos are counted.

    Only tests of lists and feeds make some.
    """
    return world.once(("own", "publisher"), lambda: world.account(fresh=True, label="publisher"))


def changer(world: World) -> Account:
    """The account that is changed, subscribes and exports."""
    return world.once(("own", "changer"), lambda: world.account(fresh=True, label="changer"))
