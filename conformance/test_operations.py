"""Generated requests for every operation of the contract; all checks run on each response."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peertube_conformance.conformance.pytest_plugin.item_results import conclude

if TYPE_CHECKING:
    # Phases load the generators; collecting must not wait for them.
    from peertube_conformance.conformance.execution.phases import Exercise


@pytest.mark.requirement("PT-ROUTE-01")
def test_valid(exercise: Exercise) -> None:
    """What keeps to the contract is accepted and answered as documented."""
    conclude(exercise, "valid", exercise.valid)


def test_invalid(exercise: Exercise) -> None:
    """What breaks the contract is refused as documented."""
    conclude(exercise, "invalid", exercise.invalid)


def test_access(exercise: Exercise) -> None:
    """Who has no right is refused."""
    conclude(exercise, "access", exercise.access)


def test_refusals(exercise: Exercise) -> None:
    """Every documented refusal is answered where it is due."""
    conclude(exercise, "refusals", exercise.refusals)
