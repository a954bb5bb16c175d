"""Every hand-written test is marked with the operations that it judges, by which `--operations` and `--tags` find it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from peertube_conformance import conformance
from peertube_conformance.conformance.execution.assertions import Examination
from peertube_conformance.conformance.pytest_plugin.judged_operations import MARKER, operations_of
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.reports import Exchange, Finding
from peertube_conformance.spec import Operation, load_contract
from peertube_conformance.spec.synthetic_operations import is_outside
from tests.conformance.hand_written.runner import Arena, Enumerated, arena, enumerated, examined

CONTRACT = load_contract()
# Tests that are repeated for each operation are found by their parameter.
TESTS = [test for test in enumerated() if "exercise" not in test.parameters]
PER_OPERATION = {"exercise", "operation_id"}


class Witness(Examination):
    """Notes the operations of the exchanges about which a test asserts anything, and of those that it sends."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.seen: set[str] = set()
        self.sent: set[str] = set()

    def send(self, operation: str | Operation, actor: Account | None = None, **parts: Any) -> Exchange:
        exchange = super().send(operation, actor, **parts)
        if not is_outside(exchange.operation):
            self.sent.add(exchange.operation.id)
        return exchange

    def expect(self, exchange: Exchange, *statuses: int, **asserted: Any) -> bool:
        self._saw(exchange)
        return super().expect(exchange, *statuses, **asserted)

    def agree(self, exchange: Exchange, requirement: str, **asserted: Any) -> bool:
        self._saw(exchange)
        return super().agree(exchange, requirement, **asserted)

    def wrong(self, requirement: str, exchange: Exchange, difference: Finding) -> bool:
        self._saw(exchange)
        return super().wrong(requirement, exchange, difference)

    def _saw(self, exchange: Exchange) -> None:
        if not is_outside(exchange.operation):
            self.seen.add(exchange.operation.id)


def _functions() -> Iterator[tuple[str, Any]]:
    for path in sorted(Path(next(iter(conformance.__path__))).glob("test_*.py")):
        module = importlib.import_module(f"{conformance.__name__}.{path.stem}")
        yield from ((f"{path.stem}.{name}", test) for name, test in vars(module).items() if name.startswith("test_"))


def _marked(test: Enumerated) -> frozenset[str]:
    return operations_of(test.call.pytestmark, test.parameters, CONTRACT)  # type: ignore[attr-defined]


def _witnessed(at: Arena, test: Enumerated) -> tuple[set[str], str]:
    """The operations that a test judged, and what stood in its way.

    A test that asserts nothing leaves the judgement of all that it sends to the checks of single exchanges.
    """
    at.session.collect()
    examination, blocker = examined(at, test, Witness)
    assert isinstance(examination, Witness)
    return examination.seen or examination.sent, blocker


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("arena")) as found:
        yield found


def test_every_test_is_marked() -> None:
    unmarked = [
        name
        for name, test in _functions()
        if not PER_OPERATION & set(test.__annotations__)
        and MARKER not in {mark.name for mark in getattr(test, "pytestmark", ())}
    ]
    assert unmarked == []


@pytest.mark.parametrize("test", TESTS, ids=[f"{test.name}-{number}" for number, test in enumerate(TESTS)])
def test_the_marker_names_what_a_test_judges(test: Enumerated, environment: Arena) -> None:
    seen, blocker = _witnessed(environment, test)
    marked = _marked(test)
    assert marked <= {operation.id for operation in CONTRACT.operations}
    if blocker:
        # A feature is enabled or disabled, so that one of the tests of it has nothing to ask.
        assert seen <= marked
    else:
        assert seen == marked


def test_the_witness_sees_what_a_marker_leaves_out(environment: Arena) -> None:
    (test,) = (test for test in TESTS if test.name == "test_capital_letters")
    seen, _ = _witnessed(environment, test)
    assert seen - operations_of((pytest.mark.judges("getAccount").mark,), {}, CONTRACT) == {"getVideo"}
