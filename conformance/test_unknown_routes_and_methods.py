"""Tests of paths that lead to nothing and of methods that a path does not have (reference, "Errors")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peertube_conformance.fixtures.messages.json_response import answered
from peertube_conformance.fixtures.safety.guard import impossible

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination

_API = ("api",)


@pytest.mark.judges
@pytest.mark.requirement("PT-ERR-13")
def test_unknown_route(examine: Examination) -> None:
    """A path that leads to nothing, near the root, below a resource, and beside a version."""
    nobody = impossible("user.uuid", 1)
    for path in ("/api/v1/nothing", f"/api/v1/videos/{nobody}/nothing", "/api/v1/users/me/nothing/at/all"):
        exchange = examine.send(examine.outside("GET", path, "unknownRoute"))
        examine.expect(exchange, 404, requirement="PT-ERR-13", situation="an unknown route")


@pytest.mark.judges
@pytest.mark.requirement("PT-ERR-14")
def test_wrong_method(examine: Examination) -> None:
    """A method that no release of PeerTube has for the path, without signing in."""
    nothing = impossible("video.uuid", 2)
    for method, path in (
        ("GET", "/api/v1/users/me/history/videos/remove"),
        ("GET", "/api/v1/users/me/notifications/read-all"),
        ("PATCH", f"/api/v1/videos/{nothing}"),
        ("DELETE", "/api/v1/accounts"),
        ("PUT", "/api/v1/video-channels"),
    ):
        wrong = examine.outside(method, path, "wrongMethod", counted_in=_API)
        exchange = examine.send(wrong)
        if examine.expect(exchange, 405, requirement="PT-ERR-14", situation=f"{method} on a path without this method"):
            allowed = answered(exchange).headers.get("allow", "")
            named = {name.strip() for name in allowed.split(",") if name.strip()}
            examine.agree(
                exchange,
                "PT-ERR-14",
                at="/response/headers/allow",
                expected=True,
                actual=bool(named) and method not in named,
                message="Allow is missing, or names the refused method",
            )
