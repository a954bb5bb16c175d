"""What generation cannot know: how an operation gets its 2xx, and how each documented refusal is provoked."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World

Arrange = Callable[[World, Draft], None]
_SUCCESS: dict[str, Arrange] = {}
_ANSWERS: dict[tuple[str, int], Arrange] = {}


class ArrangementError(Exception):
    """Two arrangements claim the same request."""


def arrange(operation_id: str, *, answer: int | None = None) -> Callable[[Arrange], Arrange]:
    """Registers how a draft of this operation is made to succeed, or to be answered with the status `answer`."""

    def register(function: Arrange) -> Arrange:
        known = _ANSWERS if answer is not None else _SUCCESS
        key = (operation_id, answer) if answer is not None else operation_id
        if key in known:
            raise ArrangementError(f"{operation_id} has two arrangements for {answer or 'success'}")
        known[key] = function  # type: ignore[index]
        return function

    return register


def success_of(operation_id: str) -> Arrange | None:
    """The arrangement that leads to a 2xx, None where filling in existing resources is enough."""
    _load()
    return _SUCCESS.get(operation_id)


def answers_of(operation_id: str) -> Iterator[tuple[int, Arrange]]:
    """The arranged refusals of an operation: status and arrangement, by status."""
    _load()
    for (known, status), function in sorted(_ANSWERS.items(), key=lambda item: item[0]):
        if known == operation_id:
            yield status, function


@cache
def _load() -> None:
    package = importlib.import_module("peertube_conformance.conformance.arrangements")
    for module in pkgutil.iter_modules([str(Path(p)) for p in package.__path__]):
        importlib.import_module(f"{package.__name__}.{module.name}")
