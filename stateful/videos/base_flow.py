"""Base of the flow about one owner's videos: compares what each viewer sees of them with the model."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any

from hypothesis.stateful import invariant

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.bounded import at_most
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.safety.guard import Refused
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.variables import NamedNumber, NamedText
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.videos import model
from peertube_conformance.stateful.videos.model import NO_LIMIT, Privacy, Video

_MANY = 100
_PUBLISHED = 1
_USED_MEMBERS = ("videoQuotaUsed", "videoQuotaUsedDaily")
_PASSWORDS = range(3)
# Viewers of a video, and the names that they use: an unlisted video is hidden by its number.
_READS = (
    ("anonymous", "uuid"),
    ("anonymous", "id"),
    ("user", "shortUUID"),
    ("user", "id"),
    ("moderator", "shortUUID"),
    ("owner", "id"),
)
_AFTER_REFUSAL = (_READS[0], _READS[-1])
_PASSWORD_HEADER = "x-peertube-video-password"  # noqa: S105 - a name
# What each requirement is about.
_UPLOADED, _PRIVATE_AT_FIRST = "PT-VIDEO-01", "PT-VIDEO-02"
_SHOWN, _OPENED, _LISTED = "PT-VIDEO-03", "PT-VIDEO-04", "PT-VIDEO-05"
_WRITTEN, _STAYED, _REFUSED, _AT_ONCE = "PT-VIDEO-06", "PT-VIDEO-07", "PT-VIDEO-08", "PT-VIDEO-10"
_USED, _OVER = "PT-VIDEO-11", "PT-VIDEO-12"
_DELETED, _NO_VIDEO = "PT-VIDEO-13", "PT-VIDEO-14"


class VideoFlow(Flow):
    """What each step leaves is compared, as far as it may have changed: `touched` is the video that the step was
    about, `because` the requirement, `written` what it wrote of the video."""

    def start(self, owner: Account, privacy: Privacy) -> None:
        """The model: one video with a value for each member, no limits, two channels."""
        self.owner = owner
        self.viewers: dict[str, Account | None] = {
            "anonymous": None,
            "user": self.account("viewer"),
            "owner": owner,
            "moderator": self.world.account("moderator"),
        }
        other = self.once("other channel", lambda: self.world.channel(owner, fresh=True))
        self.channels = [(owner.channel_id, owner.channel_handle), (other.id, other.handle)]
        self.videos: list[Video] = []
        self.known: dict[int, str] = {}
        self.touched: Video | None = None
        self.because = ""
        self.written: Collection[str] = ()
        self.limits, self.lost = dict.fromkeys(model.QUOTAS, NO_LIMIT), dict.fromkeys(_USED_MEMBERS, 0)
        self.write_limits()
        self.strangers = self._clear()
        first = self._first(privacy)
        # Videos that earlier walks left for good are not part of this one.
        used = self.world.ask("getMyQuotaUsed", owner)
        self.lost = {member: used.number(member) - first.room for member in _USED_MEMBERS}

    def _clear(self) -> set[int]:
        """Deletes videos that an earlier walk left, and returns their numbers.

        One that the server only pretended to refuse stays.
        """
        with self.aside():
            listed = self.fetch(
                "listMyVideos", self.owner, {"data": [{"id": int, "uuid": str}]}, query={"count": _MANY}
            )
            listed = listed["data"]
            for video in at_most(listed, _MANY):
                with suppress(Refused):
                    self.send("delVideo", self.owner, path={"id": video["uuid"]})
        return {video["id"] for video in listed}

    def _first(self, privacy: Privacy) -> Video:
        body: dict[str, Any] = {
            **model.FIRST,
            model.CHANNEL: self.owner.channel_id,
            "privacy": int(privacy),
            "videofile": model.video_file("mp4", 0),
        }
        if privacy is Privacy.PASSWORD:
            body["videoPasswords"] = self.passwords([0])
        answer = self.world.ask("uploadLegacy", self.owner, body=body, media_type="multipart/form-data")
        video = self.new_video(answer.at("video"), privacy, [0])
        video.learn(self.world.wait_for_video(video.ids["uuid"], self.owner, self.finished))
        return video

    def finished(self, details: Answer) -> Answer | None:
        """The details of a video that is published and has all its files; None for another."""
        streamed = [*details.items("streamingPlaylists")] or "hls" not in self.world.capabilities
        return details if details.number("state", "id") == _PUBLISHED and streamed else None

    def new_video(self, ids: Answer, privacy: Privacy, passwords: list[int]) -> Video:
        """Adds a video to the walk."""
        variable = f"VIDEO_{len(self.known) + 1}"
        named: dict[str, NamedNumber | NamedText] = {
            "id": NamedNumber(ids.number("id"), f"{variable}_ID"),
            "uuid": NamedText(ids.text("uuid"), f"{variable}_UUID"),
            "shortUUID": NamedText(ids.text("shortUUID"), f"{variable}_SHORT_UUID"),
        }
        self.context.remember({name.variable: str(name) for name in named.values()})
        self.known[ids.number("id")] = variable
        video = Video(variable, named, privacy, int(self.owner.channel_id))
        if privacy is Privacy.PASSWORD:
            video.passwords = passwords
        self.videos.append(video)
        return video

    def compare(self, because: str, video: Video | None = None, written: Collection[str] = ()) -> None:
        """Notes what a step changed, for the comparison after it."""
        self.because, self.touched, self.written = because, video, written

    # Passwords and quotas

    def passwords(self, numbers: Iterable[int]) -> list[str]:
        """Passwords of videos, the same in each walk."""
        return [
            self.once(
                f"password {number}",
                lambda number=number: self.world.password(f"VIDEO_PASSWORD_{number}"),  # type: ignore[misc]
            )
            for number in numbers
        ]

    def secrets_of(self, video: Video) -> dict[str, Any]:
        """The members that each change of a password-protected video must repeat."""
        if video.privacy != Privacy.PASSWORD:
            return {}
        return {"privacy": int(Privacy.PASSWORD), "videoPasswords": self.passwords(video.passwords)}

    def write_limits(self) -> None:
        """Sets the owner's quotas to those of the model."""
        path = {"id": self.owner.user_id}
        lost = dict(zip(model.QUOTAS, self.lost.values(), strict=True))
        body = {name: limit if limit == NO_LIMIT else limit + lost[name] for name, limit in self.limits.items()}
        self.world.call("putUser", self.world.account("admin"), path=path, body=body)

    @property
    def used(self) -> int:
        """The bytes that count for the quota."""
        return sum(video.room for video in self.videos)

    def fits(self, size: int) -> bool:
        """Whether so many more bytes are within the quotas."""
        return all(limit == NO_LIMIT or self.used + size < limit for limit in self.limits.values())

    def limit(self, quota: str, room: int | None) -> None:
        """Sets a quota that leaves so many bytes beyond what is used; no quota where that is None."""
        self.limits[quota] = NO_LIMIT if room is None else self.used + room
        self.write_limits()

    # Comparison

    @invariant()
    def everybody_sees_what_they_may(self) -> None:
        """Compares the videos with the model, after each step that changed something or was refused to."""
        because, self.because = self.because, ""
        if not because:
            return
        if self.touched is not None:
            self._look_at(self.touched, because)
        self._compare_own(because)
        for viewer in ("anonymous", "user"):
            shown = [video for video in self.videos if video.is_listed_for(viewer)]
            self.look_in("getAccountVideos", viewer, shown, because=because, path={"name": self.owner.username})
        self._compare_used(because)

    def _look_at(self, video: Video, because: str) -> None:
        """Reads a video as each viewer; where a change was refused, as two of them."""
        gone = video not in self.videos
        kind = "deleted" if gone else video.privacy.name.lower()
        for viewer, name in _AFTER_REFUSAL if because == _REFUSED else _READS:
            answer = self.send("getVideo", self.viewers[viewer], path={"id": video.ids[name]})
            status = 404 if gone else video.answer_to(viewer, name)
            requirement = _SHOWN if because == _UPLOADED else because
            situation = f"reading a video ({kind}) by its {name} as {viewer}"
            if self.expect(answer, status, requirement=requirement, situation=situation) and status == 200:
                self._compare(answer, Answer.of(answer), video, because, "")
        if video.privacy is Privacy.PASSWORD and not gone:
            self._try_passwords(video)

    def _try_passwords(self, video: Video) -> None:
        for number, password in zip(_PASSWORDS, self.passwords(_PASSWORDS), strict=True):
            headers = {_PASSWORD_HEADER: password}
            answer = self.send("getVideo", path={"id": video.ids["uuid"]}, headers=headers)
            opens = number in video.passwords
            situation = f"reading a video with {'its' if opens else 'a wrong'} password"
            self.expect(answer, 200 if opens else 403, requirement=_OPENED, situation=situation)

    def look_in(
        self, operation: str, viewer: str, wanted: Collection[Video], *, because: str = "", **parts: Any
    ) -> None:
        """Reads a list of videos, and compares the walk's videos in it with the wanted ones."""
        query = {"count": _MANY, "nsfw": "both", **parts.pop("query", {})}
        answer = self.send(operation, self.viewers[viewer], query=query, **parts)
        if not self.expect(answer, 200, requirement=_LISTED, situation=f"a list of videos, requested as {viewer}"):
            return
        numbers = [video.number("id") for video in Answer.of(answer).items("data")]
        seen = sorted(self.known[number] for number in numbers if number in self.known)
        self.same(
            answer,
            because if because in {_AT_ONCE, _DELETED} else _LISTED,
            "data/*/id",
            (sorted(video.variable for video in wanted), seen),
            f"the videos listed for {viewer} are not those that {viewer} may see",
        )

    def _compare_own(self, because: str) -> None:
        answer = self.send("listMyVideos", self.owner, query={"count": _MANY})
        if not self.expect(answer, 200, requirement=_LISTED, situation="listing one's videos"):
            return
        listed = list(Answer.of(answer).items("data"))
        own = {video.number("id"): video for video in listed if video.number("id") not in self.strangers}
        requirement = _LISTED if because in {_UPLOADED, _PRIVATE_AT_FIRST, _STAYED} else because
        for at, expected, actual in (
            (
                "data/*/id",
                sorted(video.variable for video in self.videos),
                sorted(self.known.get(number, "a video that was never made") for number in own),
            ),
            ("total", len(listed), Answer.of(answer).at("total").value),
        ):
            message = f"{at} of the owner's list of videos is wrong"
            if not self.same(answer, requirement, at, (expected, actual), message):
                return
        for video in self.videos:
            self._compare(answer, own[video.ids["id"]], video, because, "data/*/", whole=False)

    def _compare(
        self, answer: Exchange, shown: Answer, video: Video, because: str, at: str, *, whole: bool = True
    ) -> None:
        visible = video.visible(whole=whole)
        for name, actual in model.read(shown, visible).items():
            message = f"{name} of a video is not the value written last"
            self.same(answer, self._requirement(because, name, video), f"{at}{name}", (visible[name], actual), message)

    def _requirement(self, because: str, name: str, video: Video) -> str:
        """The requirement by which a member is what it is: the step wrote it, or left it as it was."""
        if because == _PRIVATE_AT_FIRST and name != "privacy":
            return _UPLOADED
        if because not in {_STAYED, _AT_ONCE}:
            return because
        written = video is self.touched and name in self.written
        return (_AT_ONCE if name == "privacy" else _WRITTEN) if written else _STAYED

    def _compare_used(self, because: str) -> None:
        answer = self.send("getMyQuotaUsed", self.owner)
        if not self.expect(answer, 200, requirement=_USED, situation="reading the used quota"):
            return
        for member in _USED_MEMBERS:
            self.same(
                answer,
                because if because in {_OVER, _NO_VIDEO} else _USED,
                f"{member}",
                (self.used, Answer.of(answer).number(member) - self.lost[member]),
                f"{member} is not the total size of the videos",
            )
