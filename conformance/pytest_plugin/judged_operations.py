"""The marker `judges`: the operations that a hand-written test judges, by which `--operations` and `--tags` find it.

    @pytest.mark.judges("getVideo", "getVideoDesc")
    @pytest.mark.judges(operation=...)
    @pytest.mark.judges(way={"public": "getPublicWebVideoFile"})
    @pytest.mark.judges(where=is_paged)

A keyword names a parameter of the test: `...` where its value is the id of the operation, or a mapping from its values to
ids. `where` selects the operations of the contract by a function. A test that judges no operation of the contract is
marked with `judges()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import EllipsisType
from typing import Any

import pytest

from peertube_conformance.spec import Contract, Operation

MARKER = "judges"
DESCRIPTION = (
    f"{MARKER}(*operation_ids, where=None, **by_parameter): the operations that a hand-written test judges; see "
    "judged_operations"
)
_WHERE = "where"


def judged_operations(item: pytest.Function, contract: Contract) -> frozenset[str]:
    """The ids of the operations that an item judges."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return operations_of(item.iter_markers(), parameters, contract)


def operations_of(marks: Iterable[pytest.Mark], parameters: Mapping[str, Any], contract: Contract) -> frozenset[str]:
    """The ids that the marks name for a test with these parameters."""
    return frozenset(
        operation_id for mark in marks if mark.name == MARKER for operation_id in _named(mark, parameters, contract)
    )


def _named(mark: pytest.Mark, parameters: Mapping[str, Any], contract: Contract) -> Iterator[str]:
    yield from mark.args
    for name, value in mark.kwargs.items():
        if name == _WHERE:
            yield from _selected(value, contract)
        else:
            yield from _of_parameter(value, parameters[name])


def _selected(where: Callable[[Operation], bool], contract: Contract) -> Iterator[str]:
    return (operation.id for operation in contract.operations if where(operation))


def _of_parameter(ids: EllipsisType | Mapping[Any, str | tuple[str, ...]], value: Any) -> tuple[str, ...]:
    if isinstance(ids, EllipsisType):
        return (value,)
    found = ids[value]
    return (found,) if isinstance(found, str) else found
