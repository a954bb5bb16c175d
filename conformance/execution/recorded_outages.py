"""Records an outage of the target, with the request that stopped it again when it was replayed."""

from __future__ import annotations

from peertube_conformance.fixtures.http.outage import Death
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor


def record_outage(recorder: Recorder, redactor: Redactor, worker: str, death: Death) -> None:
    """Records an outage that a worker waited for."""
    recorder.note(
        "death",
        {
            "worker": worker,
            "at": round(death.at, 3),
            "reason": redactor.text(death.reason),
            "isBack": death.is_back,
            "seconds": round(death.seconds, 1),
            "replayed": death.replayed,
            "guilty": None if death.guilty is None else recorder.named(death.guilty),
        },
    )
