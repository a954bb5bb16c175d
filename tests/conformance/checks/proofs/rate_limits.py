"""Proofs of the checks on rate-limit headers."""

from __future__ import annotations

from peertube_conformance.reports import Intent
from peertube_conformance.spec import Defect
from tests.conformance.checks.exchanges import Proof, Proofs, exchange, unanswered, unreadable, wrong

_LIMIT, _REMAINING, _RESET = "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"
_NONE = {_LIMIT: None, _REMAINING: None, _RESET: None}
_UNCOUNTED = exchange(operation="listThings", headers=_NONE)

PROOFS: Proofs = {
    "rate_limit_headers": Proof(
        right=(exchange(), exchange(404, intent=Intent.PROVOKED, expects=404)),
        wrong=tuple(
            wrong(exchange(headers={name: None}), f"/response/headers/{name}") for name in (_LIMIT, _REMAINING, _RESET)
        ),
        silent=(_UNCOUNTED, unanswered(), exchange(429, counted=False), unreadable()),
    ),
    "rate_limit_headers_on_unreadable_bodies": Proof(
        right=(unreadable(), unreadable(b'"text"', purpose=Defect("body", "", "type"))),
        wrong=tuple(
            wrong(unreadable(headers={name: None}), f"/response/headers/{name}")
            for name in (_LIMIT, _REMAINING, _RESET)
        ),
        silent=(exchange(), unreadable(b"[]", purpose=Defect("body", "", "type")), unreadable(counted=False)),
    ),
    "remaining_is_below_the_limit": Proof(
        right=(exchange(), exchange(headers={_REMAINING: "0"})),
        wrong=(
            *(
                wrong(exchange(headers={_REMAINING: value}), f"/response/headers/{_REMAINING}")
                for value in ("50", "-1", "many", "4.5", "")
            ),
            wrong(exchange(headers={_LIMIT: "0", _REMAINING: "0"}), f"/response/headers/{_REMAINING}"),
        ),
        silent=(_UNCOUNTED, exchange(headers=_NONE)),
    ),
    "reset_is_ahead": Proof(
        right=(
            exchange(),
            exchange(headers={_RESET: "1700000000"}),
            exchange(headers={"date": None}),
            # By the server's clock, whatever the harness's says.
            exchange(headers={"date": "Tue, 14 Nov 2023 23:13:20 GMT", _RESET: "1700003610"}),
        ),
        wrong=tuple(
            wrong(exchange(headers=headers), f"/response/headers/{_RESET}")
            for headers in (
                {_RESET: "1699999990"},
                {_RESET: "10"},
                {_RESET: "1700000010000"},
                {_RESET: "soon"},
                {_RESET: "1700000010", "date": "Tue, 14 Nov 2023 23:13:20 GMT"},
                {_RESET: "10", "date": "yesterday"},
            )
        ),
        silent=(_UNCOUNTED, exchange(headers=_NONE)),
    ),
    "retry_after_is_said": Proof(
        right=(
            exchange(429, intent=Intent.PROVOKED, expects=429),
            # The harness's own 429 says nothing else, but it must say how long to wait.
            exchange(429, counted=False),
        ),
        wrong=tuple(
            wrong(
                exchange(429, intent=Intent.PROVOKED, expects=429, headers={"retry-after": value}),
                "/response/headers/retry-after",
            )
            for value in (None, "0", "soon", "Tue, 14 Nov 2023 22:13:30 GMT")
        ),
        silent=(exchange(), exchange(404)),
    ),
}
