"""Registers arrangements: how a request for an operation gets its 2xx, and how each documented error is provoked."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import overload

from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.reports import Situation

Arrange = Callable[[World, Draft], None]


@dataclass(frozen=True, slots=True)
class Provocation:
    """An arrangement that makes a request meet a situation; called like the arrangement alone."""

    situation: Situation
    arrange: Arrange

    def __call__(self, world: World, draft: Draft) -> None:
        self.arrange(world, draft)


_SUCCESS: dict[str, Arrange] = {}
_ANSWERS: dict[tuple[str, int], Provocation] = {}
_SITUATIONS: dict[str, Situation] = {}


class ArrangementError(Exception):
    """Two arrangements claim the same request, or two situations have the same id or text."""


def situation(identifier: str, text: str) -> Callable[[Arrange], Provocation]:
    """Declares the situation that an arrangement leads to: a permanent id, and the text of findings and reports."""
    if identifier in _SITUATIONS:
        raise ArrangementError(f"two situations have the id {identifier}")
    declared = _SITUATIONS[identifier] = Situation(identifier, text)
    return lambda function: Provocation(declared, function)


@overload
def arrange(*operations: str) -> Callable[[Arrange], Arrange]: ...


@overload
def arrange(*operations: str, answer: int) -> Callable[[Provocation], Provocation]: ...


def arrange(
    *operations: str, answer: int | None = None
) -> Callable[[Arrange], Arrange] | Callable[[Provocation], Provocation]:
    """Registers how drafts of these operations are made to succeed, or to be answered with the status `answer`."""

    def succeeds(function: Arrange) -> Arrange:
        for operation_id in operations:
            if operation_id in _SUCCESS:
                raise ArrangementError(f"{operation_id} has two arrangements for success")
            _SUCCESS[operation_id] = function
        return function

    return succeeds if answer is None else partial(_answer, operations, answer)


def _answer(operations: tuple[str, ...], status: int, provocation: Provocation) -> Provocation:
    text = provocation.situation.text
    for operation_id in operations:
        if (operation_id, status) in _ANSWERS:
            raise ArrangementError(f"{operation_id} has two arrangements for {status}")
        if any(known == operation_id and other.situation.text == text for (known, _), other in _ANSWERS.items()):
            raise ArrangementError(f"{operation_id} has two situations with the text {text!r}")
        _ANSWERS[operation_id, status] = provocation
    return provocation


def success_of(operation_id: str) -> Arrange | None:
    """The arrangement that leads to a 2xx, None where filling in existing resources is enough."""
    _load()
    return _SUCCESS.get(operation_id)


def answers_of(operation_id: str) -> Iterator[tuple[int, Provocation]]:
    """The arranged refusals of an operation: status and arrangement, by status."""
    _load()
    for (known, status), provocation in sorted(_ANSWERS.items(), key=lambda item: item[0]):
        if known == operation_id:
            yield status, provocation


def situations() -> list[Situation]:
    """Every situation that an arrangement leads to, by id."""
    _load()
    return [_SITUATIONS[identifier] for identifier in sorted(_SITUATIONS)]


@cache
def _load() -> None:
    package = importlib.import_module("peertube_conformance.conformance.arrangements")
    for module in pkgutil.iter_modules([str(Path(p)) for p in package.__path__]):
        importlib.import_module(f"{package.__name__}.{module.name}")
