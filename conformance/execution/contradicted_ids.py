"""The finding of a response to a creation that identifies another resource than the one created."""

from __future__ import annotations

from peertube_conformance.fixtures.safety.ownership.proofs import Contradiction
from peertube_conformance.reports import Finding, Level
from peertube_conformance.spec.requirements import load_requirements

_CREATED_IDS = "PT-ID-08"


def contradicted_id(contradiction: Contradiction) -> Finding:
    """The finding at the member of the response that a read of the new resource contradicts."""
    exchange = contradiction.exchange
    return Finding(
        f"/response/body/*/{contradiction.member}",
        f"a {contradiction.kind} was created, but the answer identifies another one",
        True,
        False,
        check="created_ids",
        requirement=_CREATED_IDS,
        level=Level(load_requirements()[_CREATED_IDS].level),
        operation_id=exchange.operation.id,
        status=exchange.status,
        request=exchange.summary,
    )
