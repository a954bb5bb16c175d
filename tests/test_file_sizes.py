"""No Python file is too long to be read at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("spec", "reports", "fixtures", "conformance", "stateful", "tests")
MOST_LINES = 300


def too_long(root: Path) -> Iterator[str]:
    """The files with more lines than that, and how many they have."""
    for file in sorted(file for folder in FOLDERS for file in (root / folder).rglob("*.py")):
        lines = len(file.read_text("utf-8").splitlines())
        if lines > MOST_LINES:
            yield f"{file.relative_to(root)}: {lines}"


def test_no_file_is_too_long() -> None:
    assert list(too_long(ROOT)) == []


@pytest.mark.parametrize(("lines", "found"), [(300, []), (301, ["spec/lint/rules.py: 301"])])
def test_a_file_that_is_too_long_is_named(lines: int, found: list[str], tmp_path: Path) -> None:
    file = tmp_path / "spec" / "lint" / "rules.py"
    file.parent.mkdir(parents=True)
    file.write_text("pass\n" * lines)
    assert list(too_long(tmp_path)) == found
