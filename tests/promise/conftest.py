"""Fixtures for the filled instance behind the lying proxy, made once per process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.promise.filled_instance import FilledInstance
from tests.promise.trial import Trials, trials


@pytest.fixture(scope="session")
def made() -> Iterator[Trials]:
    """The instance and proxy on which plans are tried."""
    with trials() as ready:
        yield ready


@pytest.fixture(scope="session")
def filled_once() -> Iterator[FilledInstance]:
    """A filled instance that is not served."""
    filled = FilledInstance("http://localhost:9000")
    yield filled
    filled.instance.close()


@pytest.fixture
def filled(filled_once: FilledInstance) -> FilledInstance:
    """The filled instance without a server, restored for each test."""
    filled_once.restore()
    return filled_once
