"""Faults in the features that the configuration reports."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from tests.faults.registry import Handler, Shared, fault

_CLAIMS: Shared = {"group": "status"}


@fault("PT-CAP-01", on="listUserExports", **_CLAIMS)
def exports_are_claimed_only(handler: Handler, request: ApiRequest) -> Any:
    raise Problem(403, "Exports are off")


@fault("PT-CAP-01", on="getVideo", **_CLAIMS)
def renditions_are_claimed_only(handler: Handler, request: ApiRequest) -> Any:
    return handler(request) | {"streamingPlaylists": []}


@fault("PT-CAP-02", **_CLAIMS)
def who_is_off_is_on(handler: Handler, request: Request) -> Any:
    answer = handler(request)
    signs_up = request.method == "POST" and request.url.path.endswith("/users/register")
    return Response(status_code=204) if signs_up else answer
