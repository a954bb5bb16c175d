"""Situations that two runs met: the same by id, so that a new wording does not make another situation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.reports.run_document.behaviour import situation_id_of, situation_of

Members = Mapping[str, Any]
Counts = Mapping[str, int]


def names_of(exchange: Members) -> tuple[str, str]:
    """The names under which an exchange's situation may be known: by id, then by text as in earlier versions."""
    return situation_id_of(exchange), situation_of(exchange)


def outcomes_of(entry: Members, exchange: Members) -> Counts:
    """What an operation answered, and how often, to what this exchange asks."""
    return _first(_by_name(entry), names_of(exchange)) or {}


def met_by_both(before: Members, after: Members) -> Iterator[tuple[tuple[str, str], Counts, Counts]]:
    """The names of each situation that an operation met in both runs (by id, by text), and what it answered."""
    earlier = _by_name(before)
    ids = after.get("situationIds", {})
    for text, new in after.get("situations", {}).items():
        names = (ids.get(text, text), text)
        old = _first(earlier, names)
        if old and new:
            yield names, old, new


def _by_name(entry: Members) -> dict[str, Counts]:
    situations = entry.get("situations", {})
    return {**situations, **{name: situations[text] for text, name in entry.get("situationIds", {}).items()}}


def _first(known: Mapping[str, Counts], names: tuple[str, ...]) -> Counts | None:
    return next((known[name] for name in names if name in known), None)
