"""Proofs of the checks on status codes."""

from __future__ import annotations

from typing import Any

from peertube_conformance.conformance.checks.status_codes import WINDOW_OVER
from peertube_conformance.reports import Exchange, Intent, Situation
from peertube_conformance.spec import Defect
from tests.conformance.checks.exchanges import Proof, Proofs, exchange, problem, unanswered, wrong

_BUSY = Situation("busy", "a busy thing")


def _provoked(status: int, expects: int, situation: Situation = _BUSY) -> Exchange:
    return exchange(status, intent=Intent.PROVOKED, expects=expects, purpose=situation)


def _invalid(status: int, defect: Defect, **known: Any) -> Exchange:
    return exchange(status, intent=Intent.INVALID, purpose=defect, operation="addThing", **known)


def _conflict(detail: str) -> Exchange:
    return exchange(500, problem(500, detail=detail, error=detail))


_NOBODY_TO_BLAME = exchange(200, counted=False)

PROOFS: Proofs = {
    "no_server_error": Proof(
        right=(exchange(), exchange(503), exchange(404, intent=Intent.PROVOKED, expects=404)),
        wrong=(
            wrong(exchange(500), "/request"),
            wrong(exchange(502, intent=Intent.PROVOKED, expects=404), "/request"),
            wrong(_invalid(500, Defect("body", "/tags/*/name", "minLength")), "/request/body/tags/*/name"),
        ),
        silent=(unanswered(), _NOBODY_TO_BLAME),
    ),
    "no_conflict_of_transactions": Proof(
        right=(exchange(), exchange(500), exchange(404, intent=Intent.PROVOKED, expects=404)),
        wrong=(
            wrong(_conflict("could not serialize access due to concurrent update"), "/request"),
            wrong(_conflict("deadlock detected"), "/request"),
        ),
        silent=(unanswered(), _NOBODY_TO_BLAME),
    ),
    "documented_status": Proof(
        right=(exchange(), exchange(503), exchange(400, intent=Intent.PROVOKED, expects=400)),
        wrong=(
            wrong(exchange(202, b"", headers={"content-type": None}), "/response/status"),
            wrong(exchange(410, intent=Intent.ARRANGED), "/response/status"),
        ),
        silent=(unanswered(), _NOBODY_TO_BLAME),
    ),
    "valid_request_is_accepted": Proof(
        right=(exchange(), exchange(304), exchange(409), exchange(204, operation="addThing")),
        wrong=(wrong(exchange(400), "/request"), wrong(exchange(404), "/request")),
        silent=(exchange(400, intent=Intent.ARRANGED), _NOBODY_TO_BLAME),
    ),
    "invalid_request_is_refused": Proof(
        right=(_invalid(422, Defect("body", "/id", "minimum")), _invalid(422, Defect("body", "/tags", "required"))),
        wrong=(
            wrong(_invalid(204, Defect("body", "/id", "minimum")), "/request/body/id"),
            wrong(_invalid(204, Defect("body", "", "malformed")), "/request/body"),
        ),
        silent=(
            _invalid(204, Defect("body", "/id", "type")),
            _invalid(204, Defect("body", "", "mediaType")),
            exchange(),
        ),
    ),
    "foreign_media_type_is_refused": Proof(
        right=(_invalid(422, Defect("body", "", "mediaType")),),
        wrong=(wrong(_invalid(204, Defect("body", "", "mediaType")), "/request/body"),),
        silent=(
            _invalid(204, Defect("body", "/id", "minimum")),
            _invalid(204, Defect("body", "/id", "type")),
            exchange(),
        ),
    ),
    "wrong_type_is_refused": Proof(
        right=(_invalid(422, Defect("body", "/id", "type")), _invalid(422, Defect("body", "/since", "format"))),
        wrong=(wrong(_invalid(204, Defect("body", "/id", "type")), "/request/body/id"),),
        silent=(_invalid(204, Defect("body", "/id", "minimum")), exchange()),
    ),
    "situation_has_its_status": Proof(
        right=(_provoked(409, 409),),
        wrong=(wrong(_provoked(200, 409), "/response/status/409"), wrong(_provoked(403, 409), "/response/status/409")),
        silent=(_provoked(404, 404), _provoked(429, 429), exchange(409)),
    ),
    "limit_is_kept": Proof(
        right=(_provoked(429, 429), _provoked(200, 200, WINDOW_OVER)),
        wrong=(
            wrong(_provoked(200, 429), "/response/status/429"),
            wrong(_provoked(403, 200, WINDOW_OVER), "/response/status/200"),
        ),
        silent=(_provoked(409, 409), exchange(429), exchange(200)),
    ),
    "absent_thing_is_not_found": Proof(
        right=(_provoked(404, 404),),
        wrong=(wrong(_provoked(200, 404), "/response/status/404"), wrong(_provoked(400, 404), "/response/status/404")),
        silent=(_provoked(409, 409), exchange(404)),
    ),
    "response_arrives": Proof(
        right=(exchange(), exchange(503)), wrong=(wrong(unanswered(), "/response"),), silent=(_NOBODY_TO_BLAME,)
    ),
}
