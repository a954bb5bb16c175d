"""Every command in the documentation runs, on an instance of this package's own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.safety.hazards import Hazard
from peertube_conformance.fixtures.target.embedded_process import ADMIN_NAME, EmbeddedInstance

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TOX = re.compile(r"tox run -e (\w+)")
PAGES = ["README.md", *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md"))]
WITH_COMMANDS = [page for page in PAGES if _BLOCK.search((ROOT / page).read_text())]
README_WORDS = 900


@pytest.fixture(scope="module")
def instance() -> Iterator[EmbeddedInstance]:
    """An instance whose answers are right."""
    with EmbeddedInstance() as running:
        yield running


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_the_commands_of_a_page_run_one_after_the_other(page: str, instance: EmbeddedInstance, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PEERTUBE_", "PYTEST_"))}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "INSTANCE": instance.base_url,
        "ADMIN": ADMIN_NAME,
        "ADMIN_PASSWORD": instance.password,
        "PEERTUBE_CONFORMANCE_STATE_DIR": str(tmp_path / "state"),
        # What the pages show for a whole instance is tried on a part of it, of which each shard can test something.
        "PEERTUBE_CONFORMANCE_OPERATIONS": "get[AC]*",
        "PEERTUBE_CONFORMANCE_DEPTH": "smoke",
    }
    script = "\n".join(block for block in _BLOCK.findall((ROOT / page).read_text()) if "tox" not in block)
    done = subprocess.run(
        ["sh", "-e"],
        input=script,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-2000:]}"


def test_the_environments_that_pages_name_are_there() -> None:
    named = {name for page in PAGES for name in _TOX.findall((ROOT / page).read_text())}
    known = set(re.findall(r"^\[testenv:(\w+)\]", (ROOT / "tox.ini").read_text(), re.MULTILINE))
    assert named
    assert named <= known


@pytest.mark.parametrize("page", PAGES)
def test_the_folders_that_a_page_names_are_there(page: str) -> None:
    named = re.findall(
        r"`((?:spec|reports|fixtures|conformance|stateful|tests|docs)/[\w./-]*)`", (ROOT / page).read_text()
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_the_links_of_a_page_lead_to_files(page: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text())
    assert [name for name in targets if not (ROOT / page).parent.joinpath(name).exists()] == []


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= README_WORDS


def test_every_dangerous_class_is_explained_to_operators() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| \w", (ROOT / "docs" / "operators.md").read_text(), re.MULTILINE)
    assert {name for name in rows if name not in set(Safety)} == set(Hazard)
