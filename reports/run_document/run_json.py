"""Reads run documents from disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class RunFileError(ValueError):
    """A file is not a run document; the message is one sentence that says what to give."""


def run_file(path: Path) -> Path:
    """The path of a run document: the path itself, or `run.json` in it if it is a report directory."""
    return path / "run.json" if path.is_dir() else path


def read_run(path: Path) -> Mapping[str, Any]:
    """Reads the run document at this path, or in this report directory; raises RunFileError."""
    file = run_file(path)
    try:
        document = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise RunFileError(f"{file} cannot be read ({error.strerror}): give a run.json or its folder") from error
    except ValueError as error:
        raise RunFileError(f"{file} is not a run document: give the run.json that a run wrote") from error
    if not isinstance(document, dict) or "schemaVersion" not in document:
        raise RunFileError(f"{file} is not a run document: give the run.json that a run wrote")
    return document
