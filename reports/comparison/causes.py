"""Finds the differences between two runs that are the same change: one of them stands for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from peertube_conformance.reports.comparison.behaviour_diff import Doubt
from peertube_conformance.reports.comparison.change import BODY_VANISHED, REMOVED, Announced, Change, Kind, Subject

_RESPONSE_BODY = "/response/body"
_CONTENT_TYPE = "/response/headers/content-type"
_WENT = frozenset({Kind.FIX, Kind.UNJUDGED, Kind.GONE})
_CAME = frozenset({Kind.REGRESSION, Kind.NEW, Kind.NEWLY_CHECKED})
_VANISHING = frozenset({BODY_VANISHED, REMOVED})


@dataclass(frozen=True, slots=True)
class Cause:
    """A change, the differences that are the same change, and whether any of them is certain."""

    change: Change
    echoes: Sequence[Change]
    is_certain: bool


def causes(doubts: Iterable[Doubt], announced: Announced | None) -> list[Cause]:
    """Finds for each difference the change that it is part of; each of these appears once."""
    every = [(change, sure or _is_announced_shape(change, announced)) for change, sure in doubts]
    parents = _parents([change for change, _ in every])
    members: defaultdict[int, list[int]] = defaultdict(list)
    for index in range(len(every)):
        members[_root(parents, index)].append(index)
    return [
        _cause(every[root][0], [every[i][0] for i in indices if i != root], any(every[i][1] for i in indices))
        for root, indices in members.items()
    ]


def _is_announced_shape(change: Change, announced: Announced | None) -> bool:
    """Whether the change is an announced change of shape, which is certain without more evidence."""
    return change.kind is Kind.SHAPE and announced is not None and announced(change)


def _parents(changes: Sequence[Change]) -> list[int]:
    """For each change the index of the one that it is part of; its own where there is none."""
    parents = list(range(len(changes)))
    by_operation: defaultdict[str, list[int]] = defaultdict(list)
    for index, change in enumerate(changes):
        by_operation[change.operation_id].append(index)
    for indices in by_operation.values():
        for about, is_echo in _ECHOES.items():
            for root in (i for i in indices if changes[i].about is about and parents[i] == i):
                for other in indices:
                    if other != root and parents[other] == other and is_echo(changes[root], changes[other]):
                        parents[other] = root
    came = {c.subject: i for i, c in enumerate(changes) if c.is_finding and c.kind in _CAME}
    requirements = {c.subject: i for i, c in enumerate(changes) if _is_new_requirement(c)}
    for index, change in enumerate(changes):
        if parents[index] != index:
            continue
        if change.cause in came:
            parents[index] = came[change.cause]
        elif change.kind is Kind.NEWLY_CHECKED and change.is_finding and not change.is_unexplained:
            parents[index] = requirements.get(change.requirement, index)
    return parents


def _is_new_requirement(change: Change) -> bool:
    return change.kind is Kind.NEWLY_CHECKED and change.about is Subject.REQUIREMENT


def _root(parents: Sequence[int], index: int) -> int:
    while parents[index] != index:
        index = parents[index]
    return index


def _of_operation(operation: Change, other: Change) -> bool:
    """Whether a finding came or went with the operation that it is about."""
    return other.is_finding and other.kind in (_WENT if operation.went else {Kind.NEW})


def _of_media_type(root: Change, other: Change) -> bool:
    """Whether a difference follows from the media type of a status, or from the body that came or went with it."""
    if other.about is Subject.SITUATION:
        statuses = [{outcome.partition(" ")[0] for outcome in outcomes} for outcomes in (other.before, other.after)]
        # Only the error code changed, which was in the body.
        return bool(root.effect) and statuses[0] == statuses[1] == {root.status}
    if other.status != root.status or not (other.is_finding or other.about is Subject.MEMBER):
        return False
    if other.about is Subject.MEMBER:
        return True
    return other.pointer == _CONTENT_TYPE or (bool(root.effect) and other.pointer.startswith(_RESPONSE_BODY))


def _of_member(root: Change, other: Change) -> bool:
    place = f"{_RESPONSE_BODY}{root.pointer}"
    return (
        other.is_finding
        and other.status == root.status
        and (other.pointer == place or other.pointer.startswith(f"{place}/"))
    )


def _of_situation(root: Change, other: Change) -> bool:
    return other.is_finding and other.kind is Kind.UNJUDGED and other.situation == root.situation


# What changes of each kind of subject explain, the most far-reaching first.
_ECHOES: Mapping[Subject, Callable[[Change, Change], bool]] = {
    Subject.ROUTE: lambda _root, _other: True,
    Subject.OPERATION: _of_operation,
    Subject.VERDICT: _of_operation,
    Subject.MEDIA_TYPE: _of_media_type,
    Subject.MEMBER: _of_member,
    Subject.SITUATION: _of_situation,
}


def _cause(root: Change, echoes: Sequence[Change], is_certain: bool) -> Cause:
    """A cause; what can no longer be judged because of it is not a fix."""
    kind = root.kind
    kinds = {echo.kind for echo in echoes}
    vanishes = root.went or root.effect in _VANISHING or (root.about is Subject.ROUTE and kind is Kind.REGRESSION)
    if root.about is not Subject.ROUTE and not root.is_finding:
        if Kind.REGRESSION in kinds:
            kind = Kind.REGRESSION
        elif Kind.FIX in kinds and not vanishes and kind is Kind.SHAPE:
            kind = Kind.FIX
    if vanishes:
        echoes = [echo.of_kind(Kind.UNJUDGED) if echo.kind is Kind.FIX else echo for echo in echoes]
    if root.about is Subject.ROUTE and kind is not Kind.REGRESSION:
        echoes = [echo.of_kind(kind) if echo.kind is Kind.REGRESSION else echo for echo in echoes]
    shown = next((echo for echo in echoes if echo.kind is kind and echo.curl), None)
    if kind is Kind.REGRESSION and not root.curl and shown is not None:
        root = replace(root, curl=shown.curl, needs=shown.needs)
    return Cause(root.of_kind(kind), sorted(echoes, key=lambda c: (c.kind, c.operation_id, c.subject)), is_certain)
