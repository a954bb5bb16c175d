"""Proofs of the checks on response bodies."""

from __future__ import annotations

import json
from typing import Any

from peertube_conformance.reports import Intent
from peertube_conformance.spec.judgement_limits import LIMITS
from tests.conformance.checks.exchanges import THING, Proof, Proofs, exchange, problem, wrong

_CONTENT_TYPE = "/response/headers/content-type"
_UNNAMED = {"id": 7, "tags": [{"name": "red"}, {"name": 5}]}
# The checks that miss the members of problem details.
_NO_PROBLEM = (
    "status_member_repeats_the_status", "title_is_there", "detail_is_there", "docs_names_the_operation",
)  # fmt: skip


def deep(levels: int) -> bytes:
    """A JSON text of arrays in each other."""
    return b"[" * levels + b"]" * levels


def nested(levels: int) -> Any:
    """Arrays in each other."""
    return json.loads(deep(levels))


PROOFS: Proofs = {
    "documented_media_type": Proof(
        right=(exchange(), exchange(operation="listThings")),
        wrong=(
            wrong(exchange(headers={"content-type": "application/ld+json"}), _CONTENT_TYPE),
            wrong(exchange(headers={"content-type": None}), _CONTENT_TYPE),
        ),
        silent=(
            exchange(method="HEAD", body=b""),
            exchange(204, operation="addThing"),
            exchange(422, intent=Intent.PROVOKED, expects=422),
        ),
    ),
    "body_matches_schema": Proof(
        right=(exchange(), exchange(400, intent=Intent.PROVOKED, expects=400)),
        wrong=(
            wrong(exchange(body=_UNNAMED), "/response/body/tags/*/name"),
            wrong(exchange(body={"id": 0, "tags": []}), "/response/body/id"),
            wrong(exchange(body=[]), "/response/body"),
            wrong(exchange(body=None), "/response/body"),
        ),
        silent=(
            exchange(body=b"{"),
            exchange(operation="listThings"),
            exchange(method="HEAD", body=b""),
            exchange(headers={"content-type": "application/ld+json"}),
        ),
    ),
    "no_body_where_none_may_be": Proof(
        right=(exchange(204, operation="addThing"), exchange(304), exchange(method="HEAD", body=b"")),
        wrong=(
            wrong(exchange(204, THING, operation="addThing"), "/response/body"),
            wrong(exchange(304, b" "), "/response/body"),
            wrong(exchange(method="HEAD"), "/response/body"),
        ),
        silent=(exchange(),),
    ),
    "json_is_well_formed": Proof(
        right=(exchange(), exchange(400, problem(400), intent=Intent.PROVOKED, expects=400)),
        wrong=tuple(
            wrong(exchange(body=body, headers={"content-type": "application/json"}), "/response/body")
            for body in (
                b"",
                b"<html>",
                b'{"id": NaN, "tags": []}',
                b"[" * 100_000,
                '{"id": 7, "tags": []}'.encode("utf-16"),
                b'\xef\xbb\xbf{"id": 7, "tags": []}',
                b'{"id": 7, "tags": [{"name": "\xff"}]}',
            )
        ),
        silent=(exchange(operation="listThings"), exchange(method="HEAD", body=b"")),
    ),
    "json_is_not_too_deep": Proof(
        right=(
            exchange(),
            exchange(body={**THING, "more": nested(LIMITS.nesting - 1)}),
            exchange(400, problem(400), intent=Intent.PROVOKED, expects=400),
        ),
        wrong=(
            wrong(exchange(body={**THING, "more": nested(LIMITS.nesting)}), "/response/body"),
            wrong(exchange(body=b'{"id": 7, "tags": [], "more": %s}' % deep(100_000)), "/response/body"),
            wrong(exchange(body=b'{"id": 7, "tags": %s}' % deep(100_000)), "/response/body", "body_matches_schema"),
            wrong(exchange(body=b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "/response/body", "body_matches_schema"),
            wrong(exchange(400, b'{"a": %s}' % deep(100_000), intent=Intent.ARRANGED), "/response/body", *_NO_PROBLEM),
        ),
        silent=(exchange(body=b"["), exchange(operation="listThings"), exchange(method="HEAD", body=b"")),
    ),
}
