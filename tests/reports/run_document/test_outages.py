"""Of a target's death the report names what came just before, over all workers, the unanswered last."""

from __future__ import annotations

from typing import Any

import jsonschema

from peertube_conformance.reports.run_document.outages import Deaths
from peertube_conformance.reports.views.console import lines
from peertube_conformance.reports.views.html.page import page
from peertube_conformance.reports.views.markdown import summary
from tests.reports.views.test_written_views import SCHEMA


def exchange(worker: str, number: int, at: float, status: int | None = 200) -> dict[str, Any]:
    return {
        "id": f"{worker}-{number}",
        "at": at,
        "operationId": "getVideo",
        "role": "user",
        "curl": f"curl {worker} {number}",
        "needs": ["BASE_URL"],
        "request": {"method": "GET", "target": f"/{number}"},
        "response": None if status is None else {"status": status},
        "failure": "" if status else "ReadError: reset",
    }


def death(worker: str, at: float, **members: Any) -> dict[str, Any]:
    noted = {"reason": "refused", "isBack": True, "seconds": 2.0, "replayed": 0, "guilty": None}
    return {"kind": "death", "worker": worker, "at": at, **noted, **members}


def names(reported: dict[str, Any]) -> list[str]:
    return [before["id"] for before in reported["before"]]


def test_no_death_is_told_of_a_run_without_one() -> None:
    deaths = Deaths()
    deaths.add_exchange(exchange("gw0", 1, 5.0, None))
    assert deaths.to_json() == []


def test_the_last_requests_of_all_workers_are_named_the_unanswered_last() -> None:
    deaths = Deaths()
    for number in range(1, 20):
        deaths.add_exchange(exchange("gw0", number, number, None if number == 19 else 200))
    deaths.add_death(death("gw0", 20.0))
    deaths.add_exchange(exchange("gw0", 20, 30.0))
    for number in range(1, 4):
        deaths.add_exchange(exchange("gw1", number, 17.5 + number))
    deaths.add_death(death("gw1", 21.0, isBack=False, seconds=5.0))
    (reported,) = deaths.to_json()
    assert len(reported["before"]) == 10
    assert names(reported)[-4:] == ["gw1-1", "gw1-2", "gw1-3", "gw0-19"]
    assert (reported["at"], reported["isBack"], reported["seconds"]) == (20.0, True, 5.0)
    assert "gw0-20" not in names(reported)
    last = reported["before"][-1]
    assert (last["request"], last["status"], last["failure"], last["curl"]) == (
        "GET /19",
        None,
        "ReadError: reset",
        "curl gw0 19",
    )


def test_a_worker_that_did_not_notice_is_not_left_out() -> None:
    deaths = Deaths()
    deaths.add_exchange(exchange("gw0", 1, 10.0))
    deaths.add_death(death("gw0", 11.0))
    deaths.add_exchange(exchange("gw1", 1, 10.5, None))
    deaths.add_exchange(exchange("gw1", 2, 900.0, None))
    (reported,) = deaths.to_json()
    assert names(reported) == ["gw0-1", "gw1-1"]


def test_deaths_far_apart_are_two_and_the_guilty_one_stays_with_its_own() -> None:
    deaths = Deaths()
    deaths.add_exchange(exchange("gw0", 1, 10.0))
    deaths.add_death(death("gw0", 11.0, replayed=1, guilty={"curl": "curl 1"}))
    deaths.add_exchange(exchange("gw0", 2, 99.0))
    deaths.add_death(death("gw0", 100.0))
    first, second = deaths.to_json()
    assert (first["guilty"], second["guilty"]) == ({"curl": "curl 1"}, None)
    assert (names(first), names(second)) == (["gw0-1"], ["gw0-1", "gw0-2"])


def died(sound: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A document of a run in which the target died once."""
    deaths = Deaths()
    deaths.add_exchange(exchange("gw0", 1, 10.0))
    deaths.add_exchange(exchange("gw0", 2, 11.0, None))
    deaths.add_death(death("gw0", 12.0, **members))
    return sound | {"deaths": deaths.to_json()}


def test_every_view_names_what_came_before(sound: dict[str, Any]) -> None:
    document = died(sound, isBack=False, seconds=30.0)
    reported = "\n".join(lines(document, 400))
    assert "stopped answering at 00:00:12 UTC (refused) and was not back after 30 s" in reported
    assert reported.index("GET /2 (ReadError: reset)") < reported.index("GET /1 (answered 200)")
    assert "     curl gw0 2" in reported
    assert "stopped answering" in summary(document)
    assert "curl gw0 2" in page(document)
    jsonschema.validate(document, SCHEMA)


def test_the_guilty_one_is_named_alone(sound: dict[str, Any]) -> None:
    guilty = {"request": "POST /api/v1/videos/upload", "curl": "curl -X POST", "needs": ["TOKEN"]}
    document = died(sound, replayed=2, guilty=guilty)
    reported = "\n".join(lines(document, 400))
    assert (
        "the cause is POST /api/v1/videos/upload: the target stopped again when this request was replayed alone"
        in reported
    )
    assert "GET /1" not in reported
    jsonschema.validate(document, SCHEMA)


def test_replays_that_did_no_harm_are_told(sound: dict[str, Any]) -> None:
    reported = "\n".join(lines(died(sound, replayed=2), 400))
    assert "2 requests that came before it did not stop the target when replayed" in reported
