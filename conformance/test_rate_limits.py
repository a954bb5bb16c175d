"""The general rate limit: used up, refused, and open again."""

from __future__ import annotations

import pytest

from peertube_conformance.conformance.exhaustion import Exhaustion, limited_client, record
from peertube_conformance.conformance.plugin import report
from peertube_conformance.conformance.session import Session
from peertube_conformance.fixtures.world import Unavailable
from peertube_conformance.reports import Verdict


@pytest.mark.requirement("PT-RATE-05")
def test_exhaustion(conformance_session: Session) -> None:
    """A client that used up its requests gets 429 on every limited operation, until the window ends."""
    session = conformance_session
    session.collect()
    try:
        with limited_client(session) as client:
            Exhaustion(session, client).run()
    except Unavailable as reason:
        record(session, Verdict.NOT_APPLICABLE, str(reason))
        pytest.skip(f"not-applicable: {reason}")
    record(session, Verdict.PASSED, "")
    report(session, session.collect())
