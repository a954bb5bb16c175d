"""Faults in the routing table: operations that the instance does not have, and how it answers unknown routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.http import problem_details
from peertube_conformance.fixtures.instance.http.request_and_response import Problem
from peertube_conformance.spec import load_contract
from tests.faults.registry import Handler, Shared, fault

AnswerUnknown = Callable[[Request], Response]
_ROUTES: Shared = {"group": "status"}
_API = "/api/v1/"
CLIENT_PAGE = """<!DOCTYPE html><html><head><meta property="og:url" content="{url}"><title>PeerTube</title>
<script nonce="{nonce}">window.config = {{}}</script></head><body><my-app></my-app></body></html>"""


def lacks(request: Request, *missing: str) -> bool:
    """Whether an instance without these operations has no route for the request."""
    path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    method = "GET" if request.method == "HEAD" else request.method
    served = {operation.method: operation.id for operation in load_contract(None).at(path)}
    left = {known: name for known, name in served.items() if name not in missing}
    return not left or (method in served and method not in left)


def as_problem(_request: Request) -> Response:
    """What the embedded instance answers unknown routes."""
    return problem_details.response(Problem(404, "There is nothing here"))


def as_peertube(request: Request) -> Response:
    """What a stock PeerTube with a web client answers unknown routes."""
    if request.url.path.startswith(_API):
        return Response(status_code=400, media_type="application/json")
    page = CLIENT_PAGE.format(url=request.url, nonce=id(request))
    return Response(page, media_type="text/html")


def as_text(request: Request) -> Response:
    """What a stock PeerTube without a web client answers unknown routes."""
    if request.url.path.startswith(_API):
        return as_peertube(request)
    return Response(f"Cannot {request.method} {request.url.path}", 404, media_type="text/plain")


def _not_allowed(_request: Request) -> Response:
    return problem_details.response(Problem(405, "This is not done here", headers={"Allow": "DELETE, GET, HEAD"}))


def without_route(request: Request, answer: Response, missing: str, as_unknown: AnswerUnknown) -> Response:
    """What an instance without the operation answers, given the answer of one that has all."""
    is_unknown = lacks(request, missing) and (answer.status_code == 404 or not lacks(request))
    return as_unknown(request) if is_unknown and request.method != "OPTIONS" else answer


@fault("PT-ROUTE-01", **_ROUTES)
def exports_have_no_list(handler: Handler, request: Request) -> Any:
    return without_route(request, handler(request), "listUserExports", as_problem)


@fault("PT-ROUTE-01", **_ROUTES)
def custom_configuration_is_an_unknown_route(handler: Handler, request: Request) -> Any:
    return without_route(request, handler(request), "getCustomConfig", as_peertube)


@fault("PT-ROUTE-01", **_ROUTES)
def histories_cannot_be_cleared(handler: Handler, request: Request) -> Any:
    return without_route(request, handler(request), "clearMyHistory", as_peertube)


@fault("PT-ROUTE-01", **_ROUTES)
def downloads_are_the_web_client(handler: Handler, request: Request) -> Any:
    return without_route(request, handler(request), "downloadVideoFile", as_peertube)


@fault("PT-ROUTE-01", **_ROUTES)
def downloads_are_plain_text(handler: Handler, request: Request) -> Any:
    return without_route(request, handler(request), "downloadVideoFile", as_text)


@fault("PT-ROUTE-01", **_ROUTES)
def videos_have_no_update(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    return without_route(request, answer, "putVideo", _not_allowed) if request.method == "PUT" else answer
