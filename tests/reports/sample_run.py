"""Runs recorded as real ones are, from exchanges made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from peertube_conformance.reports import Exchange, Finding, Intent, Purpose, Request, Response, Situation, Verdict
from peertube_conformance.reports.model.variables import mark
from peertube_conformance.reports.recording.known_deviations import KnownDeviations
from peertube_conformance.reports.recording.record_files import read_parts
from peertube_conformance.reports.recording.recorder import Recorder
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.reports.run_document.run_verdict import NORMAL_END, Ending
from peertube_conformance.spec import Contract
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import load_requirements

FACTS: dict[str, Any] = {
    "harness": {"name": "peertube-conformance", "version": "0.1.0"},
    "startedAt": "2026-01-02T03:04:05+00:00",
    "durationSeconds": 12.5,
    "target": {
        "baseUrl": "https://videos.example.com",
        "serverVersion": "6.2.0",
        "embedded": False,
        "capabilities": ["registration"],
        "limits": {"api": {"calls": 50, "seconds": 10}},
    },
    "contract": {"version": "6.2.0", "source": "small.yaml", "operations": 4, "repairs": []},
    "seed": 1,
    "depth": "standard",
    "safety": "sandbox",
    "failOn": "must",
    "shard": None,
    "selection": {"operations": "", "tags": ""},
    "ledger": {"created": 3, "removed": 3, "left": []},
}


ABSENT = Situation("absent-resource", "a thing that does not exist")


class SampleRun:
    """Records exchanges as a worker does, and tells them as the run document."""

    def __init__(self, contract: Contract, folder: Path) -> None:
        self.contract = contract
        self._folder = folder
        self._recorder = Recorder(folder, "main", Redactor({"very-secret-token": "TOKEN"}))
        self.deviations: list[Deviation] = []
        self.facts = dict(FACTS)
        self._at = 1_767_000_000.0

    def saw(
        self,
        operation_id: str,
        status: int = 200,
        body: Any = None,
        *findings: Finding,
        intent: Intent = Intent.VALID,
        purpose: Purpose | None = None,
        role: str = "user",
        milliseconds: float = 12.0,
        evidence: Sequence[str] = ("PT-STATUS-02", "PT-BODY-02", "PT-STATUS-08"),
        headers: dict[str, str] | None = None,
        times: int = 1,
    ) -> None:
        """One exchange, recorded as often as said. Findings need `at`, `requirement` and the values."""
        operation = self.contract.operation(operation_id)
        target = operation.path.replace("{id}", mark("VIDEO_ID"))
        request = Request(
            method=operation.method,
            url=f"https://videos.example.com{operation.path.replace('{id}', '7')}",
            headers=(("Authorization", "Bearer very-secret-token"), ("Accept", "application/json")),
            marked_target=target,
        )
        kind = "application/problem+json" if status >= 400 else "application/json"
        sent = {"content-type": kind, "x-ratelimit-limit": "50", "x-ratelimit-remaining": "49", **(headers or {})}
        content = b"" if body is None else json.dumps(body).encode()
        exchange = Exchange(
            operation=operation,
            request=request,
            response=Response(status, httpx.Headers(sent), content, milliseconds / 1000),
            intent=intent,
            role=role,
            purpose=purpose,
        )
        completed = [
            replace(
                finding,
                check=finding.check or "a_check",
                operation_id=operation_id,
                status=status,
                request=exchange.summary,
            )
            for finding in findings
        ]
        known = KnownDeviations(self.deviations)
        completed = [known.explained(exchange, finding) for finding in completed]
        found_for = {*evidence, *(finding.requirement for finding in findings)}
        for _ in range(times):
            self._at += 0.2
            self._recorder.exchange(replace(exchange, sent_at=self._at), found_for, completed)

    def record(self, exchange: Exchange, *findings: Finding) -> None:
        """An exchange made elsewhere."""
        named = [replace(finding, operation_id=exchange.operation.id) for finding in findings]
        self._recorder.exchange(exchange, (), named)

    def ended(
        self, operation_id: str, verdict: Verdict, reason: str = "", phase: str = "valid", cause: str = ""
    ) -> None:
        """How a phase of an operation ended."""
        self._recorder.outcome(operation_id, phase, verdict, reason, cause)

    def stopped(self, reason: str, *, unjudgeable: bool) -> None:
        """Why the run ended early."""
        self._recorder.stop(reason, unjudgeable=unjudgeable)

    def unjudged(self, requirement: str, verdict: Verdict, reason: str) -> None:
        """Why a requirement could not be tested."""
        self._recorder.unjudged([requirement], verdict, reason)

    def died(self, *, is_back: bool) -> None:
        """The target stopped answering."""
        members = {
            "at": self._at,
            "reason": "refused",
            "isBack": is_back,
            "seconds": 30.0,
            "replayed": 0,
            "guilty": None,
        }
        self._recorder.note("death", {"worker": "main", **members})

    def walked(self, name: str, verdict: str, reason: str = "") -> None:
        """How a flow ended."""
        members = {"name": name, "title": f"What {name} promises.", "verdict": verdict, "reason": reason}
        counts = {"calls": {"watch": 3}, "requirements": {"PT-HISTORY-01": 3}}
        self._recorder.note("flow", {**members, "examples": 2, "requests": 9, "seconds": 0.5, **counts})

    def document(self, ending: Ending = NORMAL_END) -> dict[str, Any]:
        """The run document of what was recorded so far, of a run that ended so."""
        self._recorder.note("budget", {"requests": 10, "throttledSeconds": 1.25, "self429": 0, "worker": "main"})
        reported = RunDocument(
            self.contract, self.contract.operations, load_requirements(), self.deviations, self.facts
        )
        reported.add(read_parts(self._folder))
        return reported.to_json(ending)

    def close(self) -> None:
        """Closes the recording."""
        self._recorder.close()


VIDEO = {"id": 7, "uuid": "b3f8a7e2-6d1c-4f0a-9d7e-0d4f7c1a2b3c", "name": "Sunrise", "description": None}


NewRun = Callable[..., SampleRun]


HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[31m]]>`|\u202e\ud800"


def problem(status: int) -> dict[str, Any]:
    return {"type": "about:blank", "title": "Not Found", "status": status, "detail": "Video not found"}
