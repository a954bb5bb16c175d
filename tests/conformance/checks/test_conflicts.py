"""Which failures come of transactions that stood in each other's way, and may not come again."""

from __future__ import annotations

import pytest

from peertube_conformance.conformance.checks.status_codes import conflicted
from tests.conformance.checks.exchanges import exchange, problem


@pytest.mark.parametrize(
    ("detail", "known"),
    [
        ("could not serialize access due to concurrent update", True),
        ("deadlock detected", True),
        ("ENOENT: no such file or directory, open '/srv/storage/tmp/0a1b.png'", True),
        ("ENOENT: no such file or directory, open '/srv/storage/avatars/0a1b.png'", False),
        ("Cannot read properties of undefined", False),
    ],
)
def test_a_conflict_is_known_by_its_words(detail: str, known: bool) -> None:
    assert conflicted(exchange(500, problem(500, detail=detail, error=detail))) is known
