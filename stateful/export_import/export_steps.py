"""Export steps of the export and import flow: account changes, and requests for an archive and with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer, answered
from peertube_conformance.fixtures.messages.response_urls import last_part, token_of
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.variables import NamedText
from peertube_conformance.stateful.engine.rule_decorators import stage
from peertube_conformance.stateful.export_import.account_data import Belongings
from peertube_conformance.stateful.export_import.base_flow import THEIRS, ExportImportFlow
from peertube_conformance.stateful.export_import.export_archive import Archive

PRIVACIES = (3, 2, 4, 5, 1)
ENDED, COMPLETED = frozenset({3, 4}), "Completed"
_LISTED = "PT-EXPORT-01"
_ONE = "PT-EXPORT-02"
_EXPIRY = "PT-EXPORT-03"
_OWN = "PT-EXPORT-04"
_OPENED = "PT-EXPORT-05"
_WHOLE = "PT-EXPORT-06"
_FILES = "PT-EXPORT-07"
_SECRETS = "PT-EXPORT-08"
_DELETED = "PT-EXPORT-09"
_MOST_VIDEOS = 3
_JOB_SECONDS = 30.0
_TOPICS = ("profile", "preferences", "channels", "videos", "subscriptions", "rates", "history", "playlists", "comments")
_GAINS = ("like", "dislike", "unrate", "watch", "comment", "playlist", "public playlist", "channel", "avatar")
numbers = st.integers(0, 5)


class ExportSteps(ExportImportFlow):
    """The steps until there is an archive. No flow by itself."""

    export: int | None = None
    # The current archive, its contents, and whether files of videos are in it.
    archive: Archive | None = None
    packed: Belongings
    with_files: bool
    feed_token: str
    tokens = 0
    # Whether the archive was requested without its token, and whether something changed since it was made.
    forced = False
    changed = True
    # How often the current archive was imported.
    brought = 0
    brought_as_it_is = 0

    # Account changes

    @stage(what=st.sampled_from(_GAINS), number=numbers)
    def get_something(self, what: str, number: int) -> None:
        """Add something, or replace something."""
        self.changed, theirs = True, number % THEIRS
        if what == "watch":
            self.watch(theirs, number % 4)
        elif what == "comment":
            self.comment(theirs)
        elif what.endswith("playlist"):
            self.add_playlist(private=what == "playlist")
        elif what == "channel":
            self.open_channel()
        elif what == "avatar":
            self.pick_avatar()
        else:
            self.rate(theirs, {"unrate": "none"}.get(what, what))

    @stage(number=numbers)
    def prefer_something_else(self, number: int) -> None:
        """Change preferences and profile."""
        self.changed = True
        self.prefer(number)

    @precondition(lambda self: self.made < _MOST_VIDEOS)
    @stage(channel=st.integers(0, 1), privacy=st.sampled_from(PRIVACIES))
    def upload(self, channel: int, privacy: int) -> None:
        """Publish another video."""
        self.changed = True
        self.add_video(channel, privacy)

    @precondition(lambda self: self.has.videos)
    @stage(number=numbers)
    def remove_a_video(self, number: int) -> None:
        """Delete a video."""
        self.changed = True
        self.remove_video(number)

    # Exports

    @precondition(lambda self: self.export is None and self.changed)
    @stage(with_files=st.sampled_from([True, False]))
    def ask_for_export(self, with_files: bool) -> None:
        """Request an export, try to request another, download the archive of the one."""
        answer = self._ask(self.owner, with_files)
        if not self.expect(answer, 200, requirement=_LISTED, situation="requesting an export"):
            return
        self.forced, self.changed = False, False
        self.export = self.name(Answer.of(answer).number("export", "id"), "EXPORT_ID")
        again = self._ask(self.owner, with_files)
        self.expect(again, 400, requirement=_ONE, situation="requesting a second export")
        refused = self.exports(self.stranger)[0]
        self.expect(refused, 403, requirement=_OWN, situation="listing another user's exports")
        self.eventually(lambda: self._state() in ENDED, True, _JOB_SECONDS)
        answer, entries = self.exports()
        self.same(
            answer,
            _LISTED,
            "data/*/id",
            ([self.export], [entry.number("id") for entry in entries]),
            "the wrong exports are listed",
        )
        entry = next((entry for entry in entries if entry.number("id") == self.export), None)
        if entry is None:
            return
        self.same(
            answer,
            _LISTED,
            "data/*/state",
            (COMPLETED, entry.at("state", "label").value),
            "the state of a finished export is wrong",
        )
        created, expires = entry.moment("createdAt"), entry.moment("expiresOn")
        config = self.world.ask("getConfig", self.owner)
        kept = timedelta(milliseconds=config.number("export", "users", "exportExpiration"))
        message = "the time until the archive expires is not the configured one"
        self.same(answer, _EXPIRY, "data/*/expiresOn", (str(kept), str(expires - created)), message)
        self.with_files = with_files
        self._save(entry)

    def _ask(self, actor: Account | None, with_files: bool = False) -> Exchange:
        path, body = {"userId": self.owner.user_id}, {"withVideoFiles": with_files}
        return self.send("requestUserExport", actor, path=path, body=body)

    def exports(self, actor: Account | None = None) -> tuple[Exchange, list[Answer]]:
        """The owner's exports as the owner, or somebody else, lists them."""
        answer = self.send("listUserExports", actor or self.owner, path={"userId": self.owner.user_id})
        return answer, list(Answer.of(answer).items("data")) if answer.status == 200 else []

    def _state(self) -> int:
        return next((entry.number("state", "id") for entry in self.exports()[1]), 0)

    def _save(self, entry: Answer) -> None:
        self.address = self._address(entry, "EXPORT")
        answer = self._download(*self.address)
        if not self.expect(answer, 200, requirement=_OPENED, situation="downloading an export with its token"):
            return
        body = answered(answer).body
        try:
            archive = Archive(body)
            found, files = archive.belongings(self.label), archive.video_files(self.label)
        except ValueError as error:
            self.same(answer, _WHOLE, "", ("a whole archive", str(error)), "the archive cannot be read")
            return
        self.archive = archive
        self.packed, self.brought, self.brought_as_it_is = self.has.copy(), 0, 0
        self._look_into(answer, archive, found, files)
        # Last: another archive may have the same size by chance, and the same steps must end the same way.
        self.same(
            answer, _LISTED, "", (entry.at("size").value, len(body)), "the listed size is not the size of the archive"
        )

    def _address(self, entry: Answer, variable: str) -> tuple[str, NamedText]:
        """Name and token of an archive."""
        address = entry.at("privateDownloadUrl")
        filename = self.name(last_part(address), f"{variable}_FILE")
        self.tokens += 1
        token = self.secret(token_of(address), f"{variable}_TOKEN_{self.tokens}")
        return filename, token

    def _download(self, filename: str, token: str | None) -> Exchange:
        query = {} if token is None else {"jwt": token}
        return self.send("downloadUserExport", path={"filename": filename}, query=query)

    def _look_into(
        self, answer: Exchange, archive: Archive, found: Belongings, files: Mapping[str, bytes | None]
    ) -> None:
        for topic in _TOPICS:
            wanted_and_seen = (self.has.topic(topic), found.topic(topic))
            self.same(answer, _WHOLE, topic, wanted_and_seen, f"{topic} in the archive are wrong")
        there = dict.fromkeys((one["name"] for one in self.has.videos), self.with_files)
        is_there = {name: content is not None for name, content in files.items()}
        self.same(answer, _FILES, "files", (there, is_there), "the archive does not contain video files as requested")
        if self.with_files and self.keeps_what_is_sent():
            differ = [name for name, content in sorted(files.items()) if content != self.contents[name]]
            self.same(answer, _FILES, "files/*", ([], differ), "video files in the archive differ from the sent ones")
        self.same(answer, _SECRETS, "*", ([], archive.leaks(self._secrets())), "the archive contains secrets")

    def _secrets(self) -> dict[str, str]:
        own = self.owner
        return {
            "the password": own.password,
            "the access token": own.token,
            "the refresh token": own.refresh_token,
            "the feed token": self.feed_token,
            "another user's address": self.stranger.email,
            "another user's private video": self.hidden.name,
        }

    @precondition(lambda self: self.export is not None)
    @stage(who=st.sampled_from(["a stranger", "a moderator", "an administrator"]))
    def somebody_else_asks(self, who: str) -> None:
        """Request an export of another user, which only administrators may do anything with."""
        accounts = {"a stranger": self.stranger, "a moderator": self.world.account("moderator")}
        listed = [self.export]
        if who == "an administrator":
            answer, entries = self.exports(self.world.account("admin"))
            self.expect(answer, 200, requirement=_OWN, situation="listing the exports of a user as administrator")
            self.same(
                answer,
                _OWN,
                "data/*/id",
                (listed, [one.number("id") for one in entries]),
                "the wrong exports are listed",
            )
            return
        path = {"userId": self.owner.user_id, "id": self.export}
        for answer in (
            self.exports(accounts[who])[0],
            self._ask(accounts[who]),
            self.send("deleteUserExport", accounts[who], path=path),
        ):
            self.expect(answer, 403, requirement=_OWN, situation=f"a request about another user's exports as {who}")

    @precondition(lambda self: self.export is not None and not self.forced)
    @stage()
    def force_open(self) -> None:
        """Request the archive without its token, with another one, and with one that was never issued."""
        self.forced = True
        filename, token = self.address
        answer = self._download(filename, None)
        self.expect(answer, 400, 401, 403, requirement=_OPENED, situation="a download without a token")
        others = self._address(self.strangers_export(), "OTHER_EXPORT")[1]
        answer = self._download(filename, others)
        self.expect(answer, 403, requirement=_OPENED, situation="a download with the token of another export")
        signed, _, signature = token.rpartition(".")
        forged = self.stand_in(f"{signed}.{signature[::-1]}", "FORGED_TOKEN")
        answer = self._download(filename, forged)
        self.expect(answer, 403, requirement=_OPENED, situation="a download with a forged token")

    def strangers_export(self) -> Answer:
        """An export of the stranger, as it is listed."""
        export = self.once("export", lambda: self.world.export(self.stranger))
        return self.world.completed_export(self.stranger, export.id)

    @precondition(lambda self: self.export is not None)
    @stage(by=st.sampled_from(["the owner", "an administrator"]))
    def give_up_export(self, by: str) -> None:
        """Delete the export; the archive goes with it."""
        actor = self.owner if by == "the owner" else self.world.account("admin")
        path = {"userId": self.owner.user_id, "id": self.export}
        answer = self.send("deleteUserExport", actor, path=path)
        if not self.expect(answer, 204, requirement=_DELETED, situation="deleting an export"):
            return
        self.export = None
        gone = self._download(*self.address)
        self.expect(gone, 404, requirement=_DELETED, situation="downloading a deleted export")

    @invariant()
    def the_exports_are_what_was_asked_for(self) -> None:
        """Compare the list with the model."""
        answer, entries = self.exports()
        if self.expect(answer, 200, requirement=_LISTED, situation="listing one's exports"):
            wanted = [] if self.export is None else [self.export]
            requirement = _LISTED if wanted else _DELETED
            self.same(
                answer,
                requirement,
                "data/*/id",
                (wanted, [one.number("id") for one in entries]),
                "the wrong exports are listed",
            )
