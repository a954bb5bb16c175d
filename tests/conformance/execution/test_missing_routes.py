"""A route that the target lacks is recognised by comparison, decided once, and never claimed for anything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Headers
from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.fixtures.instance.http import problem_details
from peertube_conformance.fixtures.instance.http.request_and_response import Problem
from peertube_conformance.fixtures.messages.precondition_errors import MissingRoute
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Exchange, Intent, Verdict
from peertube_conformance.reports import Response as Received
from peertube_conformance.spec.deviations import load_deviations
from peertube_conformance.stateful.engine import runner
from tests.conformance.hand_written.runner import enumerated, ran
from tests.faults.arena import Arena, arena
from tests.faults.faulty_routes import as_peertube, as_problem, as_text, lacks
from tests.faults.registry import Fault, load
from tests.stateful.flows import flows

_PHASES = ("valid", "access", "refusals", "invalid")
_MADE_UP = "madeUpRoute"
_AT = {
    "exports-have-no-list": "listUserExports",
    "custom-configuration-is-an-unknown-route": "getCustomConfig",
    "histories-cannot-be-cleared": "clearMyHistory",
    "downloads-are-the-web-client": "downloadVideoFile",
    "downloads-are-plain-text": "downloadVideoFile",
    "videos-have-no-update": "putVideo",
}
Spoil = Callable[[Request, Response], Response]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("arena"), depth="smoke") as found:
        yield found


@pytest.fixture
def recorded(at: Arena) -> Callable[[], list[dict[str, Any]]]:
    """The lines that were recorded since the test began."""
    part = Path(at.session.options.report_dir) / "parts" / "main.ndjson"
    before = len(part.read_bytes())
    return lambda: [json.loads(line) for line in part.read_bytes()[before:].splitlines()]


def _exercised(at: Arena, operation_id: str) -> list[Verdict]:
    at.session.collect()
    exercise = Exercise(at.session, at.session.contract.operation(operation_id))
    return [exercise.run(getattr(exercise, phase)).verdict for phase in _PHASES]


def _fault(spoil: Spoil) -> Fault:
    return Fault("made here", (), (), "status", lambda handler, request: spoil(request, handler(request)))


def _is_missing(at: Arena, operation_id: str) -> bool:
    return at.session.missing_routes.finding(at.base_url, operation_id) is not None


# Missing routes


@pytest.mark.parametrize(("fault", "operation_id"), _AT.items())
def test_a_missing_route_is_one_finding(
    fault: str, operation_id: str, at: Arena, recorded: Callable[[], list[dict[str, Any]]]
) -> None:
    with at.spoiled(load()[fault]):
        assert _exercised(at, operation_id) == [Verdict.NOT_IMPLEMENTED] * 4
        (found,) = [line for line in recorded() if line["kind"] == "finding"]
        sent = [line for line in recorded() if line["kind"] == "exchange"]
        assert _exercised(at, operation_id) == [Verdict.NOT_IMPLEMENTED] * 4
        assert [line for line in recorded() if line["kind"] == "exchange"] == sent
    (finding,) = found["findings"]
    assert finding["requirement"] == "PT-ROUTE-01"
    assert finding["operationId"] == operation_id
    assert finding["request"].startswith(found["request"]["method"])
    assert finding["curl"].startswith("curl ")
    assert "not implemented" in finding["message"]
    assert sum(line["operationId"] == _MADE_UP for line in sent) <= 3
    assert all(not line["findings"] for line in sent if line["operationId"] == _MADE_UP)


@pytest.mark.parametrize("fault", ["downloads-are-the-web-client", "downloads-are-plain-text"])
def test_hand_written_tests_find_nothing_else_on_it(fault: str, at: Arena) -> None:
    found: set[str] = set()
    blockers: set[str] = set()
    with at.spoiled(load()[fault]):
        for test in enumerated():
            if test.name in {"test_route_groups", "test_preflight", "test_ranges", "test_several_ranges", "test_head"}:
                findings, blocker = ran(at, test)
                found |= {finding.fingerprint for finding in findings}
                blockers |= {blocker}
        missing = at.session.missing_routes.finding(at.base_url, "downloadVideoFile")
    # A stock PeerTube's answer to unknown routes has findings of its own, which are no findings on the operation.
    assert [each for each in found if each.startswith(("downloadVideoFile|", "preflight|"))] == []
    assert missing is not None
    assert f"downloadVideoFile is not implemented (finding {missing.fingerprint})" in blockers


def test_preparing_requests_find_it(at: Arena) -> None:
    def spoil(request: Request, answer: Response) -> Response:
        return as_problem(request) if lacks(request, "uploadLegacy") else answer

    with at.spoiled(_fault(spoil)):
        with pytest.raises(MissingRoute, match=r"uploadLegacy is not implemented \(finding uploadLegacy\|PT-ROUTE-01"):
            at.session.environment.world.video(fresh=True)
        assert _exercised(at, "delVideo") == [Verdict.BLOCKED] * 4
        assert _exercised(at, "uploadLegacy") == [Verdict.NOT_IMPLEMENTED] * 4


def test_a_flow_is_blocked_by_it(at: Arena) -> None:
    with at.spoiled(load()["histories-cannot-be-cleared"]):
        walked = runner.walk(at.session, flows()["WatchHistory"])
    assert walked.verdict is Verdict.BLOCKED
    assert walked.reason == "clearMyHistory is not implemented (finding clearMyHistory|PT-ROUTE-01|400|/request)"
    assert walked.findings == ()


def test_other_processes_of_the_run_know_it(at: Arena) -> None:
    with at.spoiled(load()["custom-configuration-is-an-unknown-route"]):
        _exercised(at, "getCustomConfig")
        other = type(at.session)(at.session.options, at.session.shared, at.session.contract, [], "other")
        exercise = Exercise(other, other.contract.operation("getCustomConfig"))
        assert exercise.run(exercise.access).verdict is Verdict.NOT_IMPLEMENTED
        other.recorder.close()


# What is no missing route


def test_an_instance_that_has_all_routes_is_sent_nothing_more(
    at: Arena, recorded: Callable[[], list[dict[str, Any]]]
) -> None:
    for operation_id in ("getVideo", "downloadVideoFile", "getLatestUserImport", "putVideo", "clearMyHistory"):
        _exercised(at, operation_id)
    sent = {line["operationId"] for line in recorded() if line["kind"] == "exchange"}
    assert _MADE_UP not in sent
    assert len(sent) >= 5


def _of(request: Request, *operations: str) -> bool:
    """Whether the request is of one of these operations."""
    return lacks(request, *operations) and not lacks(request)


def _only_with_a_token(request: Request, answer: Response) -> Response:
    is_signed = "authorization" in request.headers
    return as_problem(request) if is_signed and _of(request, "listMyHistory") else answer


def _lost(request: Request, answer: Response) -> Response:
    """The resource is lost; the error says so."""
    if not _of(request, "getVideoChannel"):
        return answer
    return problem_details.response(Problem(404, "Video channel not found"), "getVideoChannel")


def _off(request: Request, answer: Response) -> Response:
    if not _of(request, "getVideoChannel"):
        return answer
    return problem_details.response(Problem(400, "Channels are off", code="channels_disabled"))


def _sign_in_page(request: Request, answer: Response) -> Response:
    """A proxy asks everybody to sign in."""
    is_known = request.url.path.endswith(("/config", "/categories")) or "authorization" in request.headers
    return answer if is_known else Response("<html>Sign in</html>", 401, media_type="text/html")


def _forbidden_page(request: Request, answer: Response) -> Response:
    """A proxy refuses paths, known ones and others."""
    return Response("Forbidden", 403) if "/video-channels" in request.url.path or lacks(request) else answer


def _everything_is_absent(_request: Request, _answer: Response) -> Response:
    return Response("Not Found", 404, media_type="text/plain")


def _everything_is_a_page(request: Request, _answer: Response) -> Response:
    return as_text(request) if request.method == "OPTIONS" else Response("<html>Parked</html>", media_type="text/html")


def _no_route_is_answered_in_time(request: Request, answer: Response) -> Response:
    """The route fails, and so does every unknown one."""
    return Response("", 500) if lacks(request, "getVideoChannel") else answer


@pytest.mark.parametrize(
    ("spoil", "operation_id"),
    [
        (_only_with_a_token, "listMyHistory"),
        (_lost, "getVideoChannel"),
        (_off, "getVideoChannel"),
        (_sign_in_page, "getVideoChannel"),
        (_sign_in_page, "getCustomConfig"),
        (_forbidden_page, "getVideoChannel"),
        (_everything_is_absent, "getVideoChannel"),
        (_everything_is_a_page, "getVideoChannel"),
        (_no_route_is_answered_in_time, "getVideoChannel"),
    ],
)
def test_other_answers_do_not_count_as_missing_routes(spoil: Spoil, operation_id: str, at: Arena) -> None:
    # What the requests need is there before: only the operation itself is judged.
    Exercise(at.session, at.session.contract.operation(operation_id)).base()
    with at.spoiled(_fault(spoil)):
        verdicts = _exercised(at, operation_id)
    assert Verdict.NOT_IMPLEMENTED not in verdicts
    assert not _is_missing(at, operation_id)
    assert at.session.collect()


@pytest.mark.parametrize("status", [200, 204, 301, 401, 403, 429, 500, 502, 503, 504])
def test_other_statuses_lead_to_no_request(status: int, at: Arena) -> None:
    routes = at.session.missing_routes
    draft = Exercise(at.session, at.session.contract.operation("getVideos")).base()
    exchange = Exchange(draft.operation, draft.request(at.base_url), Received(status, Headers()), Intent.VALID)

    def send(_draft: Draft) -> Exchange:
        raise AssertionError("nothing is compared")

    with at.spoiled(load()["exports-have-no-list"]):
        routes.saw(draft, exchange, send)
        routes.explain(exchange, valid=True)
        routes.explain_operation(at.base_url, draft.operation)
        assert not _is_missing(at, "getVideos")


def test_a_route_that_was_served_once_is_not_missing(at: Arena) -> None:
    lost: list[bool] = []

    def spoil(request: Request, answer: Response) -> Response:
        return as_problem(request) if lost and _of(request, "getVideoChannel") else answer

    with at.spoiled(_fault(spoil)):
        assert _exercised(at, "getVideoChannel")[0] is Verdict.PASSED
        lost.append(True)
        _exercised(at, "getVideoChannel")
        assert not _is_missing(at, "getVideoChannel")
        assert at.session.collect()


def test_a_page_for_one_operation_is_none_for_its_neighbours(at: Arena) -> None:
    def spoil(request: Request, answer: Response) -> Response:
        return as_peertube(request) if lacks(request, "getVideoDesc") else answer

    with at.spoiled(_fault(spoil)):
        assert _exercised(at, "getVideoDesc") == [Verdict.NOT_IMPLEMENTED] * 4
        assert Verdict.NOT_IMPLEMENTED not in _exercised(at, "getVideo")
        assert not _is_missing(at, "getVideo")


def test_no_known_deviation_explains_a_missing_route(at: Arena) -> None:
    contract = at.session.contract
    assert contract.deviations is not None
    known = load_deviations([contract.deviations])
    assert known
    for operation in contract.operations:
        for status in (200, 400, 404, 405):
            fingerprint = f"{operation.id}|PT-ROUTE-01|{status}|/request"
            assert [entry.id for entry in known if entry.matches(fingerprint)] == []
