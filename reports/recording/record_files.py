"""The files in which the workers of a run record: finds, reads and joins them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peertube_conformance.reports.report_directory.file_recognition import EXCHANGES, PARTS, is_part
from peertube_conformance.reports.report_directory.report_folder import ReportFolder


def part_files(directory: Path) -> list[Path]:
    """The record files that the workers of a run wrote into a report folder; other files there are left out."""
    return [path for path in sorted((directory / PARTS).glob("*.ndjson")) if is_part(path.name)]


def join_parts(folder: ReportFolder) -> None:
    """Joins the records of all workers in the file of exchanges, and removes them. Raises ReportError."""
    with folder.writing(EXCHANGES) as file:
        for part in part_files(folder.path):
            with part.open("rb") as lines:
                shutil.copyfileobj(lines, file)
    folder.remove_parts()


def read_parts(directory: Path) -> Iterator[dict[str, Any]]:
    """Yields every recorded line, worker by worker in the order written; a torn last line is skipped."""
    for path in part_files(directory):
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue
