"""Proofs of the check on documented headers."""

from __future__ import annotations

from tests.conformance.checks.exchanges import Proof, Proofs, exchange, wrong

PROOFS: Proofs = {
    "documented_headers": Proof(
        right=(exchange(), exchange(204, operation="addThing", headers={"x-colour": "green"})),
        wrong=(
            wrong(exchange(headers={"x-size": None}), "/response/headers/x-size"),
            wrong(exchange(headers={"x-size": "-1"}), "/response/headers/x-size"),
            wrong(exchange(headers={"x-size": "big"}), "/response/headers/x-size"),
            wrong(exchange(headers={"x-colour": "blue"}), "/response/headers/x-colour"),
        ),
        silent=(exchange(304), exchange(204, operation="addThing"), exchange(operation="listThings")),
    )
}
