"""Flow of an account's whole life, from sign-up to deletion (reference, "Register" to "Delete a user")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer, answered, problem_member
from peertube_conformance.fixtures.messages.request_draft import Upload
from peertube_conformance.fixtures.messages.response_urls import last_part, token_of
from peertube_conformance.fixtures.resources.sign_in import SignIn, sign_in
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize
from peertube_conformance.stateful.user_journey import base_flow, model
from peertube_conformance.stateful.user_journey.exported_file import exported
from peertube_conformance.stateful.user_journey.model import step

_ROAD = (
    *("register", "sign_in", "verify", "sign_in", "upload", "watch", "rate"),
    *("request_export", "request_another_export", "download_archive", "delete_account", "sign_in"),
)
_UNVERIFIED_ROAD = ("register", *_ROAD[3:])


class WholeJourney(base_flow.Journey):
    """One account from sign-up, verification, upload, views and ratings to export; deleting it removes all its data."""

    about = ("registerUser", "verifyUser", "uploadLegacy", "requestUserExport", "downloadUserExport", "delUser")
    mail = True
    examples: ClassVar = {"smoke": 1, "standard": 4, "thorough": 12}
    # Hypothesis counts the beginning too; the last number is detours.
    steps: ClassVar = {"smoke": 1 + len(_ROAD) + 2, "standard": 1 + len(_ROAD) + 6, "thorough": 1 + len(_ROAD) + 16}

    @classmethod
    def walks(cls, depth: str) -> tuple[int, int]:
        """Where sign-ups are limited, as many walks as PeerTube's own limit allows at once: each walk signs up."""
        most = 2 if cls.context.is_scarce("registerUser") else cls.examples[depth]
        return min(cls.examples[depth], most), cls.steps[depth]

    @initialize()
    def begin(self) -> None:
        """The model: the account, the video and the export; deleted resources are remembered as lost."""
        self.admin, self.viewer = self.world.account("admin"), self.account("viewer")
        with self.aside():
            self.world.call("putUserInfo", self.viewer, body={"videosHistoryEnabled": True})
            config = self.world.ask("getConfig")
        verified = False if config.flag("signup", "requiresEmailVerification") else None
        self.who = model.Traveller(
            username=self.name(self.world.unique("traveller"), "TRAVELLER_NAME"),
            email=self.name(self.world.address(), "TRAVELLER_EMAIL"),
            password=self.world.password("TRAVELLER_PASSWORD"),
            verified=verified,
        )
        steps = self.steps[self.context.session.options.depth.name] - 1
        self.road = model.Road(_UNVERIFIED_ROAD if verified is None else _ROAD, steps)

    # Stages and detours

    @step(own_channel=st.booleans())
    def register(self, own_channel: bool) -> None:
        """Sign up, with a channel of a chosen name or without; a mail arrives where addresses are verified."""
        who = self.who
        if own_channel:
            who.channel = self.name(self.world.unique("channel"), "CHANNEL_NAME")
        signed_up = self.must("registerUser", 204, "PT-JOURNEY-01", "a sign-up", body=who.request())
        if who.verified is False:
            link = model.mailed(self.mail_of(signed_up, "PT-JOURNEY-03", who.email, "verificationString="))
            who.string, number = self.secret(link.string, "VERIFICATION_STRING"), link.user_id
        else:
            found = self.world.ask("getUsers", self.admin, query={"search": who.username}).at("data")
            user = next(found.items(), None)
            if user is None:
                raise found.unlike("an array with the user who signed up")
            number = user.number("id")
        who.user_id = self.name(number, "TRAVELLER_ID")
        self.world.signed_up(who.username, who.user_id)
        self.lives = True

    @step()
    def sign_in(self) -> None:
        """Sign in: refused before the address is verified, and again when the account is deleted."""
        who = self.who
        if self.deleted or who.verified is False:
            self._refused_token(grant_type="password", username=who.username, password=who.password)
            return

        def call(operation_id: str, actor: Account | None = None, **parts: Any) -> Exchange:
            return self.must(operation_id, 200, "PT-JOURNEY-04", "a sign-in", actor, **parts)

        how = SignIn(call, *self.world.oauth_client())
        account = sign_in(how, who.username, who.password, "traveller")
        self.context.remember({variable: value for value, variable in account.secrets().items()})
        who.account = self.remembered(self.world.signed_in(account))

    def _refused_token(self, **credentials: str) -> None:
        client_id, client_secret = self.world.oauth_client()
        form = {"client_id": client_id, "client_secret": client_secret, **credentials}
        answer = self.send("getOAuthToken", body=form, media_type="application/x-www-form-urlencoded")
        if not self.deleted:
            situation = "a sign-in before the address is verified"
            self.expect(answer, 400, requirement="PT-JOURNEY-02", situation=situation)
        elif self.expect(answer, 400, requirement="PT-JOURNEY-11", situation="a sign-in to a deleted account"):
            self.all_same(answer, ("PT-JOURNEY-11", "code", "invalid_grant", problem_member(answer, "code")))

    @step()
    def verify(self) -> None:
        """Verify the address with the mailed string."""
        situation = "verifying with the mailed string"
        self.must("verifyUser", 204, "PT-JOURNEY-03", situation, **self._verification(self.who.string))
        self.who.verified = True

    @step("unproven", string=st.sampled_from(("invented", "turned round")))
    def verify_wrongly(self, string: str) -> None:
        """Verify the address with another string than the mailed one."""
        value, command = model.wrong_string(string, self.who.string)
        self.computed("WRONG_STRING", command)
        answer = self.send("verifyUser", **self._verification(self.secret(value, "WRONG_STRING")))
        self.expect(answer, 403, requirement="PT-JOURNEY-03", situation="verifying with a wrong string")

    def _verification(self, string: str) -> dict[str, Any]:
        for variable, command in model.from_the_mail(self.who).items():
            self.computed(variable, command)
        return {"path": {"id": self.who.user_id}, "body": {"verificationString": string}}

    @step(size=st.integers(2_000, 9_000))
    def upload(self, size: int) -> None:
        """Upload a public video of so many bytes, and wait until it is published."""
        name, owner = self.world.unique("video"), self.who.signed_in
        content = self.world.media.mp4(size=size, seed=size)
        file = Upload(f"{name}.mp4", "video/mp4", content)
        form = {"channelId": owner.channel_id, "name": name, "privacy": 1, "videofile": file}
        parts = {"body": form, "media_type": "multipart/form-data"}
        answer = self.must("uploadLegacy", 200, "PT-JOURNEY-05", "uploading a video", owner, **parts)
        made = Answer.of(answer).at("video")
        number, uuid = self.name(made.number("id"), "VIDEO_ID"), self.name(made.text("uuid"), "VIDEO_UUID")
        self.reach(
            lambda: self.send("getVideo", owner, path={"id": uuid}),
            *("PT-JOURNEY-05", "state/label", "Published", lambda found: found.at("state", "label").value),
        )
        self.films.append(model.Film(number, uuid, name, content))

    @step("films", name=st.sampled_from(("Second title", "Third title")))
    def rename(self, name: str) -> None:
        """Give the video another name."""
        film = self.films[0]
        parts = {"path": {"id": film.uuid}, "body": {"name": name}}
        answer = self.send("putVideo", self.who.signed_in, **parts)
        if self.expect(answer, 204, requirement="PT-JOURNEY-05", situation="renaming a video"):
            film.name = name

    @step("films", position=st.integers(0, 1))
    def watch(self, position: int) -> None:
        """Somebody else watches the video up to this second."""
        film = self.films[0]
        parts = {"path": {"id": film.uuid}, "body": {"currentTime": position}}
        answer = self.send("addView", self.viewer, **parts)
        if self.expect(answer, 204, requirement="PT-JOURNEY-06", situation="watching a video"):
            film.position = position

    @step("films", by=st.sampled_from(("viewer", "traveller")), rating=st.sampled_from(("like", "dislike", "none")))
    def rate(self, by: str, rating: str) -> None:
        """Somebody rates the video, or takes a rating back."""
        film = self.films[0]
        actor = self.viewer if by == "viewer" else self.who.signed_in
        answer = self.send("rateVideo", actor, path={"id": film.uuid}, body={"rating": rating})
        if self.expect(answer, 204, requirement="PT-JOURNEY-07", situation="rating a video"):
            film.ratings[by] = rating

    @step()
    def request_export(self) -> None:
        """Ask for an archive with the files of the videos, and wait until it is there."""
        parts = {"path": {"userId": self.who.user_id}, "body": {"withVideoFiles": True}}
        answer = self.must(
            "requestUserExport", 200, "PT-JOURNEY-08", "requesting an export", self.who.signed_in, **parts
        )
        number = self.name(Answer.of(answer).number("export", "id"), "EXPORT_ID")
        self.exports.append(model.Export(number, model.expected(self.who, self.films)))
        state = lambda found: _first(found).at("state", "label").value  # noqa: E731
        listed = self.reach(self.listed_exports, "PT-JOURNEY-08", "data/0/state/label", "Completed", state)
        address = _first(Answer.of(listed)).at("privateDownloadUrl")
        token = self.secret(token_of(address), "EXPORT_TOKEN")
        filename = self.name(last_part(address), "ARCHIVE_NAME")
        self.exports[0].download = {"path": {"filename": filename}, "query": {"jwt": token}}

    @step("exports")
    def request_another_export(self) -> None:
        """Ask for a second archive while the first is kept."""
        parts = {"path": {"userId": self.who.user_id}, "body": {"withVideoFiles": False}}
        answer = self.send("requestUserExport", self.who.signed_in, **parts)
        self.expect(answer, 400, requirement="PT-JOURNEY-08", situation="requesting a second export")

    @step("exports")
    def download_archive(self) -> None:
        """Download the archive, and look into it."""
        export = self.exports[0]
        answer = self.send("downloadUserExport", **export.download)
        if not self.expect(answer, 200, requirement="PT-JOURNEY-09", situation="downloading an archive"):
            return
        held, wanted = model.opened(answered(answer).body), export.holds
        self.all_same(
            answer,
            ("PT-JOURNEY-09", "account", wanted.account, held.account),
            ("PT-JOURNEY-09", "names", wanted.names, held.names),
            ("PT-JOURNEY-09", "liked", wanted.liked, held.liked),
            ("PT-JOURNEY-09", "disliked", wanted.disliked, held.disliked),
        )
        for film in self.films:
            kept, sent = held.files.get(film.uuid), wanted.files[film.uuid]
            if kept != sent and "transcoding" in self.world.capabilities:
                sent = exported(self.send, self.who.signed_in, film, kept)
            self.all_same(answer, ("PT-JOURNEY-10", "files", sent, kept))

    @step()
    def delete_account(self) -> None:
        """An administrator deletes the account."""
        parts = {"path": {"id": self.who.user_id}}
        self.must("delUser", 204, "PT-JOURNEY-12", "deleting an account", self.admin, **parts)
        self.lost, self.films, self.exports = (self.films, self.exports), [], []
        self.lives, self.deleted = False, True

    @step("deleted")
    def look_again(self) -> None:
        """Ask for the videos of the deleted account."""
        answer = self.send("getAccountVideos", path={"name": self.who.username})
        self.expect(answer, 404, requirement="PT-JOURNEY-12", situation="the videos of a deleted account")

    @step("deleted")
    def renew_the_session(self) -> None:
        """Ask for new tokens with the refresh token of the deleted account."""
        self._refused_token(grant_type="refresh_token", refresh_token=self.who.signed_in.refresh_token)


def _first(exports: Answer) -> Answer:
    """The first export in a list; the user has no other."""
    first = next(exports.items("data"), None)
    if first is None:
        raise exports.at("data").unlike("an array with the export that was requested")
    return first


@pytest.mark.requirement(
    "PT-JOURNEY-01", "PT-JOURNEY-02", "PT-JOURNEY-03", "PT-JOURNEY-04", "PT-JOURNEY-05", "PT-JOURNEY-06",
    "PT-JOURNEY-07", "PT-JOURNEY-08", "PT-JOURNEY-09", "PT-JOURNEY-10", "PT-JOURNEY-11", "PT-JOURNEY-12",
    "PT-JOURNEY-13",
)  # fmt: skip
def test_whole_journey(walk: Callable[[type[Flow]], None]) -> None:
    """From sign-up to deletion."""
    walk(WholeJourney)
