"""The limit that responses announce stays the same within a window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peertube_conformance.conformance.execution.announced_limits import AnnouncedLimits
from peertube_conformance.reports import Exchange
from tests.conformance.checks.exchanges import exchange, unanswered, unreadable


def announced(limit: str, reset: str = "1700000010", status: int = 200, operation: str = "getThing") -> Exchange:
    headers = {"x-ratelimit-limit": limit, "x-ratelimit-reset": reset}
    return exchange(status, operation=operation, headers=headers)


@pytest.mark.parametrize("status", [200, 404])
def test_a_limit_that_changes_within_a_window_is_a_finding(status: int) -> None:
    limits = AnnouncedLimits()
    assert limits.judge(announced("50")) == ([], [])
    assert limits.judge(announced("50")) == ([], ["PT-RATE-08"])
    (finding,), evidence = limits.judge(announced("51", status=status))
    assert evidence == ["PT-RATE-08"]
    assert finding.fingerprint == f"getThing|PT-RATE-08|{status}|/response/headers/x-ratelimit-limit"
    assert (finding.expected, finding.actual) == (50, 51)


@pytest.mark.parametrize(
    "other",
    [
        announced("51", reset="1700000020"),
        announced("51", operation="addThing", status=204),
        announced("51", status=429),
        announced("many"),
        announced("51", reset="soon"),
        replace(announced("51"), counted=False),
        replace(announced("51"), request=replace(announced("51").request, headers=(("X-Forwarded-For", "192.0.2.7"),))),
        replace(
            announced("51"), request=replace(announced("51").request, url="http://other.example.com/api/v1/things/7")
        ),
        unreadable(),
        unanswered(),
        exchange(headers={"x-ratelimit-limit": None}),
    ],
)
def test_what_is_of_another_window_or_says_nothing_is_no_evidence(other: Exchange) -> None:
    limits = AnnouncedLimits()
    limits.judge(announced("50"))
    assert limits.judge(other) == ([], [])
