"""Flow of the list of registrations, page by page (reference, "List registrations")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition

from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, rule
from peertube_conformance.stateful.lists import base_flow, registration_dataset
from peertube_conformance.stateful.lists.base_flow import questions, rounds
from peertube_conformance.stateful.lists.dataset import Library
from peertube_conformance.stateful.lists.listings import REGISTRATIONS
from peertube_conformance.stateful.lists.model import Item, Question


class RegistrationList(base_flow.Reading):
    """The list of registrations contains each once, in the requested order and pages, with the right total."""

    about = ("requestRegistration", REGISTRATIONS.operation, "deleteRegistration")
    examples: ClassVar[Mapping[str, int]] = {"smoke": 1, "standard": 3, "thorough": 20}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 4, "standard": 5, "thorough": 20}
    listings = (REGISTRATIONS,)
    home = "waiting room"

    def furnish(self) -> Library:
        """Creates registrations in every state, unless few are allowed."""
        crowded = not self.context.is_scarce("requestRegistration")
        return registration_dataset.waiting_room(self.world, crowded=crowded)

    @initialize()
    def begin(self) -> None:
        """Creates registrations: some waiting, some accepted and some rejected."""
        self.open_library()
        self.added: list[Item] = []
        self.made = 0
        if not self.context.is_scarce("requestRegistration"):
            self.once("a registration that comes and goes", self._come_and_go)

    def _come_and_go(self) -> bool:
        self._ask()
        self._delete(0)
        return True

    @rule(asked=rounds((REGISTRATIONS,)))
    def read(self, asked: list[Question]) -> None:
        """Query pages."""
        self.compare_all(asked)

    @rule(question=questions((REGISTRATIONS,), parts=False), length=st.sampled_from((2, 3)))
    def leaf(self, question: Question, length: int) -> None:
        """Query page after page."""
        self.leaf_through(question, length)

    @precondition(lambda self: not self.context.is_scarce("requestRegistration"))
    @rule()
    def ask(self) -> None:
        """Request one more account."""
        self._ask()

    def _ask(self) -> None:
        library = self.library
        self.made += 1
        item = registration_dataset.ask(library, f"new {self.made}", self.world.unique("more"))
        self.added.append(item)
        library.undo[item.name] = lambda: registration_dataset.delete(library, item)
        self.compare(Question(REGISTRATIONS.operation, "keeper"), because="PT-LIST-06")

    @precondition(lambda self: bool(self.added))
    @rule(which=st.integers(0, 3))
    def delete(self, which: int) -> None:
        """Delete a request."""
        self._delete(which)

    def _delete(self, which: int) -> None:
        item = self.added.pop(which % len(self.added))
        self.library.undo.pop(item.name)()
        self.compare(Question(REGISTRATIONS.operation, "keeper"), because="PT-LIST-07")


@pytest.mark.requirement(
    "PT-LIST-01", "PT-LIST-02", "PT-LIST-03", "PT-LIST-06", "PT-LIST-07", "PT-LIST-08", "PT-PAGE-01",
    "PT-PAGE-02", "PT-PAGE-03", "PT-PAGE-04", "PT-PAGE-05", "PT-PAGE-07",
)  # fmt: skip
def test_registration_list(walk: Callable[[type[Flow]], None]) -> None:
    """List registrations."""
    walk(RegistrationList)
