"""The catalogue of requirements and what proves them name each other, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from peertube_conformance.conformance.checks import CHECKS
from peertube_conformance.conformance.pytest_plugin.requirement_traceability import proofs
from peertube_conformance.reports import Level
from peertube_conformance.spec.requirements import CatalogueError, load_requirements

_ID = re.compile(r"PT-[A-Z0-9]+-\d{2}")
_KEYWORD = re.compile(r"\b(?:MUST|SHOULD|MAY)\b")


def test_every_requirement_is_proven_unless_it_says_why_not() -> None:
    proven = set(proofs())
    testable = {known for known, requirement in load_requirements().items() if not requirement.not_tested}
    assert testable - proven == set()
    assert proven - testable == set()


def test_a_check_binds_as_strongly_as_its_requirement() -> None:
    assert {check.level for check in CHECKS} <= set(Level)
    for check in CHECKS:
        assert check.level == load_requirements()[check.requirement].level


def test_a_check_says_what_it_looks_at() -> None:
    assert [check.name for check in CHECKS if not (check.function.__doc__ or "").strip()] == []


def test_requirements_are_well_formed() -> None:
    for known, requirement in load_requirements().items():
        assert _ID.fullmatch(known)
        assert requirement.statement.endswith(".")
        assert set(_KEYWORD.findall(requirement.statement)) == {requirement.level.upper()}
        assert requirement.section
        assert re.search(r"RFC \d+|Reference|standard|protocol", requirement.source)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("- {id: PT-A-01, level: must, statement: x, source: y}", "PT-A-01"),
        ("- {id: PT-A-01, level: shall, statement: x, source: y, section: z}", "PT-A-01"),
        ("- {id: PT-A-01, level: must, statement: x, source: y, section: z}\n" * 2, "twice"),
    ],
)
def test_a_bad_entry_is_named(text: str, reported: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "peertube-6.2" / "requirements"
    folder.mkdir(parents=True)
    (folder / "some.yaml").write_text(text)
    monkeypatch.setattr("peertube_conformance.spec.requirements.__file__", str(tmp_path / "requirements.py"))
    with pytest.raises(CatalogueError, match=reported):
        load_requirements.__wrapped__("6.2")
