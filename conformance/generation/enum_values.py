"""Distributes the enumerated values of the contract over the requests of an operation, each value to one at least.

Random drawing meets only a few of them; a server may fail on any (an order by a column that does not exist).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peertube_conformance.conformance.generation.schemathesis_driver import found_in
from peertube_conformance.fixtures.messages.named_resources import body_resources
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import Operation


def longest(operation: Operation) -> int:
    """The number of requests until each enumerated value was in one."""
    return max((len(values) for _, _, values in _enumerated(operation, None)), default=0)


def with_values(draft: Draft, number: int) -> Draft:
    """Copies the draft with the enumerated values for this number, except any that makes it invalid."""
    found = draft.copy()
    for place, name, values in _enumerated(draft.operation, draft.media_type):
        changed = found.copy()
        container = {"path": changed.path, "query": changed.query}.get(place, changed.body)
        if not isinstance(container, dict):
            continue
        value = values[number % len(values)]
        container[name] = [value] if isinstance(container.get(name), list) else value
        if not found_in(changed):
            found = changed
    return found


def _enumerated(operation: Operation, media_type: str | None) -> Iterator[tuple[str, str, list[Any]]]:
    schemas = operation.schemas
    for parameter in operation.parameters:
        if parameter.location in {"path", "query"} and parameter.resource is None:
            values = schemas.enumerated(parameter.schema)
            if values:
                yield parameter.location, parameter.name, values
    body: Mapping[str, Any] = operation.request_bodies.get(media_type or "", {})
    taken = body_resources(operation, media_type)
    for name, member in schemas.properties(body).items():
        values = schemas.enumerated(member)
        if values and name not in taken:
            yield "body", name, values
