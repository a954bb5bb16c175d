"""The trial of surprises notices runs that end badly: each fault is seeded in what a run printed, wrote or left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from peertube_conformance.spec import load_contract
from tests.promise.filled_instance import FilledInstance
from tests.promise.in_process import InProcess
from tests.promise.lies import Answer
from tests.surprises.draws import Draw
from tests.surprises.kinds import KINDS, Ids
from tests.surprises.surprising_proxy import SurprisingProxy
from tests.surprises.trial import Outcome, judged

_NOTHING_COUNTS: Mapping[str, Any] = {
    "findings": [{"level": "should", "deviation": None}, {"level": "must", "deviation": "known"}]
}
_GOOD: Mapping[str, Any] = {
    "exitCode": 1,
    "findings": [{"level": "must", "deviation": None}, {"level": "should", "deviation": None}],
    "operations": [{"operationId": "ping", "verdict": "passed", "reason": ""}],
}


def _outcome(**members: Any) -> Outcome:
    given: dict[str, Any] = {
        "draw": Draw(1, "server error", 1),
        "replaced": ["1"],
        "exit_code": 1,
        "output": "1 finding",
    }
    return Outcome(**given | members)


def test_a_run_that_ends_well_has_no_problem() -> None:
    assert not judged(_outcome(), _GOOD)
    assert not judged(_outcome(exit_code=4, output="the target is no PeerTube"), None)
    assert not judged(_outcome(replaced=[], exit_code=0), {**_GOOD, "exitCode": 0, **_NOTHING_COUNTS})


@pytest.mark.parametrize(
    ("outcome", "document", "problem"),
    [
        (_outcome(output="x\nTraceback (most recent call last):"), _GOOD, "printed"),
        (_outcome(output="INTERNALERROR> KeyError"), _GOOD, "printed"),
        (_outcome(exit_code=2), _GOOD, "exit code 2"),
        (_outcome(exit_code=1), None, "without a report"),
        (_outcome(exit_code=0), {**_GOOD, "exitCode": 0, **_NOTHING_COUNTS}, "although a wrong answer"),
        (_outcome(replaced=[]), _GOOD, "although nothing was replaced"),
        (_outcome(), {**_GOOD, **_NOTHING_COUNTS}, "without findings"),
        (_outcome(exit_code=0), {**_GOOD, "exitCode": 0}, "with findings"),
        (
            _outcome(),
            {**_GOOD, "operations": [{"operationId": "ping", "verdict": "error", "reason": "KeyError"}]},
            "ping: error",
        ),
    ],
)
def test_a_run_that_ends_badly_has_a_problem(
    outcome: Outcome, document: Mapping[str, Any] | None, problem: str
) -> None:
    assert any(problem in each for each in judged(outcome, document))


@pytest.fixture(scope="module")
def filled() -> Any:
    made = FilledInstance("http://localhost:9000")
    yield made
    made.instance.close()


def _asks(proxy: SurprisingProxy) -> Callable[[str, str], httpx.Response]:
    client = httpx.Client(transport=InProcess(proxy), base_url="http://localhost:9000")
    return client.request


def test_only_the_drawn_answer_is_replaced(filled: FilledInstance) -> None:
    proxy = SurprisingProxy(filled, load_contract())
    proxy.begin(Draw(1, "server error", 2, operation="ping"))
    asks = _asks(proxy)
    paths = ["/api/v1/ping", "/api/v1/config", "/api/v1/ping", "/api/v1/ping"]
    assert [asks("GET", path).status_code for path in paths] == [200, 200, 500, 200]
    assert len(proxy.replaced) == 1


def test_a_lasting_surprise_replaces_all_later_answers(filled: FilledInstance) -> None:
    proxy = SurprisingProxy(filled, load_contract())
    proxy.begin(Draw(1, "server error", 2, operation="ping", lasts=True))
    asks = _asks(proxy)
    assert [asks("GET", "/api/v1/ping").status_code for _ in range(4)] == [200, 500, 500, 500]


def test_a_refused_change_does_not_reach_the_instance(filled: FilledInstance) -> None:
    filled.restore()
    proxy = SurprisingProxy(filled, load_contract())
    proxy.begin(Draw(1, "forbidden", 1, operation="requestRegistration"))
    client = httpx.Client(transport=InProcess(proxy), base_url="http://localhost:9000")
    body = {"username": "zoe", "password": "a password", "email": "zoe@example.com", "registrationReason": "To watch."}
    path = "/api/v1/users/registrations/request"
    assert client.post(path, json=body).status_code == 403
    assert not filled.new_rows("registrations")
    assert client.post(path, json=body).status_code == 200
    assert filled.new_rows("registrations")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_differs_from_a_true_answer(name: str) -> None:
    kind = KINDS[name]
    true = Answer(200, b'{"id": 7, "uuid": "a", "name": "b"}', {"content-type": "application/json"})
    made = kind.made(true, Ids(1, "another"))
    assert made is not None
    assert (made.status, made.body) != (true.status, true.body) or kind.hangs or kind.missing_bytes
