"""Flow of videos uploaded in one request: their details, who sees them, changes and deletion.

Reference, "Upload a video", "Get a video", "Update a video", "Delete a video".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.videos import base_flow, model
from peertube_conformance.stateful.videos.model import NO_LIMIT, Privacy, Video

_MOST_VIDEOS = 4
# Too little for any video, and enough for one.
_ROOMS = (601, 3001, None)
_NAME = "A day out"
_MULTIPART = "multipart/form-data"
_MANAGERS = ("owner", "moderator")
_PLACES = ("instance", "channel 0", "channel 1", "everything")
indexes = st.integers(0, _MOST_VIDEOS - 1)
_NEXT_PASSWORDS: Mapping[tuple[int, ...], tuple[int, ...]] = {(): (0,), (0,): (1,), (1,): (2, 0), (2, 0): (1,)}
new_privacies = st.sampled_from((3, 1, 5, 2, 4))
privacies = st.sampled_from((None, *map(int, Privacy)))
people = st.sampled_from((*_MANAGERS, *_MANAGERS, "user", "anonymous"))
any_video = precondition(lambda flow: flow.videos)
few_videos = precondition(lambda flow: len(flow.videos) < _MOST_VIDEOS)


class LegacyUpload(base_flow.VideoFlow):
    """An uploaded video has the sent properties, is visible as its privacy allows, and is gone once deleted."""

    about = ("uploadLegacy", "getVideo", "putVideo", "delVideo", "listMyVideos", "getMyQuotaUsed", "putUser")
    examples: ClassVar[Mapping[str, int]] = {"smoke": 3, "standard": 14, "thorough": 40}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 8, "standard": 10, "thorough": 30}

    @initialize(privacy=st.sampled_from(list(map(int, Privacy))))
    def begin(self, privacy: int) -> None:
        """The model: one video."""
        self.start(self.account("publisher", own=True), Privacy(privacy))

    @few_videos
    @stage(privacy=privacies, kind=model.kinds, members=model.members)
    def upload(self, privacy: int | None, kind: str, members: dict[str, Any]) -> None:
        """Upload a video; without a privacy it is private."""
        self._upload(privacy, kind, members)

    def _upload(self, privacy: int | None, kind: str, members: dict[str, Any]) -> None:
        file = model.video_file(kind, len(self.known))
        said = self._said({"name": _NAME, model.CHANNEL: 0, **members})
        body = {**said, "videofile": file}
        if privacy is not None:
            body["privacy"] = privacy
        if privacy == Privacy.PASSWORD:
            body["videoPasswords"] = self.passwords((0,))
        answer = self.send("uploadLegacy", self.owner, body=body, media_type=_MULTIPART)
        self.compare("PT-VIDEO-12")
        if not self.fits(len(file.data)):
            self.expect(answer, 413, requirement="PT-VIDEO-12", situation="a video that exceeds the user's quota")
            return
        limited = any(limit != NO_LIMIT for limit in self.limits.values())
        because = "PT-VIDEO-12" if limited else "PT-VIDEO-01"
        if self.expect(answer, 200, requirement=because, situation="a video within the quota"):
            video = self.new_video(Answer.of(answer).at("video"), Privacy(privacy or Privacy.PRIVATE), [0])
            self.compare("PT-VIDEO-01" if privacy else "PT-VIDEO-02", video)
            details = self.world.wait_for_video(video.ids["uuid"], self.owner, self.finished)
            # Members that were not sent have the instance's defaults.
            video.learn(details)
            video.write(said)
            self._see_the_source(video, len(file.data))

    def _said(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """The members as they are sent: the channel by its number."""
        said = dict(members)
        if model.CHANNEL in said:
            said[model.CHANNEL] = self.channels[said[model.CHANNEL]][0]
        return said

    def _see_the_source(self, video: Video, size: int) -> None:
        source = self.send("getVideoSource", self.owner, path={"id": video.ids["uuid"]})
        if self.expect(source, 200, requirement="PT-VIDEO-01", situation="reading the source of a video"):
            self.same(
                source,
                "PT-VIDEO-01",
                "size",
                (size, Answer.of(source).at("size").value),
                "size of the source differs from the sent file",
            )

    @stage(what=model.others, kind=model.kinds)
    def upload_something_else(self, what: str, kind: str) -> None:
        """Upload a file that is named like a video and is none: refused by its media type or by its content."""
        file, status = model.other_file(what, kind)
        body = {model.CHANNEL: self.channels[0][0], "name": "No video", "videofile": file}
        answer = self.send("uploadLegacy", self.owner, body=body, media_type=_MULTIPART)
        self.compare("PT-VIDEO-14")
        statuses = (status,) if self.fits(len(file.data)) else (status, 413)
        if not self.expect(
            answer, *statuses, requirement="PT-VIDEO-14", situation=f"a file that is not a video ({what})"
        ):
            self.world.call("delVideo", self.owner, path={"id": Answer.of(answer).text("video", "uuid")})

    @few_videos
    @stage(quota=st.sampled_from(model.QUOTAS), room=st.sampled_from(_ROOMS), kind=model.kinds)
    def upload_within(self, quota: str, room: int | None, kind: str) -> None:
        """Set a quota, which stays, of so many bytes beyond what is used (None for no limit), then upload a video."""
        self.limit(quota, room)
        self._upload(None, kind, {})

    @any_video
    @stage(video=indexes, members=model.members, by=people)
    def change(self, video: int, members: dict[str, Any], by: str) -> None:
        """Write some members, if allowed: they are read back, and the others stay."""
        changed, said = self._video(video), self._said(members)
        answer = self._put(changed, {**self.secrets_of(changed), **said}, by)
        if by in _MANAGERS:
            self.compare("PT-VIDEO-07", changed, set(said))
            because = "PT-VIDEO-06" if by == "owner" else "PT-VIDEO-09"
            if self.expect(answer, 204, requirement=because, situation=f"an update of a video as {by}"):
                changed.write(said)
        else:
            self._refused(answer, changed, by, "change")

    def _refused(self, answer: Exchange, video: Video, by: str, what: str) -> None:
        self.compare("PT-VIDEO-09", video)
        situation = f"a request as {by} to {what} another user's video"
        self.expect(answer, 401 if by == "anonymous" else 403, requirement="PT-VIDEO-09", situation=situation)

    @any_video
    @stage(video=indexes, picture=st.sampled_from(sorted(model.PICTURES)))
    def show(self, video: int, picture: str) -> None:
        """Replace a picture of the video: its address changes, and the address of the other picture stays."""
        changed, path = self._video(video), model.PICTURES[picture]
        answer = self._put(changed, {**self.secrets_of(changed), picture: model.picture()})
        self.compare("PT-VIDEO-07", changed)
        if not self.expect(answer, 204, requirement="PT-VIDEO-06", situation=f"an update of the {picture} of a video"):
            return
        answer = self.send("getVideo", self.owner, path={"id": changed.ids["uuid"]})
        if self.expect(answer, 200, requirement="PT-VIDEO-06", situation="reading a video with a new picture"):
            shown, at = Answer.of(answer).at(path).value, f"/response/body/{path}"
            message, new = f"{path} did not change", shown != changed.said[path]
            self.agree(answer, "PT-VIDEO-06", at=at, expected=True, actual=new, message=message)
            changed.said[path] = shown

    @any_video
    @stage(video=indexes, privacy=new_privacies)
    def change_privacy(self, video: int, privacy: int) -> None:
        """Change who may see the video; with passwords, the last ones open it."""
        changed = self._video(video)
        if privacy == Privacy.PASSWORD:
            answer = self._put(changed, {"privacy": privacy})
            self.expect(
                answer, 400, requirement="PT-VIDEO-08", situation="an update to password protection without a password"
            )
            # These replace others, so their effect is visible.
            for _ in range(1 if changed.passwords else 2):
                self._show_to(changed, Privacy.PASSWORD, _NEXT_PASSWORDS[tuple(changed.passwords)])
        else:
            self._show_to(changed, Privacy(privacy), ())

    def _show_to(self, video: Video, privacy: Privacy, passwords: tuple[int, ...]) -> None:
        body: dict[str, Any] = {"privacy": int(privacy)}
        if passwords:
            body["videoPasswords"] = self.passwords(passwords)
        answer = self._put(video, body)
        self.compare("PT-VIDEO-10", video, {"privacy"})
        if self.expect(answer, 204, requirement="PT-VIDEO-10", situation="an update of a video's privacy"):
            video.privacy, video.passwords = privacy, list(passwords)

    def _put(self, video: Video, body: Mapping[str, Any], by: str = "owner") -> Exchange:
        with_files = any(name in body for name in model.PICTURES)
        media_type = _MULTIPART if with_files else "application/json"
        path = {"id": video.ids["uuid"]}
        return self.send("putVideo", self.viewers[by], path=path, body=dict(body), media_type=media_type)

    @any_video
    @stage(video=indexes, wrong=st.sampled_from(sorted(model.WRONG)))
    def change_wrongly(self, video: int, wrong: str) -> None:
        """Send one invalid member, which makes the whole change void."""
        changed = self._video(video)
        body = {**model.BESIDE, **self.secrets_of(changed), **model.WRONG[wrong]}
        if wrong == model.FOREIGN_CHANNEL:
            reader = self.viewers["user"]
            assert reader is not None
            body[model.CHANNEL] = reader.channel_id
        answer = self._put(changed, body)
        self.compare("PT-VIDEO-08", changed)
        self.expect(answer, 400, requirement="PT-VIDEO-08", situation=f"an update of a video with {wrong}")

    @any_video
    @stage(video=indexes, name=st.sampled_from(model.NAMES), by=people)
    def delete(self, video: int, name: str, by: str) -> None:
        """Delete the video by one of its names; it is gone for everybody, under each name.

        By its owner after anybody else.
        """
        victim = self._video(video)
        path = {"id": victim.ids[name]}
        if by not in _MANAGERS:
            answer = self.send("delVideo", self.viewers[by], path=path)
            self._refused(answer, victim, by, "delete")
            answer = self.send("getVideo", self.owner, path=path)
            self.expect(answer, 200, requirement="PT-VIDEO-09", situation=f"reading a video that {by} tried to delete")
            by = "owner"
        answer = self.send("delVideo", self.viewers[by], path=path)
        if self.expect(answer, 204, requirement="PT-VIDEO-13", situation=f"deleting a video as {by}"):
            self.videos.remove(victim)
            self.compare("PT-VIDEO-13", victim)
            again = self.send("delVideo", self.viewers[by], path=path)
            self.expect(again, 404, requirement="PT-VIDEO-13", situation="a second deletion of a video")

    @stage(viewer=st.sampled_from(model.VIEWERS), place=st.sampled_from(_PLACES))
    def look_through(self, viewer: str, place: str) -> None:
        """Compare a list as seen by a viewer. Moderators may list everything."""
        there = list(self.videos)
        parts: dict[str, Any] = {"query": {"sort": "-createdAt"}}
        if place == "everything":
            parts["query"]["privacyOneOf"] = list(map(int, Privacy))
            self.look_in("getVideos", "moderator", there, **parts)
            return
        operation = "getVideos"
        if place != "instance":
            number, handle = self.channels[int(place[-1])]
            operation, parts = "getVideoChannelVideos", {"path": {"channelHandle": handle}}
            there = [video for video in there if video.channel == number]
        self.look_in(operation, viewer, [video for video in there if video.is_listed_for(viewer)], **parts)

    def _video(self, index: int) -> Video:
        return self.videos[index % len(self.videos)]


@pytest.mark.requirement(
    "PT-VIDEO-01", "PT-VIDEO-02", "PT-VIDEO-03", "PT-VIDEO-04", "PT-VIDEO-05", "PT-VIDEO-06", "PT-VIDEO-07",
    "PT-VIDEO-08", "PT-VIDEO-09", "PT-VIDEO-10", "PT-VIDEO-11", "PT-VIDEO-12", "PT-VIDEO-13", "PT-VIDEO-14",
)  # fmt: skip
def test_legacy_upload(walk: Callable[[type[Flow]], None]) -> None:
    """Upload a video."""
    walk(LegacyUpload)
