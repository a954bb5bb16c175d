"""Pytest plugin of the command `replay`: runs one test, which is to find again what an earlier run found."""

from __future__ import annotations

import pytest

from peertube_conformance.conformance.pytest_plugin.item_kinds import short_id
from peertube_conformance.reports.model.recipe import Replayed


class ReplaySelection:
    """Deselects all items but the one of the recipe."""

    def __init__(self, replayed: Replayed) -> None:
        self.replayed = replayed

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leaves the item of the recipe."""
        others = [item for item in items if short_id(item.nodeid) != self.replayed.recipe.test]
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)
