"""The order of the packages is checked: a seeded wrong import, or a module without a place, breaks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("spec", "reports", "fixtures", "conformance", "stateful")
NAMESPACE = "peertube_conformance"
LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages as they would be installed."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / NAMESPACE / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def linted(folder: Path) -> tuple[int, str]:
    """The linter's exit code for the packages in a folder, and what it says."""
    done = subprocess.run(
        [sys.executable, "-c", LINTER, "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_order_is_kept(copy: Path) -> None:
    code, text = linted(copy)
    assert code == 0, text
    assert "0 broken" in text


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("spec/errors.py", "reports.model.product", "Top-level packages"),
        ("fixtures/listening.py", "conformance.options", "Top-level packages"),
        ("spec/contract.py", "spec.loading", "Packages of spec"),
        ("reports/model/verdict.py", "reports.views", "Packages of reports"),
        ("fixtures/safety/hazards.py", "fixtures.http.client", "Packages of fixtures"),
        ("conformance/checks/cors.py", "conformance.execution.phases", "Packages of conformance"),
        ("stateful/engine/flow.py", "stateful.videos.model", "Packages of stateful"),
        ("stateful/videos/model.py", "stateful.lists.model", "Packages of stateful"),
    ],
)
def test_a_wrong_import_is_found(copy: Path, module: str, imported: str, contract: str) -> None:
    with (copy / NAMESPACE / module).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {NAMESPACE}.{imported}\n")
    code, text = linted(copy)
    assert code == 1, text
    assert f"{contract} BROKEN" in text


@pytest.mark.parametrize("package", ["spec", "reports", "fixtures"])
def test_a_module_without_a_place_is_found(copy: Path, package: str) -> None:
    (copy / NAMESPACE / package / "stray.py").write_text('"""No package holds it."""\n')
    code, text = linted(copy)
    assert code == 1, text
    assert f"Packages of {package} BROKEN" in text
