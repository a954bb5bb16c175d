"""Detection of faults derived from the contract, each by the phase of its operation that must show it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from peertube_conformance.conformance.execution.outcome import PRECONDITION_ERRORS
from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.fixtures.instance.startup_settings import Signup
from peertube_conformance.reports import Verdict
from peertube_conformance.spec import Operation, load_contract
from tests.detection.detection import Caught, Detection, Remembering, Watch
from tests.faults.arena import Arena, arena
from tests.faults.contract_faults import ContractFault
from tests.faults.spoiling import tells

_PHASES = ("valid", "access", "refusals", "invalid")
_GENERATORS: dict[int, Remembering] = {}


class NotSilent(Exception):
    """The harness reports a finding on the instance without fault: nothing can be measured then."""


def detected(faults: Sequence[ContractFault], *, seed: int = 1, depth: str = "standard") -> list[Detection]:
    """Tries these faults, on instances that are made for them."""
    contract = load_contract(None)
    found: list[Detection] = []
    kinds: tuple[Signup, ...] = ("approval", "direct")
    for signup in kinds:
        here = [f for f in faults if signup_of(contract.operation(f.operation_id)) == signup]
        if not here:
            continue
        with tempfile.TemporaryDirectory() as folder, arena(Path(folder), signup=signup, seed=seed, depth=depth) as at:
            remembering(at, seed)
            for operation_id in dict.fromkeys(fault.operation_id for fault in here):
                of_it = [fault for fault in here if fault.operation_id == operation_id]
                found += _of_operation(at, contract.operation(operation_id), of_it)
    return found


def remembering(at: Arena, seed: int) -> None:
    """Makes the session reuse the requests that earlier sessions of this process drew."""
    generator = _GENERATORS.setdefault(seed, Remembering(at.session.contract, seed))
    at.session.__dict__["generator"] = generator


def signup_of(operation: Operation) -> Signup:
    """The kind of sign-up of the instance that offers the operation."""
    return "direct" if operation.capability == "registration" else "approval"


def _of_operation(at: Arena, operation: Operation, faults: Sequence[ContractFault]) -> Iterator[Detection]:
    exercise = Exercise(at.session, operation)
    at.session.collect()
    for phase in dict.fromkeys(fault.phase for fault in sorted(faults, key=lambda f: _PHASES.index(f.phase))):
        exercise.run(getattr(exercise, phase))
    reported = {finding.fingerprint for finding in at.session.collect()}
    if reported:
        raise NotSilent(f"{operation.id}: {sorted(reported)}")
    for fault in faults:
        yield _of_fault(at, exercise, fault)


def _of_fault(at: Arena, exercise: Exercise, fault: ContractFault) -> Detection:
    detection = Detection(fault.id, "contract", fault.group, fault.operation_id, fault.single, list(fault.breaks))
    outcome: Any = None
    if fault.phase != "valid":
        try:
            exercise.base()
        except PRECONDITION_ERRORS as blocker:
            detection.reason = str(blocker)
            return detection
    began = time.monotonic()
    with at.spoiled(fault), Watch(at.session, lambda finding: tells(fault, finding)) as watch:
        try:
            outcome = exercise.run(getattr(exercise, fault.phase))
        except Caught as caught:
            detection.tell(caught.finding)
            exercise.forget_base()
    detection.requests, detection.seconds = watch.requests, round(time.monotonic() - began, 3)
    if not detection.caught:
        passed = outcome.verdict is Verdict.PASSED
        why = "no request met it" if passed and not watch.others else f"{outcome.verdict}: {outcome.reason}"
        detection.reason = f"{why}; told was {sorted(watch.others)}" if watch.others else why
    return detection
