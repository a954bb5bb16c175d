"""Known deviations: what stock servers, documents or proxies are known to do differently, each with its evidence."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Any, Self

import yaml

from peertube_conformance.spec.deviations.conditions import ALWAYS, Condition, ConditionError, read_condition
from peertube_conformance.spec.deviations.occurrence import Occurrence
from peertube_conformance.spec.synthetic_operations import OUTSIDE
from peertube_conformance.spec.version_numbers import is_between, parse_version

_NEEDED = frozenset({"id", "fingerprint", "party", "reason", "evidence"})
_ALLOWED = _NEEDED | {"versions", "expires", "occasional", "operations", "when", "class"}
_EVERY = "all"
_PARTIES = frozenset({"server", "document", "proxy"})


class Category(StrEnum):
    """What a deviation means to a user, the gravest first.

    FORM is what no client can act differently on, while status, data and access are right.
    """

    SECURITY = "security"
    BEHAVIOUR = "behaviour"
    FORM = "form"


class DeviationError(ValueError):
    """A file of deviations cannot be used; the message is one sentence that names the entry."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A known deviation. `fingerprint` holds patterns with `*` (operation|requirement|status|pointer), `operations` the
    ids of operations for which it was measured, empty for all, and `when` the condition on request and response.
    `versions` are the first and the last release that it applies to, empty where open. An `occasional` one comes and goes
    (a race, a state of the instance): a run that does not find it proves nothing."""

    id: str
    fingerprint: tuple[str, ...]
    party: str
    reason: str
    evidence: str
    versions: tuple[str, str] = ("", "")
    expires: datetime.date | None = None
    occasional: bool = False
    operations: tuple[str, ...] = ()
    when: Condition = ALWAYS
    category: Category = Category.BEHAVIOUR

    def applies_to(self, server_version: str, today: datetime.date) -> bool:
        """Whether the entry counts for this release and has not expired."""
        if not is_between(server_version, *self.versions):
            return False
        return self.expires is None or today <= self.expires

    def matches(self, fingerprint: str) -> bool:
        """Whether the patterns and operations match a fingerprint, whatever the condition says."""
        if self.operations and fingerprint.partition("|")[0] not in self.operations:
            return False
        return any(fnmatch.fnmatchcase(fingerprint, pattern) for pattern in self.fingerprint)

    def explains(self, occurrence: Occurrence) -> bool:
        """Whether the deviation is the reason for this occurrence of a finding."""
        return self.matches(occurrence.fingerprint) and self.when.holds(occurrence)

    def to_json(self) -> dict[str, Any]:
        """The members of the entry, as `from_json` reads them."""
        return {
            "id": self.id,
            "class": self.category.value,
            "party": self.party,
            "reason": self.reason,
            "evidence": self.evidence,
            "fingerprint": list(self.fingerprint),
            "operations": list(self.operations) or _EVERY,
            "when": self.when.to_json(),
            "versions": list(self.versions),
            "occasional": self.occasional,
            "expires": None if self.expires is None else self.expires.isoformat(),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """Reads the members of an entry that was checked; those of older reports have no class and no condition."""
        patterns, expires, operations = entry["fingerprint"], entry.get("expires"), entry.get("operations", _EVERY)
        first, last = entry.get("versions") or ("", "")
        return cls(
            id=entry["id"],
            fingerprint=(patterns,) if isinstance(patterns, str) else tuple(patterns),
            party=entry["party"],
            reason=entry["reason"],
            evidence=entry["evidence"],
            versions=(str(first or ""), str(last or "")),
            expires=datetime.date.fromisoformat(expires) if isinstance(expires, str) else expires,
            occasional=entry.get("occasional", False) is True,
            operations=() if operations == _EVERY else tuple(operations),
            when=read_condition(entry["when"]) if entry.get("when") else ALWAYS,
            category=Category(entry.get("class", Category.BEHAVIOUR)),
        )


def load_deviations(paths: Iterable[Path]) -> list[Deviation]:
    """Reads the deviations in these YAML files.

    Raises DeviationError for an entry that lacks a member, or an id that appears twice.
    """
    found: dict[str, Deviation] = {}
    for path in paths:
        try:
            entries = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) or []
        except (OSError, yaml.YAMLError) as error:
            raise DeviationError(
                f"{path} cannot be read as YAML ({' '.join(str(error).split())[:120]}): correct it"
            ) from error
        if not isinstance(entries, list):
            raise DeviationError(f"{path} must contain a list of deviations: begin each entry with a hyphen")
        for entry in entries:
            deviation = _read(path, entry)
            if deviation.id in found:
                raise DeviationError(f"{path}: the deviation {deviation.id} appears twice: remove one")
            found[deviation.id] = deviation
    return list(found.values())


def check_deviations(
    deviations: Sequence[Deviation], operations: Collection[str], requirements: Collection[str]
) -> None:
    """Raises DeviationError for a pattern that no finding can ever match, and for two entries that name different parties
    for the same findings."""
    for deviation in deviations:
        for pattern in deviation.fingerprint:
            operation, _, rest = pattern.partition("|")
            requirement = rest.partition("|")[0]
            for part, known, what in (
                (operation, {*operations, *OUTSIDE}, "operation"),
                (requirement, requirements, "requirement"),
            ):
                if not any(fnmatch.fnmatchcase(name, part) for name in known):
                    raise DeviationError(
                        f"the deviation {deviation.id} names the {what} {part!r}, not in the contract: correct it"
                    )
    for first, second in combinations(deviations, 2):
        if first.party != second.party and _meet(first, second):
            raise DeviationError(
                f"the deviations {first.id} and {second.id} name different parties for the same findings: "
                "make one of them narrower"
            )


def _meet(first: Deviation, second: Deviation) -> bool:
    """Whether two deviations overlap: both apply to some release, and a pattern of one covers a pattern of the other."""
    (begin, end), (other_begin, other_end) = first.versions, second.versions
    for last, begins in ((end, other_begin), (other_end, begin)):
        if last and begins and parse_version(last) < parse_version(begins):
            return False
    return any(
        fnmatch.fnmatchcase(one, other) or fnmatch.fnmatchcase(other, one)
        for one in first.fingerprint
        for other in second.fingerprint
    )


def _read(path: Path, entry: Any) -> Deviation:
    if not isinstance(entry, dict) or not set(entry) >= _NEEDED or set(entry) - _ALLOWED:
        name = entry.get("id", entry) if isinstance(entry, dict) else entry
        needed, optional = ", ".join(sorted(_NEEDED)), ", ".join(sorted(_ALLOWED - _NEEDED))
        raise DeviationError(f"{path}: {name!r} must have {needed}, and may have {optional}")
    if entry["party"] not in _PARTIES:
        raise DeviationError(f"{path}: {entry['id']}: party is one of {', '.join(sorted(_PARTIES))}")
    versions = entry.get("versions", ["", ""])
    if not isinstance(versions, list) or len(versions) != 2:
        raise DeviationError(f"{path}: {entry['id']}: versions is [first, last], '' where open")
    if entry.get("class", Category.BEHAVIOUR) not in set(Category):
        raise DeviationError(f"{path}: {entry['id']}: class is one of {', '.join(Category)}")
    operations = entry.get("operations", _EVERY)
    if operations != _EVERY and not (isinstance(operations, list) and operations):
        raise DeviationError(f"{path}: {entry['id']}: operations is a list of ids, or {_EVERY}")
    try:
        return Deviation.from_json(entry)
    except ConditionError as error:
        raise DeviationError(f"{path}: {entry['id']}: {error}") from error
