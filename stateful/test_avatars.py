"""Flow of avatars and the files in which they are served (reference, "Update my user avatar", "Delete my avatar")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from peertube_conformance.fixtures.media import generated_files as media
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer, answered
from peertube_conformance.fixtures.messages.request_draft import Upload
from peertube_conformance.fixtures.messages.response_urls import last_part
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.my_user.png_reader import padded, picture

_FORM = "multipart/form-data"
# Seeds of pictures that differ much in red and green.
_PICTURES = (0, 1, 7)
_SIDE = 120
# No larger files are made up, whatever a configuration allows.
_MAX_BYTES = 16 * 1024 * 1024
_GONE_SECONDS = 3.0
sitters = st.sampled_from(["one", "other"])


@dataclass
class Sitter:
    """A user, the picture that the avatar shows (none is None), and its files by their width."""

    account: Account
    shows: int | None = None
    files: dict[int, str] = field(default_factory=dict)
    because: str = ""


class Avatars(Flow):
    """An avatar that was set is served in each listed size until it is replaced or deleted, and is nobody else's."""

    about = ("pickMyAvatar", "deleteMyAvatar", "getUserInfo", "getAccount")
    examples: ClassVar[Mapping[str, int]] = {"smoke": 1, "standard": 5, "thorough": 20}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 6, "standard": 8, "thorough": 20}

    @initialize()
    def begin(self) -> None:
        """The model: two users without avatar."""
        self.sitters = {"one": Sitter(self.account("sitter")), "other": Sitter(self.account("other sitter"))}
        with self.aside():
            for sitter in self.sitters.values():
                self.send("deleteMyAvatar", sitter.account)
        self._act("one", "PT-AVATAR-04")

    @stage(who=sitters, picture=st.integers(0, len(_PICTURES) - 1), largest=st.booleans())
    def pick(self, who: str, picture: int, largest: bool) -> None:
        """Set or replace an avatar, with a file that is as large as it may be or a small one."""
        self._pick(self._act(who, "PT-AVATAR-01"), picture, largest=largest)

    @stage(who=sitters)
    def delete(self, who: str) -> None:
        """Delete the avatar; where there is none, one is set before."""
        sitter = self._act(who, "PT-AVATAR-04")
        if not sitter.files:
            self._pick(sitter, 0)
        answer = self.send("deleteMyAvatar", sitter.account)
        if self.expect(answer, 200, requirement="PT-AVATAR-04", situation="deleting one's own avatar"):
            former = list(sitter.files.values())
            sitter.shows, sitter.files = None, {}
            self._are_gone(former, "PT-AVATAR-04")

    @stage(who=sitters, what=st.sampled_from(["too large", "no picture", "no file"]))
    def pick_wrongly(self, who: str, what: str) -> None:
        """Set an avatar with a file that must be refused."""
        sitter = self._act(who, "PT-AVATAR-05")
        most = self._most()
        if what == "too large" and most > _MAX_BYTES:
            what = "no picture"
        if what == "too large":
            answer = self._send(sitter, padded(self._drawn(_PICTURES[0]), most + 1))
        elif what == "no file":
            answer = self.send("pickMyAvatar", sitter.account, body={"comment": "No file."}, media_type=_FORM)
        else:
            answer = self._send(sitter, b"This is a text.", "avatar.txt", "text/plain")
        self.expect(answer, 400, requirement="PT-AVATAR-05", situation=f"an invalid avatar ({what})")

    @invariant()
    def avatars_are_as_remembered(self) -> None:
        """Read what is listed, to the user and in public, and one of the files."""
        for sitter in self.sitters.values():
            me = self.send("getUserInfo", sitter.account)
            public = self.send("getAccount", path={"name": sitter.account.username})
            wanted = sorted((width, str(name)) for width, name in sitter.files.items())
            for answer, path, at in (
                (me, ("account", "avatars"), "/response/body/account/avatars"),
                (public, ("avatars",), "/response/body/avatars"),
            ):
                self.expect(answer, 200, requirement="PT-AVATAR-01", situation="reading an account with its avatar")
                message = "the listed files of the avatar are wrong"
                seen = sorted(_listed(Answer.of(answer).at(*path)))
                self.agree(answer, sitter.because, at=at, expected=wanted, actual=seen, message=message)
            if sitter.files:
                self._is_served(sitter, min(sitter.files), sitter.because)

    # Requests and comparisons

    def _act(self, who: str, requirement: str) -> Sitter:
        """Notes that a user acts: this requirement judges their own avatar, PT-AVATAR-07 that of others."""
        for name, sitter in self.sitters.items():
            sitter.because = requirement if name == who else "PT-AVATAR-07"
        return self.sitters[who]

    def _pick(self, sitter: Sitter, number: int, *, largest: bool = False) -> None:
        data, most = self._drawn(_PICTURES[number]), self._most()
        is_large = largest and most <= _MAX_BYTES
        answer = self._send(sitter, padded(data, most) if is_large else data)
        situation = "an avatar of the largest allowed size" if is_large else "a new avatar"
        requirement = "PT-AVATAR-06" if is_large else "PT-AVATAR-01"
        if not self.expect(answer, 200, requirement=requirement, situation=situation):
            return
        former = list(sitter.files.values())
        sitter.shows, listed = number, _listed(Answer.of(answer).at("avatars"))
        at, message = "/response/body/avatars", "no file of the avatar is listed"
        self.agree(answer, "PT-AVATAR-01", at=at, expected=True, actual=bool(listed), message=message)
        sitter.files = {width: self.name(name, "AVATAR_FILE") for width, name in listed}
        for width in sitter.files:
            self._is_served(sitter, width, "PT-AVATAR-02")
        self._are_gone(former, "PT-AVATAR-03")

    def _drawn(self, seed: int) -> bytes:
        return media.png(_SIDE, _SIDE, seed=seed)

    def _most(self) -> int:
        """The largest avatar file in bytes (reference, "Config"); unlimited by default."""
        most = self.once("most", lambda: self.world.ask("getConfig").at("avatar", "file", "size", "max"))
        return _MAX_BYTES + 1 if most.value is None else most.number()

    def _send(self, sitter: Sitter, data: bytes, name: str = "avatar.png", kind: str = "image/png") -> Exchange:
        body = {"avatarfile": Upload(name, kind, data)}
        return self.send("pickMyAvatar", sitter.account, body=body, media_type=_FORM)

    def _file(self, name: str) -> Exchange:
        """Requests a file; the contract has no operation for it."""
        operation = self.context.outside("GET", "/lazy-static/avatars/{filename}", "lazyStaticFile")
        return self.context.send(operation, path={"filename": name})

    def _is_served(self, sitter: Sitter, width: int, requirement: str) -> None:
        answer = self._file(sitter.files[width])
        if not self.expect(answer, 200, requirement=requirement, situation="a file of an avatar"):
            return
        kind, message = answered(answer).media_type.partition("/")[0], "an avatar file is not a picture"
        at = "/response/headers/content-type"
        self.agree(answer, "PT-AVATAR-02", at=at, expected="image", actual=kind, message=message)
        seen = picture(answered(answer).body)
        if seen is None:  # a server may keep avatars in another format
            return
        at, message = "/response/body", "an avatar file does not have the listed width"
        self.agree(answer, "PT-AVATAR-02", at=at, expected=width, actual=seen.width, message=message)
        if seen.corner is not None:
            message = "an avatar file does not show the picture that was sent last"
            self.agree(
                answer, requirement, at=at, expected=sitter.shows, actual=self._shown(seen.corner), message=message
            )

    def _shown(self, corner: tuple[int, int]) -> int:
        """The picture whose corner is most like this."""

        def distance(number: int) -> int:
            own = picture(self._drawn(_PICTURES[number]))
            assert own is not None
            assert own.corner is not None
            return sum(abs(mine - theirs) for mine, theirs in zip(own.corner, corner, strict=True))

        return min(range(len(_PICTURES)), key=distance)

    def _are_gone(self, names: list[str], requirement: str) -> None:
        """Checks that removed files are no longer served; a server may take a moment to remove them."""
        for name in names:
            self.eventually(partial(self._status, name), 404, _GONE_SECONDS)
            situation = "a file of a removed avatar"
            self.expect(self._file(name), 404, requirement=requirement, situation=situation)

    def _status(self, name: str) -> int:
        return self._file(name).status or 0


def _listed(avatars: Answer) -> list[tuple[int, str]]:
    """Widths and names of the files of an account's avatar."""
    return [(avatar.number("width"), last_part(avatar.at("path"))) for avatar in avatars.items()]


@pytest.mark.requirement(
    "PT-AVATAR-01", "PT-AVATAR-02", "PT-AVATAR-03", "PT-AVATAR-04", "PT-AVATAR-05", "PT-AVATAR-06",
    "PT-AVATAR-07",
)  # fmt: skip
def test_avatars(walk: Callable[[type[Flow]], None]) -> None:
    """Avatars."""
    walk(Avatars)
