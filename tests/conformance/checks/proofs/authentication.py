"""Proofs of the checks on who is let in."""

from __future__ import annotations

from typing import Any

from peertube_conformance.conformance.checks.authentication import LOW_ROLE, NO_TOKEN, SOMEBODY_ELSE, WRONG_TOKEN
from peertube_conformance.reports import Exchange, Intent, Situation
from tests.conformance.checks.exchanges import Proof, Proofs, exchange, wrong


def _intruder(status: int, situation: Situation, expects: int, operation: str = "getThing", **known: Any) -> Exchange:
    return exchange(
        status, operation=operation, intent=Intent.UNAUTHORISED, purpose=situation, expects=expects, **known
    )


PROOFS: Proofs = {
    "token_is_needed": Proof(
        right=(_intruder(401, NO_TOKEN, 401, "addThing"),),
        wrong=(
            wrong(_intruder(204, NO_TOKEN, 401, "addThing"), "/request"),
            wrong(_intruder(403, NO_TOKEN, 401, "addThing"), "/request"),
        ),
        silent=(
            exchange(401),
            _intruder(401, WRONG_TOKEN, 401),
            _intruder(204, NO_TOKEN, 401, "addThing", counted=False),
        ),
    ),
    "wrong_token_is_refused": Proof(
        right=(_intruder(401, WRONG_TOKEN, 401),),
        wrong=(wrong(_intruder(200, WRONG_TOKEN, 401), "/request"),),
        silent=(_intruder(401, NO_TOKEN, 401),),
    ),
    "low_role_is_refused": Proof(
        right=(_intruder(403, LOW_ROLE, 403),),
        wrong=(wrong(_intruder(200, LOW_ROLE, 403), "/request"), wrong(_intruder(404, LOW_ROLE, 403), "/request")),
        silent=(_intruder(403, SOMEBODY_ELSE, 403),),
    ),
    "belongings_of_others_are_kept": Proof(
        right=(_intruder(403, SOMEBODY_ELSE, 403), _intruder(404, SOMEBODY_ELSE, 403)),
        wrong=(
            wrong(_intruder(200, SOMEBODY_ELSE, 403), "/request"),
            wrong(_intruder(400, SOMEBODY_ELSE, 403), "/request"),
        ),
        silent=(_intruder(403, LOW_ROLE, 403),),
    ),
    "challenge_is_sent": Proof(
        right=(exchange(401, intent=Intent.PROVOKED, expects=401),),
        wrong=tuple(
            wrong(
                exchange(401, intent=Intent.PROVOKED, expects=401, headers={"www-authenticate": value}),
                "/response/headers/www-authenticate",
            )
            for value in (None, " ")
        ),
        silent=(exchange(403, intent=Intent.PROVOKED, expects=403),),
    ),
}
