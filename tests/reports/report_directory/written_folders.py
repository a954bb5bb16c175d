"""Folders with files of a report and of somebody else."""

from __future__ import annotations

from pathlib import Path

OWN = "their own, and no copy of it"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path in it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def placed(folder: Path, name: str, text: str = OWN) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file
