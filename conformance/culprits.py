"""Which part of a request that keeps to the contract makes the server fail, found by leaving parts out."""

from __future__ import annotations

from collections.abc import Callable

from peertube_conformance.fixtures.draft import Draft
from peertube_conformance.reports import Exchange

_MOST_PARTS = 10


def culprit(draft: Draft, ask: Callable[[Draft], Exchange]) -> str:
    """The query parameter without which the server does not fail, as a pointer: `/query/search`; with its value where
    the contract enumerates it: `/query/sort/-hot`; several, each of which the failure needs: `/query/search,sort`.

    Empty where no single one is needed. `ask` sends a reading request for every optional parameter.
    """
    optional = [
        parameter
        for parameter in draft.operation.parameters
        if parameter.location == "query" and not parameter.required and parameter.name in draft.query
    ]
    needed = []
    for parameter in optional[:_MOST_PARTS]:
        without = draft.copy()
        del without.query[parameter.name]
        if (ask(without).status or 500) < 500:
            needed.append(parameter)
    if len(needed) != 1:
        return "/query/" + ",".join(sorted(parameter.name for parameter in needed)) if needed else ""
    (only,) = needed
    value = draft.query[only.name]
    is_told = isinstance(value, str) and value in draft.operation.schemas.enumerated(only.schema)
    return f"/query/{only.name}/{value}" if is_told else f"/query/{only.name}"
