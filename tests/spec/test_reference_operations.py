"""No operation of the reference can vanish from the contract."""

from __future__ import annotations

import re
from pathlib import Path

from peertube_conformance.spec import Contract

LISTED = [
    line
    for line in (Path(__file__).parent / "reference_operations.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def nameless(operation: object) -> str:
    """Method and path with every parameter written `{}`."""
    return re.sub(r"\{[^{}]*\}", "{}", str(operation))


def test_every_operation_of_the_reference_is_in_the_contract(contract: Contract) -> None:
    described = {nameless(operation) for operation in contract.operations}
    assert [line for line in LISTED if nameless(line) not in described] == []


def test_the_list_names_each_operation_once() -> None:
    assert len({nameless(line) for line in LISTED}) == len(LISTED)


def test_the_contract_has_at_least_ninety_operations(contract: Contract) -> None:
    assert len(contract.operations) >= 90
