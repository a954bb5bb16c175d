"""Two recorded runs, compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from peertube_conformance.reports import Verdict
from peertube_conformance.reports.comparison.compare import Comparison, compare
from tests.reports.comparison.compared_runs import Run


@pytest.fixture
def reported(new_run: Callable[..., Run]) -> Callable[..., Comparison]:
    """Compares what two functions let a run see; both see `getVideos` answered eight times before."""

    def compared(before: Callable[[Run], object], after: Callable[[Run], object], **facts: Any) -> Comparison:
        documents = []
        for see in (before, after):
            run = new_run()
            run.facts |= facts
            see(run)
            for operation in run.contract.operations:
                run.ended(operation.id, Verdict.PASSED)
            documents.append(run.document())
        return compare(*documents)

    return compared
