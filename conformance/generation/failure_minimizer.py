"""Finds the part of a valid request that makes the server fail, by leaving parts out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Exchange
from peertube_conformance.spec import Parameter

Ask = Callable[[Draft], Exchange]


class FailureMinimizer:
    """Finds the part of a request that makes a server fail; earlier causes are tried first, in one request."""

    def __init__(self) -> None:
        self._known: defaultdict[str, list[tuple[Parameter, ...]]] = defaultdict(list)

    def of(self, draft: Draft, ask: Ask) -> str:
        """The query parameter without which the server does not fail, as a pointer: `/query/search`; with its value where
        the contract enumerates it: `/query/sort/-hot`; several, each of which the failure needs: `/query/search,sort`.

        Empty where no single one is needed. `ask` sends a reading request, for every optional parameter at most.
        """
        optional = [
            parameter
            for parameter in draft.operation.parameters
            if parameter.location == "query" and not parameter.required and parameter.name in draft.query
        ]
        known = self._known[draft.operation.id]
        for causes in known:
            innocent = [parameter for parameter in optional if parameter not in causes]
            if all(one in optional for one in causes) and _fails(draft, innocent, ask):
                return _pointer(draft, causes)
        causes = tuple(parameter for parameter in optional if not _fails(draft, [parameter], ask))
        if not causes:
            return ""
        known.append(causes)
        return _pointer(draft, causes)


def _fails(draft: Draft, left_out: Iterable[Parameter], ask: Ask) -> bool:
    without = draft.copy()
    for parameter in left_out:
        del without.query[parameter.name]
    return (ask(without).status or 500) >= 500


def _pointer(draft: Draft, causes: tuple[Parameter, ...]) -> str:
    pointer = "/query/" + ",".join(sorted(parameter.name for parameter in causes))
    if len(causes) > 1:
        return pointer
    value = draft.query[causes[0].name]
    is_enumerated = isinstance(value, str) and value in draft.operation.schemas.enumerated(causes[0].schema)
    return f"{pointer}/{value}" if is_enumerated else pointer
