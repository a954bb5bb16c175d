"""The coverage of the catalogue, told without a target."""

from __future__ import annotations

from pathlib import Path

from peertube_conformance.conformance.pytest_plugin.requirement_traceability import coverage_lines, proofs
from peertube_conformance.spec.requirements import load_requirements
from tests.conformance.command_line import CLI, python_module


def test_checks_tests_and_flows_are_named() -> None:
    proven = proofs()
    assert "check no_server_error" in proven["PT-STATUS-01"]
    assert proven["PT-HISTORY-01"] == ["flow test_history"]
    assert set(proven) <= set(load_requirements())


def test_every_requirement_is_told_with_what_proves_it_or_why_nothing_does() -> None:
    reported = list(coverage_lines())
    for requirement in load_requirements().values():
        assert any(line.startswith(f"  {requirement.id} ") for line in reported)
    assert "no reason is recorded" not in "\n".join(reported)


def test_the_command_needs_no_target(tmp_path: Path) -> None:
    done = python_module(CLI, tmp_path, "requirements")
    assert done.returncode == 0
    assert done.stdout.split()[1] == "requirements:"
    assert done.stderr == ""
