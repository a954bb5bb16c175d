"""Proofs of the checks on response bodies."""

from __future__ import annotations

from peertube_conformance.reports import Intent
from tests.conformance.checks.exchanges import THING, Proof, Proofs, exchange, problem, wrong

_CONTENT_TYPE = "/response/headers/content-type"
_UNNAMED = {"id": 7, "tags": [{"name": "red"}, {"name": 5}]}

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
}
