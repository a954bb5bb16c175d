"""Flow of archives that are sent in chunks and imported (reference, "User Imports")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.reports import Exchange
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.resumable_transfer import chunk_steps
from peertube_conformance.stateful.resumable_transfer.model import Session, archive

_COMPLETED = 3
_AT_WORK = (1, 2)  # waiting, processing
_RESTORED = ("displayName", "description")


class ResumableImport(chunk_steps.Resumable):
    """An archive sent in chunks is imported as it was sent; an incomplete one changes nothing."""

    about = (
        "userImportResumableInit",
        "userImportResumable",
        "userImportResumableCancel",
        "getLatestUserImport",
        "getUserInfo",
    )
    opening = "userImportResumableInit"
    sending = "userImportResumable"
    cancelling = "userImportResumableCancel"
    media_type = "application/zip"

    def prepare(self) -> None:
        """Reads the state that earlier walks left."""
        self.descriptions: dict[str, str] = {}
        self.imported: object = None
        self.restored: tuple[object, ...] = ()
        self._read()

    def path(self) -> dict[str, Any]:
        """The user whose data is restored."""
        return {"userId": self.owner.user_id}

    def content(self, size: int, name: str) -> bytes:
        """An archive that describes its user."""
        content, self.descriptions[name] = archive(size, name)
        return content

    def announcement(self, session: Session) -> dict[str, Any]:
        """The body that opens a session: the name of the archive."""
        return {"filename": f"{session.name}.zip"}

    def taken_over(self, session: Session, answer: Exchange) -> None:
        """Waits until the archive is restored; until then no other is accepted."""
        begun = Answer.of(answer).number("userImport", "id")
        self._one_at_a_time(session)
        latest = self._ended()
        at, message = "/response/body/id", "the latest import is not the one that was started last"
        self.agree(latest, "PT-RESUME-14", at=at, expected=begun, actual=_member(latest, "id"), message=message)
        at, message = "/response/body/state/id", "the import of a complete archive did not complete"
        self.agree(latest, "PT-RESUME-14", at=at, expected=_COMPLETED, actual=_state(latest), message=message)
        self.imported = begun
        self.restored = session.name, self.descriptions[session.name]

    def _one_at_a_time(self, session: Session) -> None:
        answer = self.announce(session)
        if answer.status == 201 and not _is_at_work(self._latest()):
            return  # the import was faster than this request
        situation = "an init request while another archive is imported"
        self.expect(answer, 400, requirement="PT-RESUME-18", situation=situation)

    def let_through(self, answer: Exchange) -> None:  # noqa: ARG002 - the list of imports tells
        """Waits for the result of the import."""
        self._read()

    def compare(self) -> None:
        """Compares the user's description with the archive that was restored last."""
        latest = self._latest()
        at, message = "/response/body/id", "the latest import is not the one of the last completely sent archive"
        self.agree(latest, self.because, at=at, expected=self.imported, actual=_member(latest, "id"), message=message)
        answer = self.send("getUserInfo", self.owner)
        if self.expect(answer, 200, requirement=self.because, situation="reading one's own user"):
            for member, wanted, actual in zip(_RESTORED, self.restored, _described(answer), strict=True):
                at, message = (f"/response/body/account/{member}", f"{member} differs from the last imported archive")
                self.agree(answer, self.because, at=at, expected=wanted, actual=actual, message=message)

    def _read(self) -> None:
        self.imported = _member(self._ended(), "id")
        self.restored = _described(self.world.call("getUserInfo", self.owner))

    def _latest(self) -> Exchange:
        return self.send("getLatestUserImport", self.owner, path=self.path())

    def _ended(self) -> Exchange:
        """The latest import, when it has ended."""
        latest = self._latest()

        def ended() -> bool:
            nonlocal latest
            latest = self._latest()
            return not _is_at_work(latest)

        if _is_at_work(latest):
            self.wait("the end of an import", ended)
        return latest


def _member(answer: Exchange, *names: str) -> object:
    """A member of the import that a response shows; None without an import."""
    return Answer.of(answer).at(*names).value if answer.status == 200 else None


def _state(answer: Exchange) -> object:
    return _member(answer, "state", "id")


def _is_at_work(answer: Exchange) -> bool:
    return _state(answer) in _AT_WORK


def _described(answer: Exchange) -> tuple[object, ...]:
    account = Answer.of(answer).at("account")
    return tuple(account.at(member).value for member in _RESTORED)


@pytest.mark.requirement(
    "PT-RESUME-01", "PT-RESUME-02", "PT-RESUME-03", "PT-RESUME-04", "PT-RESUME-05", "PT-RESUME-06",
    "PT-RESUME-07", "PT-RESUME-08", "PT-RESUME-09", "PT-RESUME-10", "PT-RESUME-11", "PT-RESUME-12",
    "PT-RESUME-13", "PT-RESUME-14", "PT-RESUME-18",
)  # fmt: skip
def test_resumable_import(walk: Callable[[type[Flow]], None]) -> None:
    """User Imports, in chunks."""
    walk(ResumableImport)
