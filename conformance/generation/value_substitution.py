"""Enumerates the places of a request for which the contract declares a value, and puts other values there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from peertube_conformance.fixtures.messages.named_resources import body_resources
from peertube_conformance.fixtures.messages.request_draft import UNSET, Draft
from peertube_conformance.spec import Operation

MISSING = object()
_JSON = "application/json"
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter, a member of the body, or a member or item inside one of these: its schema, the value that is there
    (the example where none is, or UNSET), and the kind of resource that it names, if it does."""

    operation: Operation
    location: str
    schema: Any
    current: Any
    resource: str | None = None
    is_json: bool = False
    depth: int = 0

    @property
    def is_file(self) -> bool:
        """Whether a file belongs there."""
        return self.location == "body" and self.operation.schemas.is_file(self.schema)

    def within(self, schema: Any, current: Any) -> Place:
        """The place of one of its members or items."""
        return Place(self.operation, self.location, schema, current, None, self.is_json, self.depth + 1)


Change = Callable[[Draft], None]
# Generates the values for a place; MISSING removes the value that is there.
Values = Callable[[Place], Iterator[Any]]


def changes(base: Draft, values: Values) -> Iterator[Change]:
    """Yields a change for each place of a request and each value for it: parameters first, then the body."""
    operation = base.operation
    for parameter in operation.parameters:
        if parameter.location not in {"path", "query", "header"}:
            continue
        container = _container(base, parameter.location)
        current = container.get(_named(container, parameter.name, parameter.location), parameter.example)
        place = Place(operation, parameter.location, parameter.schema, current, parameter.resource)
        for value in _given(place, values):
            if not (parameter.location == "path" and (value is MISSING or value == "")):
                yield _setting(parameter.location, parameter.name, value)
    if not isinstance(base.body, dict):
        return
    schema = operation.request_bodies.get(base.media_type or "", {})
    named = body_resources(operation, base.media_type)
    for name, member in operation.schemas.properties(schema).items():
        current = base.body.get(name, example(operation, member))
        place = Place(operation, "body", member, current, named.get(name), base.media_type == _JSON)
        beside = _dependent(operation, schema, name)
        for value in _given(place, values):
            yield _setting("body", name, value, beside)


def example(operation: Operation, schema: Any) -> Any:
    """The example of a schema, or UNSET."""
    return next((part["example"] for part in operation.schemas.parts(schema) if "example" in part), UNSET)


def _given(place: Place, values: Values) -> Iterator[Any]:
    """Values for a place: those for itself, and its own value with another one somewhere inside."""
    yield from values(place)
    if not (place.is_file or place.resource):
        yield from _inside(place, values)


def _inside(place: Place, values: Values) -> Iterator[Any]:
    if place.depth == _DEEPEST:
        return
    operation, schemas, current = place.operation, place.operation.schemas, place.current
    whole = current if isinstance(current, dict) else {}
    for name, member in schemas.properties(place.schema).items():
        here = place.within(member, whole.get(name, example(operation, member)))
        for value in _given(here, values):
            if value is not MISSING:
                yield {**whole, name: value}
            elif name in whole:
                yield {known: some for known, some in whole.items() if known != name}
    items = schemas.items(place.schema)
    if items:
        first = current[0] if isinstance(current, list) and current else example(operation, items)
        for value in _given(place.within(items, first), values):
            if value is not MISSING:
                yield [value]


def _container(draft: Draft, location: str) -> dict[str, Any]:
    containers: dict[str, Any] = {"path": draft.path, "query": draft.query, "header": draft.headers, "body": draft.body}
    found: dict[str, Any] = containers[location]
    return found


def _named(container: Mapping[str, Any], name: str, location: str) -> str:
    """The name under which the container has a parameter: header names ignore case."""
    if location == "header":
        return next((known for known in container if known.lower() == name.lower()), name)
    return name


def _dependent(operation: Operation, schema: Any, name: str) -> dict[str, Any]:
    """The members that must accompany a member (dependentRequired), as texts within their length bounds."""
    found: dict[str, Any] = {}
    for part in operation.schemas.parts(schema):
        for other in part.get("dependentRequired", {}).get(name, ()):
            lengths = [p["minLength"] for p in operation.schemas.parts(part["properties"][other]) if "minLength" in p]
            found[other] = "a" * max([1, *lengths])
    return found


def _setting(location: str, name: str, value: Any, beside: Mapping[str, Any] | None = None) -> Change:
    """The change that sets or removes a parameter or an outermost member."""

    def change(draft: Draft) -> None:
        container = _container(draft, location)
        container.update({other: some for other, some in (beside or {}).items() if other not in container})
        known = _named(container, name, location)
        if value is MISSING:
            container.pop(known, None)
        else:
            container[known] = str(value) if location == "header" else value

    return change
