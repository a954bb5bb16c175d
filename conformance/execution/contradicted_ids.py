"""The finding of a response to a creation that identifies another resource than the one created."""

from __future__ import annotations

from peertube_conformance.conformance.checks.registry import completed
from peertube_conformance.fixtures.safety.ownership.proofs import Contradiction
from peertube_conformance.reports import Finding

_CREATED_IDS = "PT-ID-08"


def contradicted_id(contradiction: Contradiction) -> Finding:
    """The finding at the member of the response that a read of the new resource contradicts."""
    exchange = contradiction.exchange
    message = f"a {contradiction.kind} was created, but the answer identifies another one"
    finding = Finding(f"/response/body/*/{contradiction.member}", message, True, False)
    return completed(finding, exchange, check="created_ids", requirement=_CREATED_IDS)
