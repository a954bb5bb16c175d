"""Flow of the lists of videos with their common filters: pages, sorts, filters and totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest
from hypothesis import strategies as st

from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, rule
from peertube_conformance.stateful.lists import base_flow
from peertube_conformance.stateful.lists.base_flow import questions, rounds
from peertube_conformance.stateful.lists.dataset import PRIVATE, PUBLIC
from peertube_conformance.stateful.lists.model import WHOLE, Question
from peertube_conformance.stateful.lists.video_listings import VIDEO_LISTS, tagged

_LISTS = (
    Question("getVideos", "nobody"),
    Question("getAccountVideos", "reader"),
    Question("getVideoChannelVideos", "nobody", place="birch 2"),
    Question("listSubscriptionVideos", "reader"),
    Question("listMyVideos", "owner"),
)


class VideoLists(base_flow.Reading):
    """Video lists contain what their filters select and their reader may see, in the requested order and pages."""

    about = tuple(listing.operation for listing in VIDEO_LISTS)
    examples: ClassVar[Mapping[str, int]] = {"smoke": 1, "standard": 4, "thorough": 30}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 4, "standard": 5, "thorough": 30}
    listings = VIDEO_LISTS

    @initialize()
    def begin(self) -> None:
        """The model: the library as it was populated."""
        self.open_library()
        self.once("a publication and its end", self._come_and_go)

    def _come_and_go(self) -> bool:
        self._publish(PUBLIC)
        self._publish(PRIVATE)
        return True

    @rule(asked=rounds(VIDEO_LISTS))
    def read(self, asked: list[Question]) -> None:
        """Query pages."""
        self.compare_all(asked)

    @rule(question=questions(VIDEO_LISTS, parts=False), length=st.integers(1, 3))
    def leaf(self, question: Question, length: int) -> None:
        """Query page after page."""
        self.leaf_through(question, length)

    @rule(privacy=st.integers(PUBLIC, 4))
    def publish(self, privacy: int) -> None:
        """Change who may see a video: it must appear in the lists of those who may find it, and leave those of others."""
        self._publish(privacy)

    def _publish(self, privacy: int) -> None:
        library = self.library
        video = library.item(library.videos, "volcano")
        library.undo["volcano"] = lambda: library.publish(video, PRIVATE)
        library.publish(video, privacy)
        because = "PT-LIST-06" if privacy == PUBLIC else "PT-LIST-08"
        for question in _LISTS:
            self.compare(question, because=because)

    @rule(tags=st.lists(st.sampled_from(("alpha", "beta", "gamma")), unique=True, max_size=3))
    def tag(self, tags: list[str]) -> None:
        """Change the tags that a filter selects by."""
        library = self.library
        video = library.item(library.videos, "lantern")
        before = video.facts["tags"]
        library.undo.setdefault("tags", lambda: library.tag(video, before))
        library.tag(video, tags)
        for question in _LISTS[:3]:
            self.compare(tagged(question, "alpha"))

    @rule(like=st.booleans())
    def like(self, like: bool) -> None:
        """Change the likes that a sort orders by."""
        library = self.library
        video = library.item(library.videos, "meadow 1")
        library.undo["like"] = lambda: library.like(video, liked=False)
        library.like(video, liked=like)
        for operation in ("getAccountVideos", "listMyVideos"):
            self.compare(Question(operation, "owner", start=0, count=WHOLE, sort="-likes"))


@pytest.mark.requirement(
    "PT-LIST-01", "PT-LIST-02", "PT-LIST-03", "PT-LIST-04", "PT-LIST-05", "PT-LIST-06", "PT-LIST-08",
    "PT-PAGE-01", "PT-PAGE-02", "PT-PAGE-03", "PT-PAGE-04", "PT-PAGE-05", "PT-PAGE-07",
)  # fmt: skip
def test_video_lists(walk: Callable[[type[Flow]], None]) -> None:
    """Every list of videos."""
    walk(VideoLists)
