"""The requirement catalogue: what an instance promises, each statement with a permanent id, a level and its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_LEVELS = frozenset({"must", "should", "may"})
_MEMBERS = frozenset({"id", "level", "statement", "source", "section"})


class CatalogueError(ValueError):
    """An entry of the catalogue is not usable; the text names it."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One normative statement. `level` is `must`, `should` or `may` (RFC 2119); `section` groups it in reports."""

    id: str
    level: str
    statement: str
    source: str
    section: str


@cache
def load_requirements(version: str = "6.2") -> Mapping[str, Requirement]:
    """Every requirement of one contract version, by id. Raises CatalogueError for a bad or doubled entry."""
    folder = Path(__file__).parent / f"peertube-{version}" / "requirements"
    found: dict[str, Requirement] = {}
    for path in sorted(folder.glob("*.yaml")):
        with path.open("rb") as file:
            entries = yaml.load(file, Loader=yaml.CSafeLoader)
        for entry in entries:
            if set(entry) != _MEMBERS or entry["level"] not in _LEVELS:
                raise CatalogueError(
                    f"{path.name}: {entry.get('id', entry)} needs exactly {', '.join(sorted(_MEMBERS))}"
                )
            if entry["id"] in found:
                raise CatalogueError(f"{path.name}: {entry['id']} is there twice")
            found[entry["id"]] = Requirement(**entry)
    return found
