"""Tests which routes pages of other origins may use, and which they may not (reference, "CORS"; Fetch standard)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peertube_conformance.fixtures.messages.json_response import answered
from peertube_conformance.fixtures.safety.guard import IMPOSSIBLE_NUMBER
from peertube_conformance.reports import Exchange
from peertube_conformance.spec import Operation

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

ORIGIN = "https://elsewhere.example.com"
_ALLOW = "access-control-allow"
# One path of each group of the reference's table: the second and the third name no resource.
_GROUPS = {
    "api": "/api/v1/config",
    "download": "/download/videos/absent",
    "lazy-static": "/lazy-static/avatars/absent.png",
    "webfinger": "/.well-known/webfinger",
}
_WANTED = "authorization, content-type, range"


@pytest.mark.judges("getConfig", "downloadVideoFile")
@pytest.mark.requirement("PT-CORS-01")
def test_route_groups(examine: Examination) -> None:
    """What is there and what is not, in each of the four groups of the table."""
    me = examine.world.account()
    named = f"acct:{me.username}@{examine.world.host}"
    webfinger = f"/.well-known/webfinger?resource={named}"
    for operation in (
        examine.world.contract.operation("getConfig"),
        examine.outside("GET", "/api/v1/nothing", "unknownRoute"),
        examine.outside("GET", _GROUPS["lazy-static"], "lazyStaticFile"),
        examine.outside("GET", webfinger, "webfinger"),
    ):
        # The check of this requirement judges every response below these paths.
        _sent(examine, operation)
    nothing = {"filename": f"{IMPOSSIBLE_NUMBER}-240.mp4"}
    examine.send("downloadVideoFile", path=nothing, headers={"Origin": ORIGIN})


@pytest.mark.judges
@pytest.mark.requirement("PT-CORS-04")
@pytest.mark.parametrize("group", list(_GROUPS))
def test_preflight(examine: Examination, group: str) -> None:
    """What a browser asks before it sends a token, or any method but GET, HEAD and POST."""
    asked = {"api": ("PUT", "DELETE", "POST")}.get(group, ("GET",))
    for method in asked:
        headers = {"Origin": ORIGIN, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": _WANTED}
        exchange = examine.send(examine.outside("OPTIONS", _GROUPS[group], "preflight"), headers=headers)
        if not examine.expect(
            exchange, 200, 204, requirement="PT-CORS-04", situation=f"a preflight request to {group}"
        ):
            continue
        allowed = _listed(exchange, f"{_ALLOW}-methods")
        _holds(
            examine,
            exchange,
            f"{_ALLOW}-methods",
            method.lower() in allowed or "*" in allowed or method in {"GET", "POST"},
        )
        # An asterisk does not stand for Authorization (Fetch standard, "CORS non-wildcard request-header name").
        names = _listed(exchange, f"{_ALLOW}-headers")
        _holds(examine, exchange, f"{_ALLOW}-headers", {"authorization", "content-type", "range"} <= names)
        _holds(examine, exchange, f"{_ALLOW}-origin", bool(_listed(exchange, f"{_ALLOW}-origin") & {"*", ORIGIN}))


@pytest.mark.judges("getConfig", "getUserInfo")
@pytest.mark.requirement("PT-CORS-05")
def test_exposed_headers(examine: Examination) -> None:
    """On answers and on refusals: without it, a page cannot read what is not on the short list of the standard."""
    for exchange in (_sent(examine, "getConfig"), _sent(examine, "getUserInfo")):
        exposed = _listed(exchange, "access-control-expose-headers")
        examine.agree(
            exchange, "PT-CORS-05", at="/response/headers/access-control-expose-headers", expected=True,
            actual=bool(exposed & {"retry-after", "*"}),
            message="Access-Control-Expose-Headers does not contain Retry-After",
        )  # fmt: skip


@pytest.mark.judges
@pytest.mark.requirement("PT-CORS-06")
def test_other_routes(examine: Examination) -> None:
    """The start page of the web client: the one route that every instance has beside the listed ones."""
    exchange = _sent(examine, examine.outside("GET", "/", "startPage"))
    origin = answered(exchange).headers.get(f"{_ALLOW}-origin")
    examine.agree(
        exchange, "PT-CORS-06", at=f"/response/headers/{_ALLOW}-origin", expected=None, actual=origin,
        message="a route without documented CORS allows other origins",
    )  # fmt: skip


@pytest.mark.judges("getUserInfo")
@pytest.mark.requirement("PT-CORS-07")
def test_credentials(examine: Examination) -> None:
    """An origin is never repeated beside credentials, and neither is `null`, which any page can make itself."""
    for origin in (ORIGIN, "null", "http://localhost.elsewhere.example.com"):
        exchange = examine.send("getUserInfo", examine.world.account(), headers={"Origin": origin})
        headers = answered(exchange).headers
        repeated = headers.get(f"{_ALLOW}-origin") == origin
        both = repeated and headers.get(f"{_ALLOW}-credentials") == "true"
        examine.agree(
            exchange, "PT-CORS-07", at=f"/response/headers/{_ALLOW}-credentials", expected=False, actual=both,
            message="an arbitrary or null origin is reflected together with Access-Control-Allow-Credentials",
        )  # fmt: skip


def _sent(examine: Examination, operation: str | Operation) -> Exchange:
    return examine.send(operation, headers={"Origin": ORIGIN})


def _listed(exchange: Exchange, header: str) -> set[str]:
    value = answered(exchange).headers.get(header, "")
    return {name.strip().lower() for name in value.split(",") if name.strip()}


def _holds(examine: Examination, exchange: Exchange, header: str, holds: bool) -> None:
    examine.agree(
        exchange, "PT-CORS-04", at=f"/response/headers/{header}", expected=True, actual=holds,
        message=f"{header} does not allow the request",
    )  # fmt: skip
