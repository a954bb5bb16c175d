"""Detection of hand-written faults by hand-written tests, phases of operations, or flows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.reports import Exchange, Finding
from peertube_conformance.stateful.engine import runner
from peertube_conformance.stateful.engine.context import Context
from peertube_conformance.stateful.engine.flow import Flow
from tests.conformance.hand_written.runner import EXERCISED, Enumerated, enumerated, examined
from tests.detection.by_operation import remembering
from tests.detection.detection import Caught, Detection, Watch, recorded_by
from tests.faults.arena import Arena, arena
from tests.faults.registry import Fault
from tests.faults.spoiling import tells
from tests.stateful.flows import flows, signup_of

_PHASES = ("valid", "access", "refusals", "invalid")


@cache
def tests() -> tuple[Enumerated, ...]:
    """The hand-written tests of single responses."""
    return tuple(enumerated())


def detected(faults: Sequence[Fault], *, seed: int = 1) -> list[Detection]:
    """Tries faults without a flow, on one instance."""
    found: list[Detection] = []
    with tempfile.TemporaryDirectory() as folder, arena(Path(folder), seed=seed) as at:
        remembering(at, seed)
        found += [_detected(at, fault) for fault in faults]
    return found


def _blank(fault: Fault) -> Detection:
    source = "flow" if fault.flow else "hand"
    operation = fault.on[0] if fault.on else ""
    return Detection(fault.id, source, fault.group, operation, fault.single, list(fault.breaks))


def _detected(at: Arena, fault: Fault) -> Detection:
    detection = _blank(fault)
    began = time.monotonic()
    with at.spoiled(fault), _watched_findings(at, fault) as watch:
        try:
            meant = [test for test in tests() if test.requirements & set(fault.breaks)]
            for test in meant:
                examined(at, test)
            for operation_id in fault.on or EXERCISED:
                exercise = Exercise(at.session, at.session.contract.operation(operation_id))
                for phase in _PHASES:
                    exercise.run(getattr(exercise, phase))
            # Checks judge every exchange, whichever test sent it.
            for test in tests():
                if test not in meant:
                    examined(at, test)
            detection.reason = f"told was {sorted(watch.others)[:5]}"
        except Caught as caught:
            detection.tell(caught.finding)
    at.session.bases.clear()
    detection.requests, detection.seconds = watch.requests, round(time.monotonic() - began, 3)
    return detection


class _watched_findings(Watch):  # noqa: N801 - it is used as a function
    """Watch that also stops at findings of the assertions."""

    def __init__(self, at: Arena, fault: Fault) -> None:
        super().__init__(at.session, lambda finding: tells(fault, finding))
        self._recorder = at.session.recorder
        self._fault = fault

    def __enter__(self) -> _watched_findings:
        super().__enter__()
        record = type(self._recorder).finding

        def recorded(exchange: object, finding: Finding) -> Finding:
            found = record(self._recorder, exchange, finding)  # type: ignore[arg-type]
            if tells(self._fault, found):
                raise Caught(found)
            self.others.add(f"{found.requirement} {found.operation_id} {found.at}")
            return found

        self._recorder.finding = recorded  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        del self._recorder.finding
        super().__exit__()


def detected_by_flow(fault: Fault, *, seed: int = 1) -> Detection:
    """Tries a fault that only a sequence shows, on its own instance.

    The first difference may be another one that the fault leads to; then the flow runs again and shortens its failures,
    which reports them all.
    """
    detection = _found_by_flow(fault, seed, 0)
    return detection if detection.caught else _found_by_flow(fault, seed, runner._SHORTENING_SECONDS)


def _found_by_flow(fault: Fault, seed: int, shortening: int) -> Detection:
    detection = _blank(fault)
    flow = flows()[fault.flow]
    with tempfile.TemporaryDirectory() as folder, arena(Path(folder), signup=signup_of(flow), seed=seed) as at:
        began = time.monotonic()
        with at.spoiled(fault):
            for finding, requests in _walked(at, flow, shortening):
                if isinstance(finding, str):
                    detection.reason = finding
                elif tells(fault, finding):
                    detection.tell(finding)
                else:
                    detection.reason = f"told was {finding.fingerprint}"
                detection.requests = requests
    detection.seconds = round(time.monotonic() - began, 3)
    return detection


def _walked(at: Arena, flow: type[Flow], shortening: int) -> Iterator[tuple[Finding | str, int]]:
    """Runs the flow; its findings or verdict, and how many requests it sent before the first difference."""
    counted = [0]
    first: list[int] = []
    complete = Context.wrong

    def wrong(self: Context, requirement: str, exchange: Exchange, difference: Finding) -> bool:
        first.append(counted[0])
        return complete(self, requirement, exchange, difference)

    def seen(_found: Sequence[Finding]) -> None:
        counted[0] += 1

    seconds, runner._SHORTENING_SECONDS = runner._SHORTENING_SECONDS, shortening
    Context.wrong = wrong  # type: ignore[method-assign]
    try:
        with recorded_by(at.session, seen):
            ended = runner.walk(at.session, flow)
    finally:
        runner._SHORTENING_SECONDS = seconds
        Context.wrong = complete  # type: ignore[method-assign]
    requests = first[0] if first else counted[0]
    reported = [*ended.findings, *at.session.collect()]
    if not reported:
        yield f"{ended.verdict.value}: {ended.reason}", requests
    for finding in reported:
        yield finding, requests
