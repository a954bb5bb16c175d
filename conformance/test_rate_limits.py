"""The general rate limit: used up, refused, and open again."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.requirement("PT-RATE-05")
def test_exhaustion(exhaust_limits: Callable[[], None]) -> None:
    """A client that used up its requests gets 429 on every limited operation, until the window ends."""
    exhaust_limits()
