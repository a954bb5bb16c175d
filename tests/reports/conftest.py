"""Small runs, recorded as real ones are: a contract of four operations and exchanges made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from peertube_conformance.reports import (
    Exchange,
    Finding,
    Intent,
    Level,
    Purpose,
    Request,
    Response,
    Situation,
    Verdict,
)
from peertube_conformance.reports.model.variables import mark
from peertube_conformance.reports.recording.recorder import Recorder, read_parts
from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.run_document.builder import RunDocument
from peertube_conformance.spec import Contract, Defect, contract_of
from peertube_conformance.spec.deviations import Deviation
from peertube_conformance.spec.requirements import load_requirements

ANSWERS: dict[str, Any] = {"description": "As documented."}


def _operation(operation_id: str, tag: str, *statuses: int, **more: Any) -> dict[str, Any]:
    responses = {str(status): ANSWERS for status in statuses}
    return {
        "operationId": operation_id,
        "tags": [tag],
        "summary": operation_id,
        "responses": responses,
        **more,
    }


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Videos and sessions, in small."""
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    user: list[dict[str, list[str]]] = [{"OAuth2": []}]
    return contract_of(
        {
            "openapi": "3.1.0",
            "info": {"title": "small", "version": "6.2.0"},
            "tags": [{"name": "Video"}, {"name": "Session"}],
            "components": {"securitySchemes": {"OAuth2": {"type": "http", "scheme": "bearer"}}},
            "paths": {
                "/api/v1/videos": {"get": _operation("getVideos", "Video", 200, 400)},
                "/api/v1/videos/{id}": {
                    "parameters": [number],
                    "get": _operation("getVideo", "Video", 200, 404),
                    "delete": _operation("delVideo", "Video", 204, 404, security=user),
                },
                "/api/v1/users/token": {"post": _operation("getOAuthToken", "Session", 200, 400)},
            },
        },
        "small.yaml",
    )


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
        sent = {
            "content-type": kind,
            "x-ratelimit-limit": "50",
            "x-ratelimit-remaining": "49",
            **(headers or {}),
        }
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
        found_for = {*evidence, *(finding.requirement for finding in findings)}
        for _ in range(times):
            self._at += 0.2
            self._recorder.exchange(replace(exchange, sent_at=self._at), found_for, completed)

    def record(self, exchange: Exchange, *findings: Finding) -> None:
        """An exchange made elsewhere."""
        named = [replace(finding, operation_id=exchange.operation.id) for finding in findings]
        self._recorder.exchange(exchange, (), named)

    def ended(self, operation_id: str, verdict: Verdict, reason: str = "", phase: str = "valid") -> None:
        """How a phase of an operation ended."""
        self._recorder.outcome(operation_id, phase, verdict, reason)

    def walked(self, name: str, verdict: str, reason: str = "") -> None:
        """How a flow ended."""
        members = {"name": name, "title": f"What {name} promises.", "verdict": verdict, "reason": reason}
        counts = {"calls": {"watch": 3}, "requirements": {"PT-HISTORY-01": 3}}
        self._recorder.note("flow", {**members, "examples": 2, "requests": 9, "seconds": 0.5, **counts})

    def document(self, exit_code: int | None = None) -> dict[str, Any]:
        """The run document of what was recorded so far."""
        self._recorder.note("budget", {"requests": 10, "throttledSeconds": 1.25, "self429": 0})
        told = RunDocument(
            self.contract, self.contract.operations, load_requirements(), self.deviations, self.facts
        )
        told.add(read_parts(self._folder))
        document = told.to_json()
        document["exitCode"] = int(bool(told.new_findings(Level.MUST))) if exit_code is None else exit_code
        return document

    def close(self) -> None:
        """Closes the recording."""
        self._recorder.close()


VIDEO = {"id": 7, "uuid": "b3f8a7e2-6d1c-4f0a-9d7e-0d4f7c1a2b3c", "name": "Sunrise", "description": None}


NewRun = Callable[..., SampleRun]


@pytest.fixture
def new_run(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewRun]:
    """Begins an empty run; may be called several times."""
    begun: list[SampleRun] = []

    def begin(other: Contract = contract) -> SampleRun:
        begun.append(SampleRun(other, tmp_path_factory.mktemp("run")))
        return begun[-1]

    yield begin
    for run in begun:
        run.close()


