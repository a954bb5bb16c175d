"""Reads the values of options from texts; every mistake is an OptionError."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from peertube_conformance.fixtures.resources.subjects import Subject, subject_of
from peertube_conformance.fixtures.safety.hazards import Hazard


class OptionError(Exception):
    """An option cannot be used; the text is one sentence that says what to do."""


def choice(name: str, choices: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Reads one of several values by its name."""

    def read(value: Any) -> Any:
        if value not in choices:
            raise OptionError(f"--{name} {value!r} is not one of {', '.join(choices)}")
        return choices[value]

    return read


def hazards(value: str) -> tuple[Hazard, ...]:
    """Reads classes of hazards, which commas separate."""
    names = [name.strip() for name in value.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Hazard)]
    if unknown:
        raise OptionError(f"--allow {unknown[0]!r} is not one of {', '.join(Hazard)}")
    return tuple(Hazard(name) for name in names)


def subjects(value: str | Sequence[str]) -> tuple[Subject, ...]:
    """Reads a list of options, or the texts of a variable, which commas separate."""
    texts = [text.strip() for text in value.split(",")] if isinstance(value, str) else value
    try:
        return tuple(subject_of(text) for text in texts if text)
    except ValueError as error:
        raise OptionError(f"--subject: {error}; use KIND=ID, for example video=UUID") from None


def seed(value: str) -> int:
    """Reads a number, or draws one for `random`."""
    if value == "random":
        return secrets.randbelow(2**32)
    if not value.isascii() or not value.isdigit():
        raise OptionError(f"--seed {value!r} is neither a number nor 'random': use one of them")
    return int(value)


def seconds(option: str) -> Callable[[Any], float]:
    """Reads a number of seconds above 0."""

    def read(value: Any) -> float:
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < math.inf:
            raise OptionError(f"{option} {value!r} is not a number of seconds above 0: use one")
        return seconds

    return read


def existing_file(value: str) -> Path:
    """Reads the path of a file that exists."""
    path = Path(value)
    if not path.is_file():
        raise OptionError(f"--deviations: there is no file {value}: check the path")
    return path


def folder(value: str) -> Path:
    """Reads the path of a folder, or of one that does not exist yet."""
    path = Path(value)
    if path.exists() and not path.is_dir():
        raise OptionError(f"--example-database: {value} is not a folder: use a folder or a new name")
    return path


def yes(value: Any) -> bool:
    """Reads a switch."""
    return value is True or str(value).lower() in {"1", "true", "yes", "on"}
