"""Catalogue of all faults, and their division among processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import tests.detection.detection  # noqa: F401 - makes the folder of faults known
from peertube_conformance.spec import load_contract
from tests.faults.contract_faults import ContractFault, contract_faults
from tests.faults.registry import Fault, load

AnyFault = Fault | ContractFault
_OPERATIONS_TOGETHER = 6
_FAULTS_TOGETHER = 12


@dataclass(frozen=True)
class Batch:
    """Faults that one process tries one after the other: by operation, by hand-written tests, or one by its flow."""

    kind: str
    faults: tuple[str, ...]


@cache
def all_faults() -> dict[str, AnyFault]:
    """Every fault by id: those derived from the contract, then the hand-written ones."""
    found: dict[str, AnyFault] = {fault.id: fault for fault in contract_faults(load_contract(None))}
    return found | load()


def batches(faults: Sequence[AnyFault]) -> list[Batch]:
    """Divides the faults into batches, the longest first."""
    by_operation: dict[str, list[str]] = {}
    by_hand: list[str] = []
    by_flow: list[str] = []
    for fault in faults:
        if isinstance(fault, ContractFault):
            by_operation.setdefault(fault.operation_id, []).append(fault.id)
        else:
            (by_flow if fault.flow else by_hand).append(fault.id)
    found = [Batch("flow", (name,)) for name in by_flow]
    operations = list(by_operation.values())
    for at in range(0, len(operations), _OPERATIONS_TOGETHER):
        together = operations[at : at + _OPERATIONS_TOGETHER]
        found.append(Batch("contract", tuple(name for each in together for name in each)))
    starts = range(0, len(by_hand), _FAULTS_TOGETHER)
    return [*found, *(Batch("hand", tuple(by_hand[at : at + _FAULTS_TOGETHER])) for at in starts)]
