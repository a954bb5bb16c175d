"""Proofs of the checks on cross-origin use."""

from __future__ import annotations

from peertube_conformance.spec import Defect
from tests.conformance.checks.exchanges import ORIGIN, Proof, Proofs, exchange, unreadable, wrong

_ALLOWED = "access-control-allow-origin"
_SENT = (("Origin", ORIGIN),)

PROOFS: Proofs = {
    "every_origin_is_allowed": Proof(
        right=(exchange(), exchange(sent=_SENT, headers={_ALLOWED: ORIGIN})),
        wrong=(
            wrong(exchange(headers={_ALLOWED: None}), f"/response/headers/{_ALLOWED}"),
            wrong(exchange(headers={_ALLOWED: "https://my.instance"}, sent=_SENT), f"/response/headers/{_ALLOWED}"),
            wrong(
                exchange(404, headers={_ALLOWED: None}, expects=404, intent="provoked"), f"/response/headers/{_ALLOWED}"
            ),
        ),
        silent=(exchange(operation="listThings", headers={_ALLOWED: None}), unreadable()),
    ),
    "every_origin_is_allowed_on_unreadable_bodies": Proof(
        right=(unreadable(), unreadable(b"5", purpose=Defect("body", "", "type"))),
        wrong=(wrong(unreadable(headers={_ALLOWED: None}), f"/response/headers/{_ALLOWED}"),),
        silent=(
            exchange(),
            unreadable(b" {}", purpose=Defect("body", "/id", "required")),
            unreadable(b"", purpose=Defect("body", "", "required")),
        ),
    ),
    "no_credentials_for_any_origin": Proof(
        right=(
            exchange(sent=_SENT),
            exchange(sent=_SENT, headers={_ALLOWED: ORIGIN}),
            exchange(sent=_SENT, headers={_ALLOWED: ORIGIN, "access-control-allow-credentials": "false"}),
        ),
        wrong=(
            wrong(
                exchange(sent=_SENT, headers={_ALLOWED: ORIGIN, "access-control-allow-credentials": "true"}),
                "/response/headers/access-control-allow-credentials",
            ),
        ),
        silent=(exchange(headers={"access-control-allow-credentials": "true"}),),
    ),
}
