"""What tests of flows share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.stateful.engine import runner
from tests.stateful.faulty_instance import session


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session on an instance of its own; walks that fail are not shortened."""
    monkeypatch.setattr(runner, "_SHORTENING_SECONDS", 0)
    with session(tmp_path) as made:
        yield made
        made.close()
