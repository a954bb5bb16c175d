"""Mutations with values that a validator easily accepts, and that the code behind it fails on or misreads.

A server that knows a bound refuses a value just beyond it. These are of other kinds: null and a number where text
belongs, a day that no calendar has, a number beyond those that count exactly, the id 0, a handle with more behind its
host, an unknown name with a dot. Each kind is tried at every place where the contract does not allow it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from peertube_conformance.conformance.generation.boundary_values import Spoil, spoiled
from peertube_conformance.conformance.generation.schemathesis_driver import found_in
from peertube_conformance.conformance.generation.value_substitution import Place, changes
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.safety.guard import impossible

# True where a value counts as given, unlike 0; and no resource has it as id.
_NUMBER = impossible("number", 1)
_INSTANT = "2030-01-31T12:00:00Z"
# No calendar has the first; the second is of ISO 8601, and many parsers do not know it.
_NO_INSTANTS = ("2030-02-30T12:00:00Z", "2030-W01")
# JavaScript counts exactly up to here, and writes numbers from 1e21 on with an exponent.
_EXACT = 2**53
_WRITTEN_WITH_EXPONENT = 10**22
_WITH_DOT = "0.5"
# Name and host, and the port where there is one.
_HANDLE = re.compile(r"[^@\s]+@([^@\s/]+)")


def edge_case_mutations(base: Draft) -> Iterator[Spoil]:
    """Yields a mutation for each such value and place, where it is the only fault of the request."""
    for change in changes(base, _values):
        spoil = partial(spoiled, change)
        if len({(found.defect.location, found.defect.field) for found in found_in(spoil(base))}) == 1:
            yield spoil


def _values(place: Place) -> Iterator[Any]:
    if place.is_file:
        return
    schemas = place.operation.schemas
    types = schemas.types(place.schema)
    parts = list(schemas.parts(place.schema))
    if place.is_json:
        if "null" not in types:
            yield None
        if "string" in types and not types & {"integer", "number"}:
            yield _NUMBER
    if place.location == "path" and schemas.enumerated(place.schema):
        yield _WITH_DOT
    if "string" in types and _takes_instants(place):
        yield from _NO_INSTANTS
    if any(part.get("maximum", 0) > _EXACT for part in parts):
        yield _WRITTEN_WITH_EXPONENT
    if place.resource is not None and place.location == "body" and "integer" in types:
        yield 0
    current = place.current if isinstance(place.current, str) else ""
    if place.resource != "email" and (handle := _HANDLE.fullmatch(current)):
        yield f"{impossible('handle', 1)}@{handle[1]}/behind"


def _takes_instants(place: Place) -> bool:
    validator = place.operation.schemas.validator(place.schema, "request")
    return validator.is_valid(_INSTANT) and not any(map(validator.is_valid, _NO_INSTANTS[1:]))
