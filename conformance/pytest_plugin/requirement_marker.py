"""The marker `requirement`: the ids of the requirements that a test proves."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def marked_requirements(item: pytest.Item) -> list[str]:
    """The ids that an item is marked with."""
    return ids_of(item.iter_markers())


def ids_of(marks: Iterable[pytest.Mark]) -> list[str]:
    """The ids that the marks name, in their order."""
    return [name for mark in marks if mark.name == "requirement" for name in mark.args]
