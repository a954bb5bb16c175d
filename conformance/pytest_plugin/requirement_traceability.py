"""Traces each requirement of the catalogue to the check or marked test that proves it, or to the reason why none does."""

from __future__ import annotations

import importlib
import inspect
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources import files
from types import ModuleType

from peertube_conformance.conformance.checks import CHECKS
from peertube_conformance.conformance.pytest_plugin.requirement_marker import ids_of
from peertube_conformance.reports.formatting import counted
from peertube_conformance.spec.requirements import Requirement, load_requirements

_FLOWS = "stateful"


def proofs() -> Mapping[str, list[str]]:
    """Maps requirement ids to their proofs: `check no_server_error`, `test_errors`, `flow test_history`."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for check in CHECKS:
        found[check.requirement].add(f"check {check.name}")
    for package in ("conformance", _FLOWS):
        for module in _test_modules(package):
            name = module.__name__.rpartition(".")[2]
            for _, test in inspect.getmembers(module, inspect.isfunction):
                for requirement in ids_of(getattr(test, "pytestmark", ())):
                    found[requirement].add(f"flow {name}" if package == _FLOWS else name)
    return {name: sorted(proven) for name, proven in sorted(found.items())}


def _test_modules(package: str) -> Iterator[ModuleType]:
    for file in sorted(files(f"peertube_conformance.{package}").iterdir(), key=lambda file: file.name):
        if file.name.startswith("test_") and file.name.endswith(".py"):
            yield importlib.import_module(f"peertube_conformance.{package}.{file.name.removesuffix('.py')}")


def coverage_lines() -> Iterator[str]:
    """Lines with the coverage by section: what proves each requirement, and why others are not tested."""
    requirements, proven = load_requirements(), proofs()
    sections: defaultdict[str, list[Requirement]] = defaultdict(list)
    for requirement in requirements.values():
        sections[requirement.section].append(requirement)
    untested = [requirement for requirement in requirements.values() if requirement.id not in proven]
    tested = len(requirements) - len(untested)
    yield f"{counted(len(requirements), 'requirement')}: {tested} tested, {len(untested)} not tested"
    for section, entries in sections.items():
        count = sum(requirement.id in proven for requirement in entries)
        yield ""
        yield f"{section}: {count} of {len(entries)} tested"
        for requirement in entries:
            yield f"  {requirement.id} ({requirement.level}) {requirement.statement}"
            how = (
                ", ".join(proven.get(requirement.id, ()))
                or f"not tested: {requirement.not_tested or 'no reason is recorded'}"
            )
            yield f"    {requirement.source}; {how}"
