"""The requirement catalogue: what an instance promises, each statement with a permanent id, a level and its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LEVELS = frozenset({"must", "should", "may"})
_NEEDED = frozenset({"id", "level", "statement", "source", "section"})
_ALLOWED = _NEEDED | {"since", "capability", "applies_to", "not_tested"}


class CatalogueError(ValueError):
    """An entry of the catalogue is invalid; the message names it."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One normative statement. `level` is `must`, `should` or `may` (RFC 2119); `section` groups it in reports.

    `since` is the first release that promises it, `capability` the feature without which it does not apply,
    `applies_to` the patterns of the operation ids that it is about, empty for any. Either checks test the statement or
    `not_tested` says why none can.
    """

    id: str
    level: str
    statement: str
    source: str
    section: str
    since: tuple[int, ...] = (1, 0, 0)
    capability: str = ""
    applies_to: tuple[str, ...] = ()
    not_tested: str = ""


@cache
def load_requirements(version: str = "6.2") -> Mapping[str, Requirement]:
    """Loads every requirement of one contract version, by id. Raises CatalogueError for an invalid or duplicate entry."""
    folder = Path(__file__).parent / f"peertube-{version}" / "requirements"
    found: dict[str, Requirement] = {}
    for path in sorted(folder.glob("*.yaml")):
        with path.open("rb") as file:
            entries = yaml.load(file, Loader=yaml.CSafeLoader)
        for entry in entries:
            requirement = _read(path.name, entry)
            if requirement.id in found:
                raise CatalogueError(f"{path.name}: {requirement.id} appears twice")
            found[requirement.id] = requirement
    return found


def _read(file: str, entry: Mapping[str, Any]) -> Requirement:
    members = dict(entry)
    if not set(members) >= _NEEDED or set(members) - _ALLOWED or members["level"] not in _LEVELS:
        needed, optional = ", ".join(sorted(_NEEDED)), ", ".join(sorted(_ALLOWED - _NEEDED))
        raise CatalogueError(
            f"{file}: {entry.get('id', entry)} needs {needed}, may have {optional}, and its level is one of "
            f"{', '.join(sorted(_LEVELS))}"
        )
    since = str(members.pop("since", "1.0.0"))
    members["since"] = tuple(int(part) for part in since.split("."))
    members["applies_to"] = tuple(members.pop("applies_to", ()))
    return Requirement(**members)
