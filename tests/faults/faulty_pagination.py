"""Faults in the division of lists into pages."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from tests.faults.registry import Handler, Shared, fault

_PAGES: Shared = {"group": "pagination", "shortest": 2}
_OWN = ("getAccountVideoChannels", "getCommentThreads", "listSubscriptions")


@fault("PT-PAGE-01", on="getVideos", **_PAGES)
def count_is_ignored(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    return answer | {"data": [{}] * 16}


@fault("PT-PAGE-02", on=_OWN, **_PAGES)
def start_is_ignored(handler: Handler, request: ApiRequest) -> Any:
    request.query["start"] = 0
    return handler(request)


@fault("PT-PAGE-02", on=_OWN, **_PAGES)
def pages_lose_their_last_item(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    return answer | {"data": answer["data"][: max(1, request.query["count"] - 1)]}


@fault("PT-PAGE-03", on=_OWN, **_PAGES)
def the_total_is_the_length_of_the_page(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    return answer | {"total": len(answer["data"])}


@fault("PT-PAGE-04", "PT-STATUS-02", on="getVideos", **_PAGES)
def behind_the_end_is_nothing(handler: Handler, request: ApiRequest) -> Any:
    if request.query.get("start", 0) > 1000:
        raise Problem(404, "There is no such page")
    return handler(request)


@fault("PT-PAGE-05", on="getVideoChannels", **_PAGES)
def none_is_the_default(handler: Handler, request: ApiRequest) -> Any:
    if request.query.get("count") == 0:
        request.query["count"] = 15
    return handler(request)


@fault("PT-PAGE-06", **_PAGES)
def counts_are_cut_to_the_most(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return Response('{"total": 0, "data": []}') if "count=101" in str(request.url) else answer


@fault("PT-PAGE-07", on=_OWN, **_PAGES)
def one_direction_only(handler: Handler, request: ApiRequest) -> Any:
    request.query["sort"] = request.query["sort"].removeprefix("-")
    return handler(request)
