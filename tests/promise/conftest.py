"""The filled instance behind the lying proxy, made once per process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.promise.filled_instance import FilledInstance
from tests.promise.trial import Trials, trials


@pytest.fixture(scope="session")
def made() -> Iterator[Trials]:
    """What plans are carried out on."""
    with trials() as ready:
        yield ready


@pytest.fixture(scope="session")
def filled_once() -> Iterator[FilledInstance]:
    """A filled instance that nobody serves."""
    filled = FilledInstance("http://localhost:9000")
    yield filled
    filled.instance.close()


@pytest.fixture
def filled(filled_once: FilledInstance) -> FilledInstance:
    """The same, as it was filled."""
    filled_once.restore()
    return filled_once
