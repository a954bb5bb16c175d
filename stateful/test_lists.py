"""Flow of lists of channels, playlists, users and their actions: pages, sorts, filters and totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition

from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, rule
from peertube_conformance.stateful.lists import base_flow
from peertube_conformance.stateful.lists.base_flow import questions, rounds
from peertube_conformance.stateful.lists.dataset import LIKE, NONE, PRIVATE, PUBLIC
from peertube_conformance.stateful.lists.item_creation_and_deletion import CHANGES
from peertube_conformance.stateful.lists.listings import LISTS
from peertube_conformance.stateful.lists.model import Item, Question


class Lists(base_flow.Reading):
    """Lists contain each matching item once, in the requested order and pages, with the right total."""

    about = tuple(listing.operation for listing in LISTS)
    examples: ClassVar[Mapping[str, int]] = {"smoke": 1, "standard": 4, "thorough": 30}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 4, "standard": 5, "thorough": 30}
    listings = LISTS

    @initialize()
    def begin(self) -> None:
        """The model: the library as it was populated."""
        self.open_library()
        self.added: list[tuple[str, Item]] = []
        self.made = 0
        for what in CHANGES:
            self._come_and_go(what)
        self.once("a video that was rated and watched, and is hidden", self._hide)

    def _come_and_go(self, what: str) -> None:
        """Creates and deletes an item of each kind once, in the first walk."""

        def come_and_go() -> bool:
            self._add(what)
            self._remove(0)
            return True

        self.once(f"{what} that comes and goes", come_and_go)

    @rule(asked=rounds(LISTS))
    def read(self, asked: list[Question]) -> None:
        """Query pages."""
        self.compare_all(asked)

    @rule(question=questions(LISTS, parts=False), length=st.sampled_from((2, 3, 5, 7)))
    def leaf(self, question: Question, length: int) -> None:
        """Query page after page."""
        self.leaf_through(question, length)

    @rule(what=st.sampled_from(tuple(CHANGES)))
    def add(self, what: str) -> None:
        """Create an item that lists hold."""
        self._add(what)

    def _add(self, what: str) -> None:
        change = CHANGES[what]
        self.made += 1
        item = change.add(self.library, f"new {self.made}")
        if item is None:
            return
        self.added.append((what, item))
        self.library.undo[item.name + what] = lambda: change.remove(self.library, item)
        for question in change.questions(item):
            self.compare(question, because="PT-LIST-06")

    @precondition(lambda self: bool(self.added))
    @rule(which=st.integers(0, 3))
    def remove(self, which: int) -> None:
        """Delete an item that was created."""
        self._remove(which)

    def _remove(self, which: int) -> None:
        what, item = self.added.pop(which % len(self.added))
        self.library.undo.pop(item.name + what)()
        for question in CHANGES[what].questions(item):
            self.compare(question, because="PT-LIST-07")

    @rule()
    def comment(self) -> None:
        """Create a comment thread, which must be the first of the list."""
        number = sum(item.facts["under"] == "lantern" for item in self.library.comments) + 1
        self.library.add_comment(f"another comment {number}", "owner", "lantern")
        self.compare(Question("getCommentThreads", "nobody", place="lantern"), because="PT-LIST-06")

    def _hide(self) -> bool:
        """Makes an item private, which must leave the lists of others."""
        library = self.library
        video = library.item(library.videos, "volcano")
        path = {"id": video.facts["uuid"]}

        def bring_back() -> None:
            library.publish(video, PUBLIC)
            library.call("rateVideo", "reader", path=path, body={"rating": NONE})
            library.call("deleteMyHistoryElement", "reader", path={"videoId": video.id})
            library.publish(video, PRIVATE)

        library.undo["volcano"] = bring_back
        library.publish(video, PUBLIC)
        library.call("rateVideo", "reader", path=path, body={"rating": LIKE})
        library.call("addView", "reader", path=path, body={"currentTime": 0})
        library.publish(video, PRIVATE)
        for operation in ("getAccountRatings", "listMyHistory"):
            library.gone.setdefault(operation, {})[video.id] = video.name
            self.compare(Question(operation, "reader"), because="PT-LIST-08")
        library.undo.pop("volcano")()
        return True


@pytest.mark.requirement(
    "PT-LIST-01", "PT-LIST-02", "PT-LIST-03", "PT-LIST-04", "PT-LIST-06", "PT-LIST-07", "PT-LIST-08",
    "PT-PAGE-01", "PT-PAGE-02", "PT-PAGE-03", "PT-PAGE-04", "PT-PAGE-05", "PT-PAGE-07",
)  # fmt: skip
def test_lists(walk: Callable[[type[Flow]], None]) -> None:
    """Every list but those of videos."""
    walk(Lists)
