"""Sorts the items of a run, and deselects those that the options leave out."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest

from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.item_kinds import is_flow
from peertube_conformance.conformance.pytest_plugin.judged_operations import judged_operations
from peertube_conformance.conformance.pytest_plugin.operation_selection import chosen
from peertube_conformance.spec import Contract, load_contract

_PHASES = ("test_valid", "test_access", "test_refusals", "test_invalid")


def put_in_order(items: list[pytest.Item], options: Options) -> list[pytest.Item]:
    """Sorts the items, removes those that the options leave out, and returns the removed ones.

    Tests that exhaust limits go first, and those that observe the end of the windows go last, so that the time between
    is used. With --operations or --tags, tests and flows that judge none of the chosen operations are left out.
    With --shard, operations were divided before; tests that are not repeated for each operation are divided here.
    """
    whole = [item for item in items if not _is_of_operation(item)]
    part = set(options.shard.part(whole, lambda item: item.nodeid))
    elsewhere = [item for item in whole if item not in part]
    _take_out(items, elsewhere)
    return elsewhere + _asked_for(items, options)


def _asked_for(items: list[pytest.Item], options: Options) -> list[pytest.Item]:
    items.sort(key=lambda item: hasattr(item, "callspec"))
    items.sort(key=lambda item: item.get_closest_marker("late") is not None)
    if options.max_time is not None:
        items.sort(key=_place_of_phase)
    if not (options.operations or options.tags):
        return []
    contract = load_contract(options.spec or None)
    left = {operation.id for operation in chosen(contract, options)}
    out: list[pytest.Item] = [
        item for item in items if isinstance(item, pytest.Function) and _judges_others(item, left, contract)
    ]
    _take_out(items, out)
    return out


def _take_out(items: list[pytest.Item], out: Iterable[pytest.Item]) -> None:
    gone = set(out)
    items[:] = [item for item in items if item not in gone]


def _place_of_phase(item: pytest.Item) -> int:
    """Sort key by phase, for runs with little time; items of no phase go last.

    Every operation is called once before any is called in another way.
    """
    name = getattr(item, "originalname", item.name)
    return _PHASES.index(name) if name in _PHASES else len(_PHASES)


def _is_of_operation(item: pytest.Item) -> bool:
    return "operation_id" in getattr(getattr(item, "callspec", None), "params", {})


def _judges_others(item: pytest.Function, left: Collection[str], contract: Contract) -> bool:
    """Whether the item is a flow or a hand-written test that judges none of the operations that are left."""
    if is_flow(item.nodeid):
        return _about(item).isdisjoint(left)
    return not _is_of_operation(item) and judged_operations(item, contract).isdisjoint(left)


def _about(item: pytest.Function) -> set[str]:
    own = [member for member in vars(item.module).values() if getattr(member, "__module__", "") == item.module.__name__]
    return {name for member in own for name in getattr(member, "about", ())}
