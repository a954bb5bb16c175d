"""The measures of coverage: what counts as documented, what counts as tested, and the level that they add up to."""

from __future__ import annotations

from typing import Any

import pytest

from peertube_conformance.reports.run_document.coverage import MEASURES, Coverage
from peertube_conformance.spec import Contract, contract_of

_BOOLEAN = {"type": "boolean"}
_VIDEO = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
}


@pytest.fixture(scope="module")
def api() -> Contract:
    """One path, two operations, every kind of element."""
    answer = {"description": "Found.", "content": {"application/json": {"schema": _VIDEO}}}
    problem = {"description": "No.", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    sort = {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["name", "-name"]}}
    password = {"name": "X-Password", "in": "header", "schema": {"type": "string"}}
    body = {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"nsfw": _BOOLEAN, "privacies": {"type": "array", "items": {"enum": [1, 2]}}},
                }
            }
        }
    }
    return contract_of(
        {
            "openapi": "3.1.0",
            "info": {"title": "small", "version": "6.2.0"},
            "paths": {
                "/videos/{id}": {
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                    "get": {
                        "operationId": "getVideo",
                        "parameters": [sort, password],
                        "responses": {
                            "200": answer,
                            "404": problem,
                            "503": {"description": "Later.", "x-unwitnessed": "rare"},
                        },
                    },
                    "put": {
                        "operationId": "putVideo",
                        "requestBody": body,
                        "responses": {"204": {"description": "Done."}},
                    },
                }
            },
        },
        "small.yaml",
    )


def exchange(
    operation_id: str, status: int = 200, target: str = "/videos/7", body: str = "", media_type: str = "", **more: Any
) -> dict[str, Any]:
    """A recorded line."""
    sent = [["Content-Type", media_type]] if media_type else []
    answered = [["content-type", "application/json; charset=utf-8" if status < 400 else "application/problem+json"]]
    return {
        "operationId": operation_id,
        "request": {
            "method": "GET",
            "target": target,
            "headers": sent + more.pop("headers", []),
            "body": body,
            "parts": more.pop("parts", []),
        },
        "response": {"status": status, "headers": answered if status != 204 else [], "shape": more.pop("shape", {})},
        **more,
    }


def measured(api: Contract, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The measures by name, after these lines."""
    coverage = Coverage(api.operations)
    for part in parts:
        coverage.add(part)
    return {measure["name"]: measure for measure in coverage.to_json()["measures"]}


def test_nothing_is_tested_at_first_and_what_cannot_be_provoked_is_not_wanted(api: Contract) -> None:
    measures = measured(api)
    assert {name: (m["tested"], m["documented"]) for name, m in measures.items()} == {
        "paths": (0, 1),
        "operations": (0, 2),
        "operations with 2xx": (0, 2),
        "request media types": (0, 1),
        "response media types": (0, 2),
        "parameters": (0, 6),
        "status classes": (0, 3),
        "parameter values": (0, 6),
        "status codes": (0, 3),
        "response body properties": (0, 2),
        "operation flows": (0, 0),
    }
    assert measures["status codes"]["missing"] == ["getVideo 200", "getVideo 404", "putVideo 204"]


@pytest.mark.parametrize(
    ("part", "measure", "tested"),
    [
        (exchange("getVideo", target="/videos/7?sort=-name"), "parameter values", 1),
        (exchange("getVideo", target="/videos/7?sort=other"), "parameter values", 0),
        (exchange("getVideo", target="/videos/7?sort=other"), "parameters", 2),
        (exchange("getVideo", headers=[["x-password", "$PASSWORD"]]), "parameters", 2),
        (
            exchange("putVideo", 204, body='{"nsfw": true, "privacies": [1, 2]}', media_type="application/json"),
            "parameter values",
            3,
        ),
        (exchange("putVideo", 204, body='{"nsfw": tr', media_type="application/json"), "parameter values", 0),
        (exchange("putVideo", 204, body="{}", media_type="application/json"), "request media types", 1),
        (exchange("putVideo", 204, parts=["nsfw", "privacies[]"]), "parameters", 3),
        (exchange("getVideo", 404), "operations with 2xx", 0),
        (exchange("getVideo", 404), "status classes", 1),
        (exchange("getVideo", 404), "response media types", 1),
        (exchange("getVideo", 503), "status codes", 0),
        (exchange("getVideo", shape={"/name": {"string": 1}, "/secret": {"string": 1}}), "response body properties", 1),
        (exchange("getVideo", counted=False), "status codes", 0),
    ],
)
def test_an_exchange_tests_what_it_shows(api: Contract, part: dict[str, Any], measure: str, tested: int) -> None:
    assert measured(api, part)[measure]["tested"] == tested


def test_levels_are_reached_one_after_the_other(api: Contract) -> None:
    coverage = Coverage(api.operations)
    levels = [coverage.to_json()["level"]]
    for part in (
        exchange(
            "getVideo", target="/videos/7?sort=name", headers=[["X-Password", "$P"]], shape={"/name": {}, "/tags": {}}
        ),
        exchange("putVideo", 204, body='{"nsfw": true, "privacies": [1, 2]}', media_type="application/json"),
        exchange("getVideo", 404),
        exchange("putVideo", 204, body='{"nsfw": false}', media_type="application/json"),
        exchange("getVideo", target="/videos/7?sort=-name"),
    ):
        coverage.add(part)
        levels.append(coverage.to_json()["level"])
    coverage.add_flow({"name": "Watching", "verdict": "blocked"})
    assert levels == [0, 1, 2, 4, 4, 6]
    assert coverage.to_json()["level"] == 6
    coverage.add_flow({"name": "Watching", "verdict": "passed"})
    assert coverage.to_json()["level"] == 7


def test_every_measure_has_a_level_or_stands_beside_them(api: Contract) -> None:
    assert set(measured(api)) == set(MEASURES)
    assert {level for level in MEASURES.values() if level} == set(range(1, 8))
