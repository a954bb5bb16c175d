"""The enumerated tests, run one by one on an instance whose faults are switched on and off."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peertube_conformance import conformance
from peertube_conformance.conformance.execution.assertions import Examination
from peertube_conformance.conformance.execution.outcome import PRECONDITION_ERRORS
from peertube_conformance.conformance.execution.phases import Exercise
from peertube_conformance.reports import Finding
from tests.faults.arena import Arena, arena
from tests.faults.registry import Fault, load

__all__ = ["EXERCISED", "Arena", "Enumerated", "Fault", "arena", "enumerated", "examined", "load", "ran"]

# Tests that every operation is put to run on these, one of each kind of role and authentication.
EXERCISED = ("getVideo", "getCategories", "getUserInfo", "putVideo", "listUserExports", "getUsers", "getCustomConfig")


@dataclass(frozen=True)
class Enumerated:
    """One enumerated test with one set of its parameters, and the requirements that it is marked with."""

    name: str
    call: Callable[..., None]
    parameters: dict[str, Any]
    requirements: frozenset[str]


def ran(at: Arena, test: Enumerated) -> tuple[list[Finding], str]:
    """The findings of a test, its own and those of the checks on what it sent, and what stood in its way."""
    at.session.collect()
    examination, unjudged = examined(at, test)
    return [*examination.findings, *at.session.collect()], unjudged


def examined(at: Arena, test: Enumerated, kind: type[Examination] = Examination) -> tuple[Examination, str]:
    """What a test examined, and what stood in its way."""
    examination = kind(at.session, at.session.environment, test.name)
    parameters = dict(test.parameters)
    if "exercise" in parameters:
        operation = at.session.contract.operation(parameters["exercise"])
        parameters["exercise"] = Exercise(at.session, operation)
    try:
        test.call(examine=examination, **parameters)
    except PRECONDITION_ERRORS as blocker:
        return examination, str(blocker)
    return examination, ""


def enumerated() -> list[Enumerated]:
    """Every hand-written test of the package conformance that examines, once for each set of its parameters."""
    found: list[Enumerated] = []
    for path in sorted(Path(next(iter(conformance.__path__))).glob("test_*.py")):
        module = importlib.import_module(f"{conformance.__name__}.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_") and "examine" in getattr(test, "__annotations__", {}):
                found += _variants(name, test)
    return found


def _variants(name: str, test: Any) -> Iterator[Enumerated]:
    marks = getattr(test, "pytestmark", [])
    requirements = frozenset(known for mark in marks if mark.name == "requirement" for known in mark.args)
    sets: list[dict[str, Any]] = [{}]
    if "exercise" in test.__annotations__:
        sets = [{"exercise": operation_id} for operation_id in EXERCISED]
    for mark in marks:
        if mark.name == "parametrize":
            names = [mark.args[0]] if isinstance(mark.args[0], str) else list(mark.args[0])
            each = [value if len(names) > 1 else (value,) for value in mark.args[1]]
            sets = [{**known, **dict(zip(names, one, strict=True))} for known in sets for one in each]
    for parameters in sets:
        yield Enumerated(name, test, parameters, requirements)
