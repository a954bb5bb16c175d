"""A server that fails on a request that keeps to the contract is asked again, to learn what it fails on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from peertube_conformance.conformance.generation.failure_minimizer import FailureMinimizer
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Exchange, Intent, Request, Response
from peertube_conformance.spec import load_contract
from tests.stateful.faulty_instance import session

LIST = load_contract().operation("getVideos")
SEARCHED = load_contract().operation("getAccountVideos")
Query = dict[str, Any]
Fails = Callable[[Query], bool]


def asking(fails: Fails, asked: list[Query]) -> Callable[[Draft], Exchange]:
    def ask(draft: Draft) -> Exchange:
        asked.append(draft.query)
        request = Request("GET", "http://localhost/api/v1/videos")
        return Exchange(SEARCHED, request, Response(500 if fails(draft.query) else 200, httpx.Headers()))

    return ask


@pytest.mark.parametrize(
    ("fails", "reported"),
    [
        (lambda query: query.get("sort") == "-hot", "/query/sort/-hot"),
        (lambda query: "search" in query, "/query/search"),
        (lambda query: {"search", "sort"} <= {*query}, "/query/search,sort"),
        (lambda query: "search" in query or "sort" in query, ""),
        (lambda _query: True, ""),
    ],
)
def test_the_part_without_which_it_does_not_fail_is_told(fails: Fails, reported: str) -> None:
    asked: list[Query] = []
    draft = Draft(SEARCHED, query={"sort": "-hot", "search": "x", "count": 1})
    assert FailureMinimizer().of(draft, asking(fails, asked)) == reported
    assert sorted(len(query) for query in asked) == [2, 2, 2]
    assert draft.query == {"sort": "-hot", "search": "x", "count": 1}


def test_what_was_found_before_is_looked_for_first() -> None:
    asked: list[Query] = []
    ask = asking(lambda query: "sort" in query and "search" in query, asked)
    minimizer = FailureMinimizer()
    for number, query in enumerate(
        ({"sort": "-hot", "search": "x", "count": 1}, {"sort": "hot", "search": "y", "start": 0})
    ):
        asked.clear()
        assert minimizer.of(Draft(SEARCHED, query=query), ask) == "/query/search,sort"
        assert len(asked) == (3, 1)[number]


def test_the_finding_points_to_it_and_the_questions_are_no_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session(tmp_path) as own:
        client = own.environment.client
        send = client._wire.send

        def failing(request: Request, within: float) -> Response:
            query = parse_qs(urlsplit(request.url).query)
            answer = send(request, within)
            return Response(500, answer.headers) if query.get("sort") == ["-hot"] else answer

        monkeypatch.setattr(client._wire, "send", failing)
        own.collect()
        for _ in range(2):
            client.send(Draft(LIST, query={"count": 1, "sort": "-hot"}), Intent.VALID)
        own.close()
        failures = [finding for finding in own.collect() if finding.requirement == "PT-STATUS-01"]
    assert {finding.fingerprint for finding in failures} == {"getVideos|PT-STATUS-01|500|/request/query/sort/-hot"}
