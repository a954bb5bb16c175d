"""Base of the flows that send files in chunks: the requests, and how responses are judged.

The protocol is the one that the reference names (node-uploadx, proto.md): a session is opened, chunks follow with
`Content-Range`, `bytes */<size>` asks what is stored, the last chunk completes the session, and it can be cancelled.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import Any, ClassVar

from hypothesis.stateful import StateMachineMeta

from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import answered
from peertube_conformance.fixtures.resources.factory import upload_id_in
from peertube_conformance.reports import Exchange, Situation
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.resumable_transfer.model import Chunk, Session, State, reported_range, stored_range

_BINARY = "application/octet-stream"
_RANGE = "/response/headers/range"
SMALLER_TOTAL = Situation("chunk-with-a-smaller-total", "a chunk with a smaller total size than in the init request")
# A chunk that must be refused leaves so many bytes missing that it does not complete the file where it is accepted.
_ROOM = 8


class _AbstractFlow(ABCMeta, StateMachineMeta):
    """Lets a state machine have abstract methods."""


class Transfer(Flow, metaclass=_AbstractFlow):
    """Files in chunks. Subclasses name three operations, the path they share, what is sent, and what becomes of it."""

    opening: ClassVar[str]
    sending: ClassVar[str]
    cancelling: ClassVar[str]
    media_type: ClassVar[str]
    owner: Account
    other: Account
    sessions: list[Session]
    # The requirement that the last step was about: it is broken by anything superfluous or missing afterwards.
    because: str

    @abstractmethod
    def prepare(self) -> None:
        """Reads, or creates, the resources of the walk."""

    @abstractmethod
    def path(self) -> dict[str, Any]:
        """The path parameters of the three operations."""

    @abstractmethod
    def content(self, size: int, name: str) -> bytes:
        """A file of exactly `size` bytes, another one for each name."""

    @abstractmethod
    def announcement(self, session: Session) -> dict[str, Any]:
        """The body that opens a session."""

    @abstractmethod
    def taken_over(self, session: Session, answer: Exchange) -> None:
        """Checks the resulting file after the last chunk was answered with 200."""

    @abstractmethod
    def let_through(self, answer: Exchange) -> None:
        """Handles a file that the server accepted by a known deviation: undoes it, or adapts the model."""

    @abstractmethod
    def compare(self) -> None:
        """Compares everything that users can see of the files with the model."""

    def keeps_what_is_sent(self) -> bool:
        """Whether a published video has only the file that was sent; an instance that transcodes makes others of it."""
        return self.once("keeps what is sent", self._keeps_what_is_sent)

    def _keeps_what_is_sent(self) -> bool:
        sample = self.world.video(self.owner)
        source = self.world.ask("getVideoSource", self.owner, path={"id": sample.uuid})
        files = self.world.video_details(sample).items("files")
        return [file.number("size") for file in files] == [source.number("size")]

    # The sessions of the walk

    def those(self, state: State) -> list[Session]:
        """The sessions of this state."""
        return [session for session in self.sessions if session.state is state]

    @property
    def open(self) -> list[Session]:
        """Sessions that wait for bytes."""
        return self.those(State.OPEN)

    @property
    def ended(self) -> list[Session]:
        """Sessions that have ended."""
        return [session for session in self.sessions if session.state in {State.CANCELLED, State.COMPLETE}]

    @property
    def begun(self) -> list[Session]:
        """Open sessions that have some stored bytes."""
        return [session for session in self.open if session.stored]

    @property
    def with_room(self) -> list[Session]:
        """Open sessions that still lack more than a few bytes."""
        return [session for session in self.open if session.missing >= _ROOM]

    # Requests

    def open_session(self, size: int) -> Session | None:
        """Opens a session for another file; None where a known deviation refuses it."""
        name = self.world.unique("upload")
        session = Session(len(self.sessions), name, self.content(size, name))
        answer = self.announce(session)
        if not self.expect(answer, 201, requirement="PT-RESUME-01", situation="an init request for a file"):
            return None
        upload_id = upload_id_in(answered(answer).headers.get("location", ""))
        own = bool(upload_id) and all(upload_id != other.upload_id for other in self.sessions)
        message = "Location in the response to an init request is not a new session"
        self.agree(answer, "PT-RESUME-01", at="/response/headers/location", expected=True, actual=own, message=message)
        session.upload_id = self.name(upload_id, "UPLOAD_ID")
        self.sessions.append(session)
        return session

    def announce(self, session: Session) -> Exchange:
        """Sends the request that opens a session, or finds an open one."""
        headers = {"X-Upload-Content-Length": str(session.size), "X-Upload-Content-Type": self.media_type}
        body = self.announcement(session)
        return self.send(self.opening, self.owner, path=self.path(), headers=headers, body=body)

    def put(self, session: Session, chunk: Chunk | None, *, total: int = 0, longer: int = 0) -> Exchange:
        """Sends a chunk; without one asks what is stored."""
        purpose = SMALLER_TOTAL if 0 < total < session.size else None
        return self._put(session.upload_id, chunk, total or session.size, self.owner, longer=longer, purpose=purpose)

    def _put(
        self,
        upload_id: str,
        chunk: Chunk | None,
        total: int,
        actor: Account,
        *,
        longer: int = 0,
        purpose: Situation | None = None,
    ) -> Exchange:
        span = chunk.content_range(total, longer) if chunk else f"bytes */{total}"
        return self.send(
            self.sending,
            actor,
            purpose=purpose,
            path=self.path(),
            query={"upload_id": upload_id},
            headers={"Content-Range": span},
            body=chunk.data if chunk else b"",
            media_type=_BINARY,
        )

    def delete(self, upload_id: str, actor: Account) -> Exchange:
        """Cancels a session."""
        return self.send(self.cancelling, actor, path=self.path(), query={"upload_id": upload_id})

    def use(self, upload_id: str, does: str, chunk: Chunk, total: int, actor: Account) -> Exchange:
        if does == "cancels":
            return self.delete(upload_id, actor)
        return self._put(upload_id, chunk if does == "sends" else None, total, actor)

    # Judging

    def refused(self, session: Session, answer: Exchange, *statuses: int, requirement: str, situation: str) -> None:
        """Checks that the response refuses, and that the stored bytes stay unchanged."""
        if not self.expect(answer, *statuses, requirement=requirement, situation=situation):
            self.give_up(session, answer)
            return
        asked = self.put(session, None)
        self.acknowledged(session, session.stored, asked, requirement, f"a status request after {situation}")

    def acknowledged(self, session: Session, stored: int, answer: Exchange, requirement: str, situation: str) -> None:
        """Checks that the response reports exactly so many stored bytes."""
        reported, wanted = reported_range(answer), stored_range(stored) if stored else None
        # For none, some servers report `bytes=0--1`, which is another mistake than a wrong number.
        seen = None if reported == stored_range(0) else reported
        if not self.expect(answer, 308, requirement=requirement, situation=situation) or not self.agree(
            answer,
            requirement,
            at=_RANGE,
            expected=wanted,
            actual=seen,
            message=f"the response to {situation} has a wrong Range",
        ):
            self.give_up(session, answer)
            return
        session.stored = stored
        if not stored:
            situation = "the response for a session without stored bytes has a Range"
            self.agree(answer, "PT-RESUME-04", at=_RANGE, expected=None, actual=reported, message=situation)

    def give_up(self, session: Session, answer: Exchange) -> None:
        """Cancels a session that the server and the model see differently after a known deviation."""
        self.delete(session.upload_id, self.owner)
        session.state = State.GIVEN_UP
        if answer.status == 200:
            self.let_through(answer)
