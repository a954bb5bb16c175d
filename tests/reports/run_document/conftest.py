"""An empty run."""

from __future__ import annotations

import pytest

from tests.reports.conftest import NewRun, SampleRun


@pytest.fixture
def run(new_run: NewRun) -> SampleRun:
    return new_run()
