"""Reads run documents from disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peertube_conformance.reports.run_document.older_formats import upgraded
from peertube_conformance.reports.run_document.run_verdict import SCHEMA_VERSION


class RunFileError(ValueError):
    """A file is not a run document; the message is one sentence that says what to give."""


def run_file(path: Path) -> Path:
    """The path of a run document: the path itself, or `run.json` in it if it is a report directory."""
    return path / "run.json" if path.is_dir() else path


def read_run(path: Path) -> Mapping[str, Any]:
    """Reads the run document at this path, or in this report directory, in the present format; raises RunFileError."""
    file = run_file(path)
    try:
        document = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise RunFileError(f"{file} cannot be read ({error.strerror}): give a run.json or its folder") from error
    except ValueError as error:
        raise RunFileError(f"{file} is not a run document: give the run.json that a run wrote") from error
    version = document.get("schemaVersion") if isinstance(document, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise RunFileError(f"{file} was written by a newer version (schemaVersion {version}): update this tool")
    try:
        return upgraded(document)
    except (LookupError, TypeError, ValueError) as error:
        raise RunFileError(f"{file} is not a run document: give the run.json that a run wrote") from error
