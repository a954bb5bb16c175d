"""Small runs, recorded as real ones are: a contract of four operations and exchanges made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from peertube_conformance.reports import Finding, Intent, Verdict
from peertube_conformance.spec import Contract, Defect, contract_of
from peertube_conformance.spec.deviations import Deviation
from tests.reports.sample_run import ABSENT, FACTS, HOSTILE, VIDEO, NewRun, SampleRun, problem

ANSWERS: dict[str, Any] = {"description": "As documented."}


def _operation(operation_id: str, tag: str, *statuses: int, **more: Any) -> dict[str, Any]:
    responses = {str(status): ANSWERS for status in statuses}
    return {"operationId": operation_id, "tags": [tag], "summary": operation_id, "responses": responses, **more}


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
        "getVideos", 400, problem(400), intent=Intent.INVALID, purpose=Defect("query", "/count", "maximum"), times=4
    )
    run.saw("getVideo", 200, VIDEO, times=8)
    run.saw("getVideo", 404, problem(404), intent=Intent.PROVOKED, purpose=ABSENT)
    run.saw("delVideo", 204, times=2)
    run.saw("getOAuthToken", 200, {"access_token": "abc", "expires_in": 86399}, times=8, role="anonymous")
    for operation in run.contract.operations:
        run.ended(operation.id, Verdict.PASSED)
    return run


@pytest.fixture
def faulty_run(sound_run: SampleRun) -> SampleRun:
    """The sound run with a wrong member in a problem, and an operation that could not be tested."""
    return _with_fault(sound_run)


def _with_fault(sound_run: SampleRun) -> SampleRun:
    wrong = Finding("/response/body/status", "status differs from the response's", 404, 400, requirement="PT-ERR-03")
    sound_run.saw("getVideo", 404, problem(400), wrong, intent=Intent.PROVOKED, purpose=ABSENT, times=5)
    cause = "getVideo|PT-ERR-03|404|/response/body/status"
    sound_run.ended("delVideo", Verdict.BLOCKED, "no video could be created: the quota is used up", cause=cause)
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


@pytest.fixture
def hostile(new_run: NewRun) -> dict[str, Any]:
    """A run against an instance that puts markup, control characters and half a character everywhere."""
    run = new_run()
    run.facts["target"] = {**FACTS["target"], "baseUrl": f"https://{HOSTILE}", "serverVersion": HOSTILE}
    run.facts["ledger"] = {"created": 1, "removed": 0, "left": [HOSTILE]}
    wrong = Finding(f"/response/body/{HOSTILE}", HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, requirement="PT-BODY-02")
    run.saw("getVideo", 200, {HOSTILE: HOSTILE}, wrong, headers={"x-hostile": "</style><img onerror=x>"})
    run.ended("delVideo", Verdict.BLOCKED, HOSTILE)
    run.ended("getVideo", Verdict.PASSED)
    document = run.document()
    for entry in document["operations"]:
        entry["unwitnessed"] = dict.fromkeys(entry["unwitnessed"], HOSTILE)
    return document


@pytest.fixture
def known(sound_run: SampleRun) -> dict[str, Any]:
    """The faulty run with its finding explained, and one explanation that is not needed any more."""
    sound_run.deviations = [
        Deviation("stock-404", ("getVideo|PT-ERR-03|404|*",), "server", "A slip of the server.", "GET -> 404"),
        Deviation("gone-by-now", ("getVideos|PT-BODY-02|*",), "server", "An older slip.", "GET -> 400"),
    ]
    return _with_fault(sound_run).document()


@pytest.fixture
def empty(new_run: NewRun) -> dict[str, Any]:
    """A run in which no request was sent."""
    return new_run().document()


@pytest.fixture
def flood(sound_run: SampleRun) -> dict[str, Any]:
    """A run with forty findings."""
    for number in range(40):
        wrong = Finding(f"/response/body/member{number:02}", "is no text", "string", 7, requirement="PT-BODY-02")
        sound_run.saw("getVideo", 200, VIDEO, wrong)
    return sound_run.document()
