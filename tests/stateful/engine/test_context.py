"""Accounts of flows: each flow's own, and shared where sign-ins are scarce by all that leave them as they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from peertube_conformance.stateful.engine.context import Context


@dataclass(frozen=True)
class Person:
    """What a flow needs to know of an account here."""

    number: int
    label: str

    def named(self) -> Person:
        """Itself: it has no secrets that go by the label."""
        return self


class World:
    """Makes accounts and counts them."""

    def __init__(self) -> None:
        self.kept: dict[Any, Any] = {}

    def once(self, what: Any, make: Callable[[], Any]) -> Any:
        if what not in self.kept:
            self.kept[what] = make()
        return self.kept[what]

    def account(self, role: str, *, fresh: bool, label: str) -> Person:
        assert (role, fresh) == ("user", True)
        return Person(len(self.kept), label)


def context(world: World, name: str, *, scarce: bool) -> Any:
    """A context whose accounts are persons."""
    made: Any = object.__new__(Context)
    made.__dict__.update(environment=SimpleNamespace(world=world), name=name, _names={})
    made.is_scarce = lambda _operation: scarce
    return made


@pytest.mark.parametrize("scarce", [False, True])
def test_flows_share_accounts_where_sign_ins_are_scarce(scarce: bool) -> None:
    world = World()
    one, other = (context(world, name, scarce=scarce) for name in ("History", "Lists"))
    viewer, owner = one.account("viewer", "user"), other.account("owner", "user")
    assert (viewer.number == owner.number) is scarce
    assert (viewer.label, owner.label) == ("viewer", "owner")
    assert one.account("other viewer", "user").number != viewer.number
    assert one.account("viewer", "user") == viewer


def test_an_account_that_a_flow_changes_for_good_is_never_another_s() -> None:
    world = World()
    one, other = (context(world, name, scarce=True) for name in ("LegacyUpload", "ResumableUpload"))
    publisher = one.account("publisher", "user", own=True)
    assert one.account("publisher", "user", own=True) == publisher
    assert publisher.number not in {one.account("viewer", "user").number, other.account("owner", "user").number}
