"""Judges and records the exchanges of the controller: those that set up a run, and those that clean up after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from peertube_conformance.conformance.checks import judge
from peertube_conformance.fixtures.http.client import TargetGone
from peertube_conformance.fixtures.http.exchange_steps import Send
from peertube_conformance.fixtures.http.outage import AWAY
from peertube_conformance.fixtures.messages.precondition_errors import NotArranged
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.confirmation import Obstacle, not_confirmed
from peertube_conformance.reports.recording.known_deviations import KnownDeviations
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.spec import Contract

SET_UP, CLEAN_UP = "set-up", "clean-up"


def record_set_up(directory: Path, redactor: Redactor, known: KnownDeviations, exchanges: list[Exchange]) -> None:
    """Judges and records the exchanges of a set-up, which began before there was a report to record them in."""
    recorder = Recorder(directory, SET_UP, redactor, known)
    for exchange in exchanges:
        _record(recorder, exchange, Obstacle.SET_UP)
    recorder.close()


class RecordedCleanUp:
    """Judges and records each exchange of a clean-up, as an exchange step and as the observer of the gate's reads.

    What an interruption or an outage of the target causes is recorded without a finding. Where no record can be
    written, `lost` says why, and the clean-up goes on.
    """

    def __init__(
        self,
        directory: Path,
        redactor: Redactor,
        known: KnownDeviations,
        contract: Contract,
        is_interrupted: Callable[[], bool],
    ) -> None:
        self._recorder: Recorder | None = None
        self._failure = ""
        try:
            self._recorder = Recorder(directory, CLEAN_UP, redactor, known)
        except OSError as error:
            self._failure = f"the clean-up is not recorded: {error.strerror or error}"
        self._ping = contract.operation("ping")
        self._is_interrupted = is_interrupted

    def __call__(self, _draft: Draft, exchange: Exchange, send: Send) -> Exchange:
        """See ExchangeStep."""
        if self._recorder is None:
            return exchange
        is_unanswered = exchange.response is None or exchange.response.status in AWAY
        if is_unanswered and (self._is_interrupted() or not self._is_there(send)):
            self._recorder.exchange(exchange, (), ())
        else:
            _record(self._recorder, exchange, Obstacle.CLEAN_UP)
        return exchange

    def saw_read(self, exchange: Exchange) -> None:
        """Judges and records a read of the gate that failed."""
        if self._recorder is not None:
            _record(self._recorder, exchange, Obstacle.CLEAN_UP)

    @property
    def lost(self) -> str:
        """Why exchanges were not recorded; empty where all were."""
        return self._recorder.lost if self._recorder is not None else self._failure

    def close(self) -> None:
        """Closes the record."""
        if self._recorder is not None:
            self._recorder.close()

    def _is_there(self, send: Send) -> bool:
        try:
            return send(Draft(self._ping)).status == 200
        except (NotArranged, TargetGone):
            return False


def _record(recorder: Recorder, exchange: Exchange, obstacle: Obstacle) -> None:
    judged = judge(exchange)
    for finding in recorder.exchange(exchange, judged.evidence, judged.findings, judged.in_part):
        recorder.confirmation(finding.fingerprint, not_confirmed(obstacle))
