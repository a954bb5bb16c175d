"""Groups the causes of differences between two runs: what several operations share is one entry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from peertube_conformance.reports.comparison.advice import advice
from peertube_conformance.reports.comparison.causes import Cause
from peertube_conformance.reports.comparison.change import Change, Kind, Subject
from peertube_conformance.reports.formatting import counted, listed

# Changes of several operations with values of their own, which no entry can show for all.
_SUMMED = frozenset({Subject.LATENCY, Subject.VERDICT})
_MAX_NAMES = 6
_MAX_REQUIREMENTS = 12


@dataclass(frozen=True, slots=True)
class Group:
    """One change that several operations share, with the differences that are part of it.

    `change` is the first of the `changes` that stand for it, `includes` sums up the `echoes` that are part of these, and
    `advice` says what an operator does about it.
    """

    change: Change
    message: str
    operations: Sequence[str]
    changes: Sequence[Change]
    echoes: Sequence[Change]
    includes: str
    advice: str

    @property
    def kind(self) -> Kind:
        """The kind of the change."""
        return self.change.kind

    def to_json(self) -> dict[str, Any]:
        """The members that the views show."""
        return {
            "operations": list(self.operations),
            "message": self.message,
            "before": self.change.before,
            "after": self.change.after,
            "isFinding": self.change.is_finding,
            "went": self.change.went,
            "announced": self.change.announced,
            "curl": self.change.curl,
            "includes": self.includes,
            "advice": self.advice,
        }


def grouped(causes: Iterable[Cause]) -> list[Group]:
    """Groups causes, the most serious kind first.

    The same label of several operations is one group; so are several labels of one place, such as members of one object.
    """
    places: defaultdict[tuple[str, ...], list[Cause]] = defaultdict(list)
    for cause in causes:
        change = cause.change
        places[(*_bucket(change), change.operation_id, _place(change))].append(cause)
    groups: defaultdict[tuple[str, ...], list[Cause]] = defaultdict(list)
    for key, alike in places.items():
        labels = sorted({_label(cause.change) for cause in alike})
        groups[(*key[:-2], *labels)] += alike
    order = list(Kind)
    found = [_group(alike) for alike in groups.values()]
    return sorted(found, key=lambda g: (order.index(g.kind), g.change.operation_id, g.change.subject, g.message))


def _bucket(change: Change) -> tuple[str, ...]:
    """What causes must have in common to be shown as one."""
    common: tuple[str, ...] = (change.kind, change.about, str(change.announced))
    values = (repr(change.before), repr(change.after))
    match change.about:
        case Subject.MEMBER | Subject.MEDIA_TYPE:
            return (*common, change.status, change.effect, *values)
        case Subject.SITUATION:
            return (*common, *values)
        case Subject.HEADER:
            return (*common, change.effect)
        case Subject.ROUTE:
            return (*common, change.subject)
        case Subject.LATENCY:
            return (*common, str(bool(change.operation_id)))
        case Subject.FINDING if change.kind is not Kind.UNJUDGED:
            return (*common, change.subject.partition("|")[2], change.level, change.note)
        case Subject.OPERATION:
            return common
        case Subject.REQUIREMENT if change.kind is Kind.NEWLY_CHECKED:
            return common
        case _:
            # Whatever is not judged for one reason is one entry.
            return (change.kind, change.reason)


def _place(change: Change) -> str:
    return change.pointer.rpartition("/")[0] if change.about is Subject.MEMBER else ""


def _label(change: Change) -> str:
    match change.about:
        case Subject.MEMBER:
            return change.pointer.rpartition("/")[2]
        case Subject.HEADER:
            return change.subject.partition(" ")[2]
        case Subject.SITUATION:
            return change.subject
        case _:
            return ""


def _group(causes: Sequence[Cause]) -> Group:
    causes = sorted(causes, key=lambda c: (c.change.operation_id, c.change.subject))
    changes = [cause.change for cause in causes]
    first = next((change for change in changes if change.curl), changes[0])
    echoes = [echo for cause in causes for echo in cause.echoes]
    is_sum = len(changes) > 1 and first.about in _SUMMED
    is_sum = is_sum or first.kind is Kind.UNJUDGED or first.about is Subject.REQUIREMENT
    return Group(
        change=replace(first, before=None, after=None) if is_sum else first,
        message=_message(first, changes),
        operations=sorted({change.operation_id for change in changes} - {""}),
        changes=changes,
        echoes=echoes,
        includes=_includes(echoes),
        advice=advice(first),
    )


def _message(first: Change, changes: Sequence[Change]) -> str:
    labels = sorted({_label(change) for change in changes})
    names = listed(labels, _MAX_NAMES)
    pointers = {change.pointer for change in changes}
    match first.about:
        case Subject.MEMBER if len(labels) > 1:
            return f"{len(labels)} members of {_place(first) or '/'} {_plural(first.effect)} in {first.status}: {names}"
        case Subject.MEMBER if len(pointers) > 1:
            return f"{names} {first.effect} in {first.status}, at {listed(sorted(pointers), _MAX_NAMES)}"
        case Subject.HEADER if len(labels) > 1:
            return f"headers {names} {_plural(first.effect)}"
        case Subject.SITUATION if len(labels) > 1:
            return f"the responses to {len(labels)} situations changed: {names}"
        case Subject.LATENCY if len(changes) > 1:
            return f"the median responses of {counted(len(changes), 'operation')} take longer"
        case Subject.OPERATION if len(changes) > 1:
            which = "later" if first.went else "earlier"
            return f"{counted(len(changes), 'operation')} are not in the {which} run"
        case Subject.VERDICT if first.kind is Kind.NEW and len(changes) > 1:
            return f"were not tested before: {first.reason}"
        case _ if first.kind is Kind.UNJUDGED or first.about is Subject.REQUIREMENT:
            return _unjudged(first, changes)
        case _:
            return first.message


def _plural(effect: str) -> str:
    verb, space, rest = effect.partition(" ")
    return {"is": "are", "has": "have"}.get(verb, verb) + space + rest


def _unjudged(first: Change, changes: Sequence[Change]) -> str:
    """What is no longer judged for one reason, or newly checked: operations, requirements and findings, counted."""
    requirements = [
        f"{change.subject} {change.after}" if change.kind is Kind.NEWLY_CHECKED else change.subject
        for change in changes
        if change.about is Subject.REQUIREMENT
    ]
    findings = [change.subject for change in changes if change.about is Subject.FINDING]
    tested = sum(change.about is Subject.VERDICT for change in changes)
    counts = [
        f"{counted(number, noun)}{f' ({listed(names, _MAX_REQUIREMENTS)})' if names else ''}"
        for number, noun, names in (
            (tested, "operation", ()),
            (len(requirements), "requirement", requirements),
            (len(findings), "finding", findings),
        )
        if number
    ]
    return f"{', '.join(counts)}: {first.reason}" if first.reason else ", ".join(counts)


def _includes(echoes: Sequence[Change]) -> str:
    """The differences that are part of a change: `3 findings of PT-ERR-01, 2 other differences`."""
    found = Counter(echo.requirement for echo in echoes if echo.is_finding)
    counts = [f"{counted(count, 'finding')} of {name}" for name, count in sorted(found.items())]
    untested = [f"{echo.operation_id or echo.subject}" for echo in echoes if echo.kind is Kind.UNJUDGED and echo.cause]
    others = sum(not echo.is_finding for echo in echoes) - len(untested)
    more = len(counts) - _MAX_NAMES
    counts = counts[:_MAX_NAMES] + ([f"findings of {counted(more, 'more requirement')}"] if more > 0 else [])
    counts += [counted(others, "other difference")] if others else []
    counts += [f"no longer judged: {listed(sorted(untested), _MAX_NAMES)}"] if untested else []
    return ", ".join(counts)
