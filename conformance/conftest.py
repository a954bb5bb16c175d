"""Makes a pytest session over this room a conformance run."""

import pytest

from peertube_conformance.conformance.plugin import activate


def pytest_configure(config: pytest.Config) -> None:
    """The plugin does nothing in sessions that do not collect this room."""
    activate(config)
