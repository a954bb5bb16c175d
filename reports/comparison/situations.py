"""Matches the situations that two runs met by id, so that a new wording does not make another situation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.reports.run_document.behaviour import situation_id_of, situation_of

Members = Mapping[str, Any]
Counts = Mapping[str, int]


def names_of(exchange: Members) -> tuple[str, str]:
    """The names of an exchange's situation: its id, then its text, which earlier versions recorded alone."""
    return situation_id_of(exchange), situation_of(exchange)


def outcomes_of(entry: Members, exchange: Members) -> Counts:
    """An operation's outcomes in this exchange's situation (`400 code`), and how often each occurred."""
    return _first(_by_name(entry), names_of(exchange)) or {}


def met_by_both(before: Members, after: Members) -> Iterator[tuple[tuple[str, str], Counts, Counts]]:
    """Yields each situation that an operation met in both runs: its id and text, and its outcomes before and after."""
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
