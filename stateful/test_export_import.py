"""Flow of exports and imports: an import restores all of an account (reference, "User Exports", "User Imports")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import ANY, Answer, Nullable, header_of, read
from peertube_conformance.fixtures.resources.factory import upload_id_in
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.export_import.account_data import Belongings
from peertube_conformance.stateful.export_import.export_steps import COMPLETED, ENDED, PRIVACIES, ExportSteps

_DONE = "PT-IMPORT-01"
_SETTINGS = "PT-IMPORT-02"
_VIDEOS = "PT-IMPORT-03"
_TIES = "PT-IMPORT-04"
_TWICE = "PT-IMPORT-05"
_FOREIGN = "PT-IMPORT-06"
_BROKEN = "PT-IMPORT-07"
_OWN = "PT-IMPORT-08"
_TOPICS = {
    "profile": _SETTINGS,
    "preferences": _SETTINGS,
    "channels": _VIDEOS,
    "videos": _VIDEOS,
    "subscriptions": _TIES,
    "rates": _TIES,
    "history": _TIES,
    "playlists": _TIES,
}
_JOB_SECONDS = 60.0
# Requirements that an import may break that is not the first of a whole archive.
_BREAKABLE = {
    _TWICE: frozenset({"channels", "videos", "playlists", "subscriptions", "rates", "history"}),
    _FOREIGN: frozenset({"channels", "videos", "playlists"}),
    _BROKEN: frozenset(_TOPICS),
}
_MOST_TIMES = 2
_IMPORT = {"id": ANY, "state": Nullable({"id": ANY, "label": ANY})}
_ZIP, _BINARY = "application/zip", "application/octet-stream"


class ExportImport(ExportSteps):
    """An export contains all data of its account, and importing it gives another account the same data."""

    about = (
        "requestUserExport",
        "listUserExports",
        "deleteUserExport",
        "downloadUserExport",
        "userImportResumableInit",
        "userImportResumable",
        "getLatestUserImport",
    )
    examples: ClassVar[Mapping[str, int]] = {"smoke": 1, "standard": 3, "thorough": 12}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 6, "standard": 12, "thorough": 20}

    @classmethod
    def walks(cls, depth: str) -> tuple[int, int]:
        """Few and longer walks where sign-ins are scarce: each walk signs in twice."""
        examples, steps = super().walks(depth)
        return (min(examples, 2), steps + 4) if cls.context.is_scarce("getOAuthToken") else (examples, steps)

    @initialize(privacy=st.sampled_from(PRIVACIES))
    def begin(self, privacy: int) -> None:
        """The model: the owner has a little of everything; the mover has nothing yet."""
        self.prepare()
        token = self.fetch("getFeedToken", self.owner, {"feedToken": str})["feedToken"]
        self.feed_token = self.secret(token, "FEED_TOKEN")
        self.names: dict[str, str] = {}
        self.broken = False
        # The requirement that the last import was about; without one, the topic names it.
        self.because = ""
        self.open_channel()
        self.add_video(1, privacy)
        self.follow()
        self.rate(0, "like")
        self.rate(1, "dislike")
        self.rate(1, "none")
        self.watch(0, 1)
        self.comment(0)
        self.add_playlist(private=True)
        self.add_playlist(private=False)
        self.prefer(1)

    # Imports

    @precondition(lambda self: self.archive is not None and self.brought < _MOST_TIMES)
    @stage()
    def bring_archive(self) -> None:
        """Import the archive with other names for the channels, because those in it are taken on this instance."""
        for channel in self.packed.channels:
            self.names.setdefault(channel["name"], self.world.unique("moved"))
        answer = self._bring(self.packed.renamed(self.names), self.names)
        if answer is None:
            return
        self.because = _TWICE if self.brought else ""
        self.brought += 1
        if self.with_files and self.keeps_what_is_sent():
            there = sorted({video["name"] for video in self.packed.videos} & {*self.contents})
            differ = [name for name in there if self.file_of(self.mover, name) != self.contents[name]]
            self.same(
                answer, _VIDEOS, "files/*", ([], differ), "files of imported videos differ from the exported ones"
            )

    @precondition(lambda self: self.archive is not None and self.brought_as_it_is < 1)
    @stage()
    def bring_archive_as_it_is(self) -> None:
        """Import the archive while another user owns the channels in it, and keeps everything."""
        answer = self._bring(self.packed, {})
        if answer is None:
            return
        self.because = _FOREIGN
        self.brought_as_it_is += 1
        left = self.seen(self.owner)
        for topic in _TOPICS:
            message = f"{topic} of the channels' owner changed"
            self.same(answer, _FOREIGN, topic, (self.has.topic(topic), left.topic(topic)), message)

    def _bring(self, brought: Belongings, names: Mapping[str, str]) -> Exchange | None:
        assert self.archive is not None
        content = self.archive.for_import(names, self.is_known)
        answer = self._import(content, COMPLETED, _DONE)
        if answer is not None:
            taken = [channel["name"] for channel in self.has.channels]
            self.got.take_over(brought, with_files=self.with_files, taken=taken)
            # Channels are followed in the background.
            wanted = self.got.topic("subscriptions")
            self.eventually(lambda: sorted(self.subscriptions_of(self.mover)), wanted)
            self._bring_lost_rates(answer, content)
        return answer

    def _bring_lost_rates(self, first: Exchange, content: bytes) -> None:
        """Imports the archive again where ratings are missing.

        A server may skip a rating whose transaction met another, without an error. That it came late is reported here;
        that it never came, by the comparison with the model.
        """
        wanted, seen = self.got.topic("rates"), self.rates_of(self.mover)
        if not wanted or seen == wanted or self._import(content, COMPLETED, _DONE) is None:
            return
        if self.rates_of(self.mover) == wanted:
            message = "ratings were imported only by a second import of the archive"
            self.same(first, _TIES, "rates/late", (wanted, seen), message)

    @precondition(lambda self: not self.broken)
    @stage(how=st.sampled_from(["no archive", "half of one"]))
    def bring_something_broken(self, how: str) -> None:
        """Import a damaged archive."""
        whole = self.world.media.zip({"peertube/account.json": b'{"displayName": "Nobody"}'})
        content = b"This is no archive." if how == "no archive" else whole[: len(whole) // 2]
        if self._import(content, "Failed", _BROKEN):
            self.because, self.broken = _BROKEN, True

    def _import(self, content: bytes, label: str, requirement: str) -> Exchange | None:
        """Sends an archive in one chunk, waits until its import has ended, and compares the result."""
        answer = self._announce(self.mover, len(content))
        if not self.expect(answer, 201, requirement=_DONE, situation="an init request for an archive"):
            return None
        upload = self.name(upload_id_in(header_of(answer, "Location")), "UPLOAD_ID")
        answer = self.send(
            "userImportResumable",
            self.mover,
            path={"userId": self.mover.user_id},
            query={"upload_id": upload},
            headers={"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"},
            body=content,
            media_type=_BINARY,
        )
        if not self.expect(answer, 200, requirement=_DONE, situation="sending an archive"):
            return None
        number = Answer.of(answer).number("userImport", "id")
        self.eventually(lambda: _state(self._latest()[1]).get("id") in ENDED, True, _JOB_SECONDS)
        answer, latest = self._latest()
        self.expect(answer, 200, requirement=_DONE, situation="reading one's latest import")
        refused = self._latest(self.stranger)[0]
        self.expect(refused, 403, requirement=_OWN, situation="reading the latest import of another user")
        self.same(
            answer, _DONE, "id", (number, latest.get("id")), "the latest import is not the one that was started last"
        )
        self.same(
            answer, requirement, "state", (label, _state(latest).get("label")), "the import did not end as expected"
        )
        return answer

    def _announce(self, actor: Account, size: int) -> Exchange:
        return self.send(
            "userImportResumableInit",
            actor,
            path={"userId": self.mover.user_id},
            headers={"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": _ZIP},
            body={"filename": "archive.zip"},
        )

    def _latest(self, actor: Account | None = None) -> tuple[Exchange, dict[str, Any]]:
        path = {"userId": self.mover.user_id}
        answer = self.send("getLatestUserImport", actor or self.mover, path=path)
        return answer, read(answer, _IMPORT) if answer.status == 200 else {}

    @precondition(lambda self: self.archive is not None)
    @stage(who=st.sampled_from(["a stranger", "a moderator"]))
    def somebody_else_imports(self, who: str) -> None:
        """Import into another user's account, or read its import; both must be refused."""
        actor = self.stranger if who == "a stranger" else self.world.account("moderator")
        for answer in (self._announce(actor, 10), self._latest(actor)[0]):
            self.expect(answer, 403, requirement=_OWN, situation=f"a request about another user's imports as {who}")

    @invariant()
    def the_mover_has_what_was_brought(self) -> None:
        """Compare the account with the model."""
        seen = self.seen(self.mover)
        answer = self.send("getUserInfo", self.mover)
        for topic, requirement in _TOPICS.items():
            is_about = topic in _BREAKABLE.get(self.because, ())
            self._same_things(answer, self.because if is_about else requirement, topic, seen)

    def _same_things(self, answer: Exchange, requirement: str, topic: str, seen: Belongings) -> None:
        """Compares one kind of data; members of the profile and preferences one by one."""
        wanted, found = self.got.topic(topic), seen.topic(topic)
        message = f"{topic} of the importing account differ from the archive"
        if topic not in {"profile", "preferences"}:
            self.same(answer, requirement, topic, (wanted, found), message)
            return
        for name in sorted(wanted):
            if not self.same(answer, requirement, f"{topic}/{name}", (wanted[name], found[name]), message):
                wanted[name] = found[name]


def _state(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return found.get("state") or {}


@pytest.mark.requirement(
    "PT-EXPORT-01", "PT-EXPORT-02", "PT-EXPORT-03", "PT-EXPORT-04", "PT-EXPORT-05", "PT-EXPORT-06",
    "PT-EXPORT-07", "PT-EXPORT-08", "PT-EXPORT-09", "PT-IMPORT-01", "PT-IMPORT-02", "PT-IMPORT-03",
    "PT-IMPORT-04", "PT-IMPORT-05", "PT-IMPORT-06", "PT-IMPORT-07", "PT-IMPORT-08",
)  # fmt: skip
def test_export_import(walk: Callable[[type[Flow]], None]) -> None:
    """User Exports, User Imports."""
    walk(ExportImport)
