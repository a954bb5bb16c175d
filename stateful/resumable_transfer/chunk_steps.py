"""Steps shared by the flows that send files in chunks, whatever the file is for (reference, "Video Upload")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition

from peertube_conformance.fixtures.safety.guard import impossible
from peertube_conformance.stateful.engine.rule_decorators import initialize, stage
from peertube_conformance.stateful.resumable_transfer.base_flow import Transfer
from peertube_conformance.stateful.resumable_transfer.model import AGAIN, BEGINNINGS, PARTS, USES, Chunk, Session, State

_OPEN_AT_ONCE = 3
numbers = st.integers(0, _OPEN_AT_ONCE - 1)
sizes = st.sampled_from((1150, 1175, 1200))
beginnings = st.sampled_from(BEGINNINGS)
parts = st.sampled_from(PARTS)
uses = st.sampled_from(USES)
_REQUESTS = {"sends": "a chunk", "asks": "a status request", "cancels": "a cancellation"}
afterwards = st.sampled_from(("nothing", *USES))


class Resumable(Transfer):
    """A file that is sent in chunks arrives whole, and only what arrived whole is kept."""

    examples: ClassVar[Mapping[str, int]] = {"smoke": 2, "standard": 10, "thorough": 40}
    steps: ClassVar[Mapping[str, int]] = {"smoke": 8, "standard": 20, "thorough": 40}

    @initialize(size=sizes, sent=beginnings)
    def begin(self, size: int, sent: str) -> None:
        """The model: the sessions of the walk in the order of their opening, the first of them open."""
        self.owner, self.other = self.account("owner"), self.account("somebody else")
        self.sessions: list[Session] = []
        # The requirement that the last step was about: it is broken by anything superfluous or missing afterwards.
        self.because = "PT-RESUME-12"
        self.prepare()
        self._open(size, sent)

    @precondition(lambda self: len(self.open) < _OPEN_AT_ONCE)
    @stage(size=sizes, sent=beginnings)
    def open_another(self, size: int, sent: str) -> None:
        """Open another session, so that several files are sent at the same time."""
        self._open(size, sent)

    def _open(self, size: int, sent: str) -> None:
        session = self.open_session(size)
        if session is not None and sent in PARTS:
            self.send_on(session, session.next(sent))

    @precondition(lambda self: self.open)
    @stage(upload=numbers, part=parts)
    def send_chunk(self, upload: int, part: str) -> None:
        """Send the next chunk."""
        session = _one(self.open, upload)
        self.send_on(session, session.next(part))

    @precondition(lambda self: self.open)
    @stage(upload=numbers, then=afterwards)
    def finish(self, upload: int, then: str) -> None:
        """Send all remaining bytes."""
        session = _one(self.open, upload)
        self.send_on(session, session.next("the rest"))
        if then in USES:
            self.compare()
        self._use_ended(session, then)

    def send_on(self, session: Session, chunk: Chunk) -> None:
        """Sends a chunk that follows the stored bytes."""
        answer = self.put(session, chunk)
        if chunk.end < session.size:
            situation = "a chunk that follows the stored bytes"
            self.acknowledged(session, chunk.end, answer, "PT-RESUME-02", situation)
        elif self.expect(answer, 200, requirement="PT-RESUME-14", situation="the last chunk of a file"):
            session.state, self.because = State.COMPLETE, "PT-RESUME-14"
            self.taken_over(session, answer)
        else:
            self.give_up(session, answer)

    @precondition(lambda self: self.open)
    @stage(upload=numbers)
    def ask(self, upload: int) -> None:
        """Ask how much is stored, as after a break."""
        session = _one(self.open, upload)
        answer = self.put(session, None)
        self.acknowledged(session, session.stored, answer, "PT-RESUME-03", "a status request")

    @precondition(lambda self: self.begun)
    @stage(upload=numbers, what=st.sampled_from(AGAIN))
    def send_again(self, upload: int, what: str) -> None:
        """Send a chunk again as if the response had been lost, or cut the chunks in another way."""
        session = _one(self.begun, upload)
        chunk = session.again(what)
        answer = self.put(session, chunk)
        situation = "a chunk that was sent before, in whole or in part"
        self.acknowledged(session, max(chunk.end, session.stored), answer, "PT-RESUME-05", situation)

    @precondition(lambda self: self.with_room)
    @stage(upload=numbers, gap=st.sampled_from((1, 4)))
    def leave_a_gap(self, upload: int, gap: int) -> None:
        """Send a chunk that does not follow the stored bytes."""
        session = _one(self.with_room, upload)
        start = session.stored + gap
        answer = self.put(session, session.chunk(start, start + (session.missing - gap) // 2))
        self.refused(session, answer, 409, requirement="PT-RESUME-06", situation="a chunk after a gap")

    @precondition(lambda self: self.with_room)
    @stage(upload=numbers, longer=st.sampled_from((1, -1)))
    def lie_about_length(self, upload: int, longer: int) -> None:
        """Send a Content-Range that names more or fewer bytes than there are."""
        session = _one(self.with_room, upload)
        answer = self.put(session, session.next("half"), longer=longer)
        situation = "a chunk whose length differs from its Content-Range"
        self.refused(session, answer, 409, requirement="PT-RESUME-07", situation=situation)

    @precondition(lambda self: self.with_room)
    @stage(upload=numbers, more=st.sampled_from((1, -1)))
    def change_the_total(self, upload: int, more: int) -> None:
        """Send a Content-Range with another size of the file than was announced."""
        session = _one(self.with_room, upload)
        answer = self.put(session, session.next("half"), total=session.size + more)
        situation = "a chunk with another total size than in the init request"
        self.refused(session, answer, 409, requirement="PT-RESUME-08", situation=situation)

    @precondition(lambda self: self.open)
    @stage(upload=numbers, does=uses)
    def somebody_else(self, upload: int, does: str) -> None:
        """Try to use the session of another user."""
        session = _one(self.open, upload)
        answer = self.use(session.upload_id, does, session.next("half"), session.size, self.other)
        situation = f"{_REQUESTS[does]} by another user"
        self.refused(session, answer, 403, requirement="PT-RESUME-09", situation=situation)

    @precondition(lambda self: self.open)
    @stage(upload=numbers, then=afterwards)
    def take_back(self, upload: int, then: str) -> None:
        """Cancel an upload."""
        session = _one(self.open, upload)
        answer = self.delete(session.upload_id, self.owner)
        self.expect(answer, 204, requirement="PT-RESUME-11", situation="a cancellation")
        session.state, self.because = State.CANCELLED, "PT-RESUME-12"
        self._use_ended(session, then)

    @stage(upload=numbers, does=uses)
    def use_what_is_gone(self, upload: int, does: str) -> None:
        """Use a session that was completed or cancelled some time ago, or one that never existed."""
        gone = [*self.ended, None]
        session = gone[upload % len(gone)]
        if session is not None:
            self._use_ended(session, does)
            return
        unknown = str(impossible("upload.id", len(self.sessions)))
        answer = self.use(unknown, does, Chunk(0, b"no file"), len(b"no file") + 1, self.owner)
        situation = f"{_REQUESTS[does]} for a session that never existed"
        self.expect(answer, 404, 403, requirement="PT-RESUME-10", situation=situation)

    def _use_ended(self, session: Session, does: str) -> None:
        if session not in self.ended or does not in USES:
            return
        if session.state is State.COMPLETE:
            requirement, self.because, of = "PT-RESUME-13", "PT-RESUME-13", "completed"
        else:
            requirement, self.because, of = "PT-RESUME-11", "PT-RESUME-12", "cancelled"
        answer = self.use(session.upload_id, does, session.next("the rest"), session.size, self.owner)
        situation = f"{_REQUESTS[does]} for a {of} session"
        if not self.expect(answer, 404, requirement=requirement, situation=situation):
            self.give_up(session, answer)

    @invariant()
    def only_what_arrived_is_there(self) -> None:
        """Compare with the model."""
        self.compare()


def _one(sessions: Sequence[Session], number: int) -> Session:
    return sessions[number % len(sessions)]
