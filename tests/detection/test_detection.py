"""The catalogue of faults is sound, and a sample of it is caught; all of it is tried at night."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from peertube_conformance.spec import load_contract
from peertube_conformance.spec.requirements import load_requirements
from tests.detection import by_hand, by_operation
from tests.detection.catalogue import all_faults, batches
from tests.detection.detection import Detection
from tests.detection.misses import KNOWN
from tests.detection.table import is_enough, misses, table
from tests.faults.contract_faults import ContractFault, contract_faults, sample
from tests.faults.registry import GROUPS, Fault

_OPERATIONS = ("getVideo", "getCategories", "listUserExports", "getUsers", "addPlaylist", "addVideoChannel")
_OF_EACH_GROUP = 2


def test_the_same_contract_gives_the_same_faults() -> None:
    first, second = (contract_faults(load_contract(None)) for _ in range(2))
    assert first == second
    assert len({fault.id for fault in first}) == len(first) > 1000


def test_each_class_has_faults_that_were_written_by_hand() -> None:
    by_group = Counter(fault.group for fault in all_faults().values() if isinstance(fault, Fault))
    assert {group for group in GROUPS if by_group[group] < 3} == set()


def test_faults_break_requirements_of_the_catalogue() -> None:
    assert {name for fault in all_faults().values() for name in fault.breaks} <= set(load_requirements())


def test_known_misses_are_faults() -> None:
    assert set(KNOWN) <= set(all_faults())


def test_batches_hold_every_fault_once() -> None:
    tried = [name for batch in batches(list(all_faults().values())) for name in batch.faults]
    assert sorted(tried) == sorted(all_faults())


@pytest.mark.parametrize("operation_id", _OPERATIONS)
def test_faults_of_an_operation_are_caught(operation_id: str) -> None:
    faults = [fault for fault in contract_faults(load_contract(None)) if fault.operation_id == operation_id]
    assert faults
    found = by_operation.detected(faults)
    assert list(misses(found)) == []


def test_faults_written_by_hand_are_caught() -> None:
    single = [fault for fault in all_faults().values() if isinstance(fault, Fault) and fault.single]
    chosen = [
        fault for group in GROUPS for fault in sample([each for each in single if each.group == group], _OF_EACH_GROUP)
    ]
    assert list(misses(by_hand.detected(chosen))) == []


def test_what_tells_something_else_is_no_detection() -> None:
    fault = next(f for f in all_faults().values() if f.id == "getCategories.status.success.replaced")
    assert isinstance(fault, ContractFault)
    other = dataclasses.replace(fault, breaks=("PT-ERR-01",))
    (found,) = by_operation.detected([other])
    assert not found.caught
    assert "PT-STATUS-02" in found.reason


def test_an_unknown_miss_fails_the_command() -> None:
    caught = Detection("one", "hand", "status", "", True, ["PT-STATUS-01"], "PT-STATUS-01", "no_server_error", "/", 3)
    missed = Detection("other", "hand", "status", "", True, ["PT-STATUS-01"], reason="nobody looked")
    assert is_enough([caught] * 100)
    assert not is_enough([*[caught] * 100, missed])
    assert "| status | 2 | 1 of 2 (50.0 %) | 3 |" in list(table([caught, missed]))
    assert list(misses([missed])) == ["other (PT-STATUS-01) NEW: nobody looked"]
