"""Every requirement that an enumerated test proves is proven able to fail: by a fault that is seeded for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from peertube_conformance.conformance.checks import CHECKS
from tests.conformance.hand_written.runner import Arena, Enumerated, arena, enumerated, load, ran

TESTS = enumerated()
_PROVEN = {requirement for test in TESTS for requirement in test.requirements}
# Those that checks prove have handcrafted answers.
_CHECKED = {check.requirement for check in CHECKS}
SEEDED = [fault for fault in load().values() if not fault.flow and _PROVEN & set(fault.breaks)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("arena")) as found:
        yield found


def test_each_requirement_has_a_fault() -> None:
    broken = {requirement for fault in SEEDED for requirement in fault.breaks}
    assert _PROVEN - _CHECKED - broken == set()


@pytest.mark.parametrize("test", TESTS, ids=[f"{test.name}-{number}" for number, test in enumerate(TESTS)])
def test_the_instance_without_fault_is_silent(test: Enumerated, environment: Arena) -> None:
    findings, blocker = ran(environment, test)
    assert [finding.fingerprint for finding in findings] == []
    # A feature is enabled or disabled, so that one of the tests of it has nothing to ask.
    assert not blocker or re.fullmatch(r"[a-z-]+ is (en|dis)abled", blocker)


@pytest.mark.parametrize("fault", SEEDED, ids=[fault.id for fault in SEEDED])
def test_the_fault_is_found(fault, environment: Arena) -> None:
    found: set[str] = set()
    with environment.spoiled(fault):
        for test in TESTS:
            if test.requirements & set(fault.breaks):
                found |= {finding.requirement for finding in ran(environment, test)[0]}
                if found & set(fault.breaks):
                    return
    raise AssertionError(f"{fault.id} was not found; told was {sorted(found)}")


def test_faults_are_named_after_what_they_spoil() -> None:
    names = {path.stem for path in Path(__file__).parent.parent.parent.joinpath("faults").glob("faulty_*.py")}
    assert all(re.fullmatch(r"faulty_[a-z_]+", name) for name in names)
