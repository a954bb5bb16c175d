"""Faults that share a fingerprint with a known deviation and not its condition are new findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.fixtures.instance.http.request_and_response import Problem
from peertube_conformance.stateful.engine import runner
from tests.conformance.hand_written.runner import enumerated, examined
from tests.faults.answers import rewritten
from tests.faults.arena import Arena, arena
from tests.faults.registry import Fault
from tests.stateful.flows import flows

_DOCS = "https://docs.example.com#operation/getLogs"
Spoil = Callable[[Any, Any], Any]
Look = Callable[[Arena], object]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("arena"), stock=True) as found:
        yield found


def phase(operation_id: str, name: str) -> Look:
    """Runs a phase of an operation."""

    def look(at: Arena) -> None:
        exercise = Exercise(at.session, at.session.contract.operation(operation_id))
        exercise.run(getattr(exercise, name))

    return look


def by_hand(requirement: str) -> Look:
    """Runs the hand-written tests of a requirement."""
    return lambda at: [examined(at, test) for test in enumerated() if requirement in test.requirements]


def flow(name: str) -> Look:
    """Walks a flow."""
    return lambda at: runner.walk(at.session, flows()[name])


def fails_from_the_second_page(handler: Any, request: Any) -> Any:
    if request.query.get("start", 0) >= 1:
        raise Problem(500, "A fault")
    return handler(request)


def problems(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Changes the problem details of every response."""

    def spoiled(handler: Any, request: Request) -> Any:
        answer: Response = handler(request)
        if "problem+json" not in answer.headers.get("content-type", ""):
            return answer
        problem = json.loads(bytes(answer.body))
        change(problem)
        return rewritten(answer, json.dumps(problem))

    return spoiled


def one_more(handler: Any, request: Any) -> Any:
    answer = handler(request)
    return answer | {"total": answer["total"] + 1}


def feeds_as_xml(handler: Any, request: Any) -> Any:
    answer = handler(request)
    if request.path["format"].startswith("atom"):
        answer.headers["content-type"] = "application/xml"
    return answer


def fields_fail(handler: Any, request: Request) -> Any:
    answer: Response = handler(request)
    is_upload = request.method == "POST" and request.url.path == "/api/v1/videos/upload"
    if not (is_upload and answer.status_code == 400 and b"language" in bytes(answer.body)):
        return answer
    problem = {"type": "about:blank", "title": "Internal Server Error", "status": 500, "detail": "A fault"}
    failed = rewritten(answer, json.dumps(problem))
    failed.status_code = 500
    return failed


MASKED: dict[str, tuple[Fault, Look, str]] = {
    "numbers-reach-the-database": (
        Fault("made here", (), ("getAccounts",), "status", fails_from_the_second_page),
        phase("getAccounts", "valid"),
        "getAccounts|PT-STATUS-01|500|/request/query/start",
    ),
    "refusals-without-invalid-params": (
        Fault("made here", (), (), "problem details", problems(lambda problem: problem.pop("invalid-params", None))),
        phase("getVideos", "invalid"),
        "getVideos|PT-ERR-10|400|/response/body/invalid-params",
    ),
    "docs-left-out": (
        Fault("made here", (), (), "problem details", problems(lambda problem: problem.update(docs=_DOCS))),
        phase("getVideo", "refusals"),
        "getVideo|PT-ERR-07|404|/response/body/docs",
    ),
    "accounts-without-actors-are-counted": (
        Fault("made here", (), ("getAccounts",), "pagination", one_more),
        flow("Lists"),
        "getAccounts|PT-PAGE-03|200|/response/body/total",
    ),
    "cached-feeds-ignore-accept": (
        Fault("made here", (), ("getSyndicatedVideos",), "content negotiation", feeds_as_xml),
        by_hand("PT-FEED-08"),
        "getSyndicatedVideos|PT-FEED-08|200|/response/headers/content-type",
    ),
    "forms-without-boundary": (
        Fault("made here", (), (), "status", fields_fail),
        phase("uploadLegacy", "invalid"),
        "uploadLegacy|PT-STATUS-01|500|/request/body/language",
    ),
}


@pytest.mark.parametrize("name", MASKED)
def test_a_fault_beside_a_known_deviation_is_a_new_finding(name: str, at: Arena) -> None:
    fault, look, fingerprint = MASKED[name]
    at.session.recorder._reported.clear()
    part = Path(at.session.options.report_dir) / "parts" / "main.ndjson"
    before = len(part.read_bytes())
    with at.spoiled(fault):
        look(at)
    at.session.bases.clear()
    lines = [json.loads(line) for line in part.read_bytes()[before:].splitlines()]
    found = {each["fingerprint"]: each["deviation"] for line in lines for each in line.get("findings", ())}
    assert fingerprint in found, sorted(found)
    assert found[fingerprint] is None
