"""Which failures come of transactions that stood in each other's way, and may not come again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from peertube_conformance.conformance.checks.status_codes import conflicted
from peertube_conformance.spec import load_contract
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


@pytest.mark.parametrize(
    ("operation", "code", "known"),
    [
        ("pickVideoChannelBanner", "SequelizeUniqueConstraintError", True),
        ("pickVideoChannelBanner", "SequelizeDatabaseError", False),
        ("putUser", "SequelizeUniqueConstraintError", False),
        ("uploadLegacy", "SequelizeUniqueConstraintError", False),
    ],
)
def test_only_a_file_that_replaces_another_can_be_in_its_own_way(operation: str, code: str, known: bool) -> None:
    body = problem(500, detail="Validation error", code=code)
    failed = replace(exchange(500, body), operation=load_contract(None).operation(operation))
    assert conflicted(failed) is known
