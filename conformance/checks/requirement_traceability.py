"""What proves each requirement of the catalogue: a check, a hand-written test or a flow; or why nothing does."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from peertube_conformance.conformance.checks import CHECKS
from peertube_conformance.reports.formatting import counted
from peertube_conformance.spec.requirements import Requirement, load_requirements

_MARKED = re.compile(r"requirement\(((?:\s*[\"']PT-[A-Z0-9]+-\d+[\"']\s*,?)+)\s*\)")
# A flow names a requirement where it judges it.
_JUDGED = re.compile(r"[\"'](PT-[A-Z0-9]+-\d+)[\"']")
_GENERAL = frozenset({"PT-STATUS-01", "PT-STATUS-07"})


def proofs() -> Mapping[str, list[str]]:
    """Requirement ids to the names of what proves them: `check no_server_error`, `test_errors`, `flow test_history`."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for check in CHECKS:
        found[check.requirement].add(f"check {check.name}")
    for module, text in _sources(files("peertube_conformance.conformance"), "test_"):
        for marked in _MARKED.findall(text):
            for name in _JUDGED.findall(marked):
                found[name].add(module)
    for module, text in _sources(files("peertube_conformance.stateful")):
        for name in _JUDGED.findall(text):
            if name not in _GENERAL:
                found[name].add(f"flow {module}")
    return {name: sorted(proven) for name, proven in sorted(found.items())}


def _sources(folder: Traversable, prefix: str = "", package: str = "") -> Iterator[tuple[str, str]]:
    """Dotted name and text of each module; of those in packages, too, where no prefix is wanted."""
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.startswith(prefix) and file.name.endswith(".py"):
            yield package + file.name.removesuffix(".py"), file.read_text("utf-8")
        elif not prefix and file.is_dir():
            yield from _sources(file, package=f"{package}{file.name}.")


def coverage_lines() -> Iterator[str]:
    """The coverage of the catalogue, by section: what proves each requirement, and why the others are not tested."""
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