@pytest.fixture
def sound_run(new_run: NewRun) -> SampleRun:
    """Every operation answers as documented."""
    run = new_run()
    run.saw("getVideos", 200, {"total": 1, "data": [VIDEO]}, times=8)
    run.saw(
        "getVideos",
        400,
        _problem(400),
        intent=Intent.INVALID,
        purpose=Defect("query", "/count", "maximum"),
        times=4,
    )
    run.saw("getVideo", 200, VIDEO, times=8)
    run.saw("getVideo", 404, _problem(404), intent=Intent.PROVOKED, purpose=ABSENT)
    run.saw("delVideo", 204, times=2)
    run.saw("getOAuthToken", 200, {"access_token": "abc", "expires_in": 86399}, times=8, role="anonymous")
    for operation in run.contract.operations:
        run.ended(operation.id, Verdict.PASSED)
    return run


@pytest.fixture
def faulty_run(sound_run: SampleRun) -> SampleRun:
    """The sound run with a wrong member in a problem, and an operation that could not be tested."""
    wrong = Finding(
        "/response/body/status", "status differs from the response's", 404, 400, requirement="PT-ERR-03"
    )
    sound_run.saw(
        "getVideo",
        404,
        _problem(400),
        wrong,
        intent=Intent.PROVOKED,
        purpose=ABSENT,
        times=5,
    )
    sound_run.ended("delVideo", Verdict.BLOCKED, "no video could be created: the quota is used up")
    sound_run.facts["ledger"] = {"created": 3, "removed": 2, "left": ["user pt-abc: answered 500"]}
    return sound_run


@pytest.fixture
def sound(sound_run: SampleRun) -> dict[str, Any]:
    """The document of a run that found nothing."""
    return sound_run.document()


@pytest.fixture
def faulty(faulty_run: SampleRun) -> dict[str, Any]:
    """The document of a run with one finding and one blocked operation."""
    return faulty_run.document()


HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[31m]]>`|\u202e\ud800"


@pytest.fixture
def hostile(new_run: NewRun) -> dict[str, Any]:
    """A run against an instance that puts markup, control characters and half a character everywhere."""
    run = new_run()
    run.facts["target"] = {**FACTS["target"], "baseUrl": f"https://{HOSTILE}", "serverVersion": HOSTILE}
    run.facts["ledger"] = {"created": 1, "removed": 0, "left": [HOSTILE]}
    wrong = Finding(
        f"/response/body/{HOSTILE}", HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, requirement="PT-BODY-02"
    )
    run.saw("getVideo", 200, {HOSTILE: HOSTILE}, wrong, headers={"x-hostile": "</style><img onerror=x>"})
    run.ended("delVideo", Verdict.BLOCKED, HOSTILE)
    run.ended("getVideo", Verdict.PASSED)
    document = run.document()
    for entry in document["operations"]:
        entry["unwitnessed"] = dict.fromkeys(entry["unwitnessed"], HOSTILE)
    return document


def _problem(status: int) -> dict[str, Any]:
    return {"type": "about:blank", "title": "Not Found", "status": status, "detail": "Video not found"}


@pytest.fixture
def known(faulty_run: SampleRun) -> dict[str, Any]:
    """The faulty run with its finding explained, and one explanation that is not needed any more."""
    faulty_run.deviations = [
        Deviation(
            "stock-404", ("getVideo|PT-ERR-03|404|*",), "server", "A slip of the server.", "GET -> 404"
        ),
        Deviation("gone-by-now", ("getVideos|PT-BODY-02|*",), "server", "An older slip.", "GET -> 400"),
    ]
    return faulty_run.document()


@pytest.fixture
def empty(new_run: NewRun) -> dict[str, Any]:
    """A run in which no request was sent."""
    return new_run().document()


@pytest.fixture
def flood(sound_run: SampleRun) -> dict[str, Any]:
    """A run with forty findings."""
    for number in range(40):
        wrong = Finding(
            f"/response/body/member{number:02}", "is no text", "string", 7, requirement="PT-BODY-02"
        )
        sound_run.saw("getVideo", 200, VIDEO, wrong)
    return sound_run.document()
