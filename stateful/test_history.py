"""Flow of the watch history: watched videos with positions, and their deletion (reference, "My History")."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from peertube_conformance.fixtures.messages.json_response import ANY, read
from peertube_conformance.fixtures.resources.factory import PUBLIC, VideoRef
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, rule

_SECONDS = 10
_VIDEOS = 3
videos = st.integers(0, _VIDEOS - 1)
positions = st.integers(0, _SECONDS)
_HISTORY = {"data": [{"id": int, "userHistory": {"currentTime": int}}], "total": ANY}
# Servers keep times in milliseconds.
_TICK_SECONDS = 0.005


class WatchHistory(Flow):
    """The history keeps watched videos with their positions, removes them on request, and is separate for each user."""

    about = ("addView", "listMyHistory", "clearMyHistory", "deleteMyHistoryElement", "putUserInfo")

    @initialize()
    def begin(self) -> None:
        """The model: positions by video, the one watched last at the end."""
        self.viewer, self.other = self.account("viewer"), self.account("other viewer")
        self.positions: dict[int, int] = {}
        self.enabled = True
        # The requirement that the last step was about: it is broken by anything superfluous or missing in the history.
        self.because = "PT-HISTORY-04"
        self._settle({"videosHistoryEnabled": True})
        self.send("clearMyHistory", self.viewer)

    def video(self, number: int) -> VideoRef:
        """One of the videos to watch."""
        return self.once(f"video {number}", lambda: self.world.video(self.other, PUBLIC, fresh=True, seconds=_SECONDS))

    @rule(video=videos, position=positions)
    def watch(self, video: int, position: int) -> None:
        """Report a position."""
        self._watch(video, position)

    def _watch(self, video: int, position: int) -> None:
        body = {"currentTime": position}
        answer = self.send("addView", self.viewer, path={"id": self.video(video).uuid}, body=body)
        self.expect(answer, 204, requirement="PT-HISTORY-01", situation="a watched position of a public video")
        self.because = "PT-HISTORY-01" if self.enabled else "PT-HISTORY-05"
        if self.enabled:
            self.positions.pop(video, None)
            self.positions[video] = position

    @rule(video=videos, position=positions)
    def somebody_else_watches(self, video: int, position: int) -> None:
        """Report a position as another user; the viewer's history stays unchanged."""
        self.send("addView", self.other, path={"id": self.video(video).uuid}, body={"currentTime": position})
        self.because = "PT-HISTORY-06"

    @rule(video=videos)
    def delete_one(self, video: int) -> None:
        """Delete one video from the history, whether it was watched or not."""
        answer = self.send("deleteMyHistoryElement", self.viewer, path={"videoId": self.video(video).id})
        self.expect(answer, 204, requirement="PT-HISTORY-03", situation="deleting an element of one's history")
        self.positions.pop(video, None)
        self.because = "PT-HISTORY-03"

    @rule()
    def clear(self) -> None:
        """Clear the history."""
        answer = self.send("clearMyHistory", self.viewer)
        self.expect(answer, 204, requirement="PT-HISTORY-04", situation="clearing one's history")
        self.positions.clear()
        self.because = "PT-HISTORY-04"

    @rule(video=videos, position=positions)
    def clear_before_the_last(self, video: int, position: int) -> None:
        """Clear the history before a date, after which one more video is watched."""
        date = self._moment()
        self._watch(video, position)
        answer = self.send("clearMyHistory", self.viewer, body={"beforeDate": date})
        self.expect(answer, 204, requirement="PT-HISTORY-04", situation="clearing one's history before a date")
        self.positions = {video: position} if self.enabled else {}
        self.because = "PT-HISTORY-04"

    @rule(enabled=st.booleans())
    def turn(self, enabled: bool) -> None:
        """Turn the history on or off."""
        self._settle({"videosHistoryEnabled": enabled})
        self.enabled = enabled
        self.because = "PT-HISTORY-05"

    @invariant()
    def the_history_is_what_was_watched(self) -> None:
        """Compare the history with the model."""
        answer = self.send("listMyHistory", self.viewer, query={"count": 100})
        if not self.expect(answer, 200, requirement="PT-HISTORY-02", situation="listing one's history"):
            return
        listed = read(answer, _HISTORY)
        numbers = {int(self.video(number).id): number for number in range(_VIDEOS)}
        seen = [
            (numbers.get(video["id"], video["id"]), video["userHistory"]["currentTime"]) for video in listed["data"]
        ]
        wanted = list(reversed(self.positions.items()))
        for requirement, at, expected, actual in (
            (self.because, "data/*/id", sorted(self.positions), sorted(number for number, _ in seen)),
            ("PT-HISTORY-01", "data/*/userHistory/currentTime", sorted(wanted), sorted(seen)),
            ("PT-HISTORY-02", "data", wanted, seen),
            ("PT-HISTORY-02", "total", len(wanted), listed["total"]),
        ):
            message = f"{at} of the history does not match the watched positions"
            self.same(answer, requirement, at, (expected, actual), message)

    def _settle(self, preferences: dict[str, bool]) -> None:
        answer = self.send("putUserInfo", self.viewer, body=preferences)
        self.expect(answer, 204, requirement="PT-HISTORY-05", situation="enabling or disabling the watch history")

    def _moment(self) -> str:
        """A moment between all earlier and later steps, by the server's clock: that of a new comment."""
        self.world.deadline.sleep(_TICK_SECONDS)
        path, body = {"id": self.video(0).id}, {"text": "Seen."}
        moment = self.world.ask("addCommentThread", self.other, path=path, body=body).text("comment", "createdAt")
        self.world.deadline.sleep(_TICK_SECONDS)
        return self.name(moment, "MOMENT")


@pytest.mark.requirement(
    "PT-HISTORY-01", "PT-HISTORY-02", "PT-HISTORY-03", "PT-HISTORY-04", "PT-HISTORY-05", "PT-HISTORY-06",
)  # fmt: skip
def test_watch_history(walk: Callable[[type[Flow]], None]) -> None:
    """My History."""
    walk(WatchHistory)
