"""Known deviations: what stock servers, documents or proxies are known to do differently, each with its evidence."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from peertube_conformance.spec.versions import version_number

_NEEDED = frozenset({"id", "fingerprint", "party", "reason", "evidence"})
_ALLOWED = _NEEDED | {"versions", "expires"}
_PARTIES = frozenset({"server", "document", "proxy"})


class DeviationError(ValueError):
    """A file of deviations is not usable; the text is one sentence that names the entry."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A finding known beforehand. `fingerprint` holds patterns with `*` (operation|requirement|status|pointer);
    `versions` are the first and the last release that it applies to, empty where open."""

    id: str
    fingerprint: tuple[str, ...]
    party: str
    reason: str
    evidence: str
    versions: tuple[str, str] = ("", "")
    expires: datetime.date | None = None

    def applies_to(self, server_version: str, today: datetime.date) -> bool:
        """Whether the entry counts for this release and has not expired."""
        first, last = self.versions
        number = version_number(server_version)
        if first and number < version_number(first):
            return False
        if last and number > version_number(last):
            return False
        return self.expires is None or today <= self.expires

    def explains(self, fingerprint: str) -> bool:
        """Whether a finding of this fingerprint is the known one."""
        return any(fnmatch.fnmatchcase(fingerprint, pattern) for pattern in self.fingerprint)


def load_deviations(paths: Iterable[Path]) -> list[Deviation]:
    """The entries of these files.

    Raises DeviationError for an entry that lacks a member, or an id that is there twice.
    """
    found: dict[str, Deviation] = {}
    for path in paths:
        try:
            entries = yaml.safe_load(path.read_text("utf-8")) or []
        except (OSError, yaml.YAMLError) as error:
            raise DeviationError(
                f"{path} cannot be read as YAML ({' '.join(str(error).split())[:120]}): mend it"
            ) from error
        if not isinstance(entries, list):
            raise DeviationError(f"{path} must hold a list of deviations")
        for entry in entries:
            deviation = _read(path, entry)
            if deviation.id in found:
                raise DeviationError(f"{path}: the deviation {deviation.id} is there twice")
            found[deviation.id] = deviation
    return list(found.values())


def _read(path: Path, entry: Any) -> Deviation:
    if not isinstance(entry, dict) or not set(entry) >= _NEEDED or set(entry) - _ALLOWED:
        name = entry.get("id", entry) if isinstance(entry, dict) else entry
        needed, optional = ", ".join(sorted(_NEEDED)), ", ".join(sorted(_ALLOWED - _NEEDED))
        raise DeviationError(f"{path}: {name!r} needs {needed}, and may have {optional}")
    if entry["party"] not in _PARTIES:
        raise DeviationError(f"{path}: {entry['id']}: party is one of {', '.join(sorted(_PARTIES))}")
    patterns = entry["fingerprint"]
    versions = entry.get("versions", ["", ""])
    if not isinstance(versions, list) or len(versions) != 2:
        raise DeviationError(f"{path}: {entry['id']}: versions is [first, last], '' where open")
    return Deviation(
        id=entry["id"],
        fingerprint=tuple([patterns] if isinstance(patterns, str) else patterns),
        party=entry["party"],
        reason=entry["reason"],
        evidence=entry["evidence"],
        versions=(str(versions[0] or ""), str(versions[1] or "")),
        expires=entry.get("expires"),
    )
