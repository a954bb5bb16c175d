"""Differences in an operation's behaviour between two runs: statuses, media types, headers and latency."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peertube_conformance.reports.comparison.change import BODY_CAME, BODY_VANISHED, Change, Kind, Subject
from peertube_conformance.reports.comparison.situations import met_by_both
from peertube_conformance.reports.comparison.statistical_tests import is_certain, is_flip, is_shifted
from peertube_conformance.reports.model.exchange import Intent
from peertube_conformance.reports.run_document.behaviour import is_drawn

Members = Mapping[str, Any]
Counts = Mapping[str, int]
Doubt = tuple[Change, bool]
_SLOWER, _SLOWER_MILLISECONDS, _FEWEST = 1.5, 10.0, 8
_DRIFT_OPERATIONS = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """The entries of one operation in the earlier and the later run document."""

    before: Members
    after: Members

    @property
    def name(self) -> str:
        """The operationId in the later run."""
        return str(self.after["operationId"])


def answers(pair: Pair, reported: Collection[tuple[str, str]] = (), *, alike: bool = True) -> Iterator[Doubt]:
    """Yields situations that both runs met with different responses; with each change, whether it is certain.

    `reported` are operations and names of situations that findings show already; they are left out. Runs that
    are not `alike` prepare other things, so that only some of the responses to preparing requests may differ.
    """
    for names, old, new in met_by_both(pair.before, pair.after):
        if any((pair.name, name) in reported for name in names):
            continue
        situation = names[1]
        change = Change(
            Kind.STATUS,
            pair.name,
            situation,
            f"the response to {situation} changed",
            sorted(old),
            sorted(new),
            status=max(new, key=lambda outcome: (new[outcome], outcome)).partition(" ")[0],
            about=Subject.SITUATION,
            situation=names[0],
        )
        if old.keys().isdisjoint(new):
            yield change, not is_drawn(situation) or _differs(old, new)
        elif _differs(old, new) and (alike or not situation.startswith(Intent.ARRANGED)):
            yield change, True


def _differs(old: Counts, new: Counts) -> bool:
    tries, other_tries = sum(old.values()), sum(new.values())
    outcomes = old.keys() ^ new.keys()
    return any(is_certain(old.get(o, 0), tries, new.get(o, 0), other_tries) for o in outcomes)


def media_types(pair: Pair) -> Iterator[Doubt]:
    """Yields media types that a status always had and now never has, or the reverse; with each, whether it is certain."""
    before, after = pair.before.get("mediaTypes", {}), pair.after.get("mediaTypes", {})
    for status in sorted(before.keys() & after.keys()):
        old, new = before[status], after[status]
        if old.keys().isdisjoint(new) and old and new:
            found = Change(
                Kind.SHAPE,
                pair.name,
                f"media type of {status}",
                f"the media type of {status} changed",
                sorted(old),
                sorted(new),
                status=status,
                about=Subject.MEDIA_TYPE,
                effect=_effect_on_body(old, new),
            )
            yield found, _differs(old, new)


def has_json(media_types: Iterable[str]) -> bool:
    """Whether one of these media types is JSON."""
    return any(name.endswith(("/json", "+json")) for name in media_types)


def _effect_on_body(old: Counts, new: Counts) -> str:
    if has_json(old) == has_json(new):
        return ""
    return BODY_VANISHED if has_json(old) else BODY_CAME


def headers(pair: Pair) -> Iterator[Doubt]:
    """Yields response headers that were added or removed, whatever the status; with each, whether it is certain."""
    old, tries = _summed(pair.before)
    new, other_tries = _summed(pair.after)
    for name in sorted(old.keys() ^ new.keys()):
        certain = is_certain(old[name], tries, new[name], other_tries)
        if certain or is_flip(old[name], tries, new[name], other_tries):
            what = "is now sent" if name in new else "is no longer sent"
            found = Change(
                Kind.SHAPE, pair.name, f"header {name}", f"header {name} {what}", about=Subject.HEADER, effect=what
            )
            yield found, certain


def _summed(entry: Members) -> tuple[Counter[str], int]:
    summed: Counter[str] = Counter()
    for counts in entry.get("headers", {}).values():
        summed.update(counts)
    return summed, sum(sum(counts.values()) for counts in entry.get("mediaTypes", {}).values())


def slower(pairs: Sequence[Pair]) -> Iterator[Change]:
    """Yields operations that became slower beyond noise, after the drift of the whole instance is factored out."""
    timed = [pair for pair in pairs if _is_timed(pair.before) and _is_timed(pair.after)]
    ratios = [pair.after["latency"]["p50"] / max(pair.before["latency"]["p50"], 0.1) for pair in timed]
    drift = statistics.median(ratios) if len(ratios) >= _DRIFT_OPERATIONS else 1.0
    if drift > _SLOWER:
        message = f"responses of the whole instance take {drift:.1f} times as long"
        yield Change(Kind.SLOWER, "", "latency", message, 1.0, round(drift, 2), about=Subject.LATENCY)
    for pair in timed:
        old, new = pair.before["latency"], pair.after["latency"]
        slower_at = [_is_slower(old[share], new[share], max(1.0, drift)) for share in ("p50", "p95")]
        if all(slower_at) and is_shifted(old["histogram"], new["histogram"]):
            message = f"the median response takes {new['p50'] / max(old['p50'], 0.1):.1f} times as long"
            values = f"{old['p50']:.1f} ms", f"{new['p50']:.1f} ms"
            yield Change(Kind.SLOWER, pair.name, "latency", message, *values, about=Subject.LATENCY)


def _is_timed(entry: Members) -> bool:
    return bool(entry["latency"]) and entry["latency"].get("count", 0) >= _FEWEST


def _is_slower(before: float, after: float, drift: float) -> bool:
    return after > before * drift * _SLOWER and after - before * drift > _SLOWER_MILLISECONDS
