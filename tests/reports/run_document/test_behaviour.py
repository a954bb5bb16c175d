"""What is kept of a run beside its findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from peertube_conformance.reports import Exchange, Finding, Intent, Request, Response, Situation
from peertube_conformance.reports.comparison.statistical_tests import is_certain, is_flip
from peertube_conformance.reports.run_document.behaviour import Behaviour
from peertube_conformance.reports.run_document.timeline import Timeline

ABSENT = Situation("absent-video", "an absent video")


def operation(document: dict[str, Any], operation_id: str) -> dict[str, Any]:
    return next(entry for entry in document["operations"] if entry["operationId"] == operation_id)


def test_situations_are_kept_by_role_with_their_error_codes(new_run: Callable[..., Any]) -> None:
    run = new_run()
    run.saw("getVideo", 404, {"code": "gone"}, intent=Intent.PROVOKED, purpose=ABSENT, times=2)
    run.saw("getVideo", 200, {"id": 1}, role="anonymous")
    assert operation(run.document(), "getVideo")["situations"] == {
        "provoked: an absent video (user)": {"404 gone": 2},
        "valid (anonymous)": {"200": 1},
    }
    assert operation(run.document(), "getVideo")["situationIds"] == {
        "provoked: an absent video (user)": "provoked: absent-video (user)"
    }


def test_an_error_that_is_nested_too_deeply_has_no_code() -> None:
    behaviour = Behaviour()
    body = '{"code": ' + "[" * 4000 + "]" * 4000 + "}"
    response = {"status": 404, "milliseconds": 1.0, "shape": {}, "headers": [], "body": body}
    behaviour.add({"intent": "valid", "violation": "", "role": "user", "response": response})
    assert behaviour.to_json()["situations"] == {"valid (user)": {"404": 1}}


def test_what_was_judged_in_part_is_kept_most_frequent_first() -> None:
    behaviour = Behaviour()
    for number in (1, 1, 2, *range(3, 9)):
        part = {"intent": "valid", "violation": "", "role": "user", "response": None}
        behaviour.add({**part, "inPart": [f"the first {number} levels"]})
    assert behaviour.to_json()["judgedInPart"][:2] == ["the first 1 levels", "the first 2 levels"]
    assert len(behaviour.to_json()["judgedInPart"]) == 5


def test_shapes_count_responses(new_run: Callable[..., Any]) -> None:
    run = new_run()
    run.saw("getVideos", 200, {"data": [{"id": 1}, {"id": None}]}, times=3)
    run.saw("getVideos", 200, {"data": []})
    assert operation(run.document(), "getVideos")["shape"] == {
        "200": {
            "": {"object": 4},
            "/data": {"array": 4},
            "/data/*": {"object": 3},
            "/data/*/id": {"integer": 3, "null": 3},
        }
    }


def test_media_types_and_headers_are_kept_without_what_always_differs(new_run: Callable[..., Any]) -> None:
    run = new_run()
    run.saw("getVideos", 200, {}, headers={"Date": "now", "ETag": "1"})
    reported = operation(run.document(), "getVideos")
    assert reported["mediaTypes"] == {"200": {"application/json": 1}}
    assert set(reported["headers"]["200"]) == {"content-type", "etag", "x-ratelimit-limit", "x-ratelimit-remaining"}


def test_no_response_is_a_behaviour_too() -> None:
    behaviour = Behaviour()
    behaviour.add({"intent": "valid", "violation": "", "role": "user", "response": None})
    assert behaviour.to_json()["situations"] == {"valid (user)": {"no response": 1}}
    assert behaviour.to_json()["latency"] is None


def test_what_the_harness_caused_itself_counts_as_status_only() -> None:
    behaviour = Behaviour()
    response = {"status": 429, "milliseconds": 1.0, "shape": {"": ["object"]}, "headers": [], "body": "{}"}
    part = {"intent": "valid", "violation": "", "role": "user", "response": response, "counted": False}
    behaviour.add(part)
    reported = behaviour.to_json()
    assert reported["statuses"] == {"429": 1}
    assert not reported["situations"]
    assert not reported["shape"]


def test_each_finding_has_the_exchange_with_the_shortest_request(new_run: Callable[..., Any]) -> None:
    run = new_run()
    wrong = Finding("/response/body", "wrong", 1, 2, requirement="PT-BODY-02")
    run.saw("getVideo", 200, {"text": "x" * 9000}, wrong, times=5)
    (finding,) = run.document()["findings"]
    assert finding["occurrences"] == 5
    assert finding["exchange"]["request"]["target"] == "/api/v1/videos/$VIDEO_ID"
    assert len(finding["exchange"]["response"]["body"]) == 4097
    assert "very-secret-token" not in str(finding)
    assert "shape" not in finding["exchange"]["response"]


def test_traffic_over_time(new_run: Callable[..., Any]) -> None:
    run = new_run()
    run.saw("getVideos", 200, {}, times=10)
    run.saw("getVideos", 200, {}, headers={"x-ratelimit-remaining": "5"}, times=10)
    timeline = run.document()["budget"]["timeline"]
    assert timeline["seconds"] == 1.0
    assert sum(timeline["requests"]) == 20
    assert timeline["leastLeft"][0] == 0.98
    assert timeline["leastLeft"][-1] == 0.1


def test_no_traffic() -> None:
    assert Timeline().to_json() is None


@pytest.mark.parametrize(("limit", "remaining"), [("x", "1"), ("0", "0"), ("5", "-1"), ("9" * 20, "1"), ("²", "1")])
def test_limits_that_are_no_numbers_are_unknown(limit: str, remaining: str) -> None:
    timeline = Timeline()
    headers = [["X-RateLimit-Limit", limit], ["X-RateLimit-Remaining", remaining]]
    timeline.add({"at": 1.0, "response": {"headers": headers}})
    reported = timeline.to_json()
    assert reported is not None
    assert reported["leastLeft"] == [None]


@pytest.mark.parametrize(
    ("hits", "tries", "other_hits", "other_tries", "certain"),
    [
        (5, 5, 0, 5, True),
        (4, 4, 0, 4, False),
        (1, 1, 0, 1000, True),
        (0, 1000, 1, 1, True),
        (0, 10, 3, 10, False),
        (0, 30, 15, 30, True),
        (3, 10, 3, 10, False),
        (0, 0, 3, 3, False),
    ],
)
def test_chance(hits: int, tries: int, other_hits: int, other_tries: int, certain: bool) -> None:
    assert is_certain(hits, tries, other_hits, other_tries) is certain


def test_flips() -> None:
    assert is_flip(3, 3, 0, 2)
    assert is_flip(0, 3, 2, 2)
    assert not is_flip(1, 3, 0, 2)
    assert not is_flip(0, 0, 2, 2)


def test_a_cut_through_a_character_keeps_the_text(new_run: Callable[..., Any]) -> None:
    run = new_run()
    wrong = Finding("/response/body", "wrong", 1, 2, requirement="PT-BODY-02")
    operation = run.contract.operation("getVideo")
    body = "é".encode() * 5000
    response = Response(200, httpx.Headers({"content-type": "text/plain"}), b"x" + body, 0.01)
    run.record(Exchange(operation, Request("GET", "https://videos.example.com/"), response), wrong)
    (finding,) = run.document()["findings"]
    assert finding["exchange"]["response"]["body"].startswith("xééé")
