"""A server that stumbles over a value of one of these kinds is found out, and one that does not is left in peace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.reports import Verdict
from tests.faults.arena import Arena, arena
from tests.faults.contract_faults import STATUS, ContractFault
from tests.faults.registry import Fault, Handler
from tests.faults.spoiling import AnyFault


def _about(telling: str, status: int) -> Fault:
    """A server that answers so to addresses with this in them."""

    def spoiled(handler: Handler, request: Request) -> Any:
        right = handler(request)
        if telling not in str(request.url):
            return right
        return PlainTextResponse("odd", status)

    return Fault("odd", ("PT-STATUS-01",), (), STATUS, spoiled)


_CHANNEL_0 = ContractFault(
    "putVideo.channelId.0", "putVideo", "minimum.ignored", STATUS, ("PT-STATUS-04",),
    "/request/body/channelId", "invalid", "body/channelId", "minimum",
)  # fmt: skip
_CASES: list[tuple[str, AnyFault, str]] = [
    ("putVideo", _CHANNEL_0, "putVideo|PT-STATUS-04|204|/request/body/channelId"),
    ("listMyHistory", _about("start=1" + 22 * "0", 200), "listMyHistory|PT-STATUS-04|200|/request/query/start"),
    ("listMyHistory", _about("start=1" + 22 * "0", 500), "listMyHistory|PT-STATUS-01|500|/request/query/start"),
    ("getSyndicatedVideos", _about("videos.0.5", 200), "getSyndicatedVideos|PT-STATUS-04|200|/request/path/format"),
    ("getSubscriptionsExist", _about("%2Fbehind", 200), "getSubscriptionsExist|PT-STATUS-04|200|/request/query/uris/*"),
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("arena")) as found:
        yield found


def _reported(environment: Arena, operation_id: str) -> set[str]:
    environment.session.collect()
    exercise = Exercise(environment.session, environment.session.contract.operation(operation_id))
    outcome = exercise.run(exercise.invalid)
    assert outcome.verdict is Verdict.PASSED, outcome.reason
    return {finding.fingerprint for finding in environment.session.collect()}


@pytest.mark.parametrize("operation_id", sorted({operation_id for operation_id, *_ in _CASES}))
def test_the_instance_does_not_stumble(operation_id: str, environment: Arena) -> None:
    assert _reported(environment, operation_id) == set()


@pytest.mark.parametrize(("operation_id", "fault", "fingerprint"), _CASES)
def test_a_server_that_stumbles_is_told(
    operation_id: str, fault: AnyFault, fingerprint: str, environment: Arena
) -> None:
    with environment.spoiled(fault):
        assert fingerprint in _reported(environment, operation_id)
