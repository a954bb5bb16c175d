"""What lies just beyond each bound of the contract, put into a valid request.

Drawing meets the bounds of an operation by and by; here each gets one request. Whether that request breaks the contract,
and where, is read from its bytes like that of any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from peertube_conformance.conformance.generation import found_in
from peertube_conformance.fixtures.draft import UNSET, Draft
from peertube_conformance.fixtures.references import body_resources
from peertube_conformance.spec import Operation

# Longer texts are in no address or header, and longer bodies than these are another story.
_LONGEST = 4_000
_LONGEST_IN_BODY = 100_000
_DEEPEST = 2
_NO_VALUE = "no-such-value"
_NO_NUMBERS = (987_654, -1, 0)
# What patterns refuse: a blank inside, capital letters, letters that are not ASCII, marks, and too much of a good thing.
_NO_MATCHES = ("a b", "NO", "a\tb", "é", "!", "-", " ", "9" * 24)
_MISSING = object()
Change = Callable[[Draft], None]
Spoil = Callable[[Draft], Draft]
# Place, pointer within it, and keyword.
Broken = tuple[str, str, str]


def beyond(base: Draft) -> Iterator[tuple[Broken, Spoil]]:
    """What the request would break, and what makes it so: one value beyond a bound, or something required left out, each
    pair of place and keyword once."""
    seen: set[Broken] = set()
    for change in _changes(base):
        spoil = partial(_spoiled, change)
        found = {
            (violation.location, violation.pointer, violation.keyword) for violation in found_in(spoil(base))
        }
        if len(found) == 1 and not found <= seen:
            seen |= found
            yield next(iter(found)), spoil


def _spoiled(change: Change, base: Draft) -> Draft:
    draft = base.copy()
    change(draft)
    return draft


def _changes(base: Draft) -> Iterator[Change]:
    operation = base.operation
    for parameter in operation.parameters:
        if parameter.location not in {"path", "query", "header"} or parameter.resource is not None:
            continue
        if parameter.required and parameter.location != "path":
            yield _setting(parameter.location, (parameter.name,), _MISSING)
        container = _container(base, parameter.location)
        current = container.get(_named(container, parameter.name, parameter.location), parameter.example)
        for steps, value in _beyond(operation, parameter.schema, (parameter.name,), current, _LONGEST):
            if not (parameter.location == "path" and value == ""):
                yield _setting(parameter.location, steps, value)
    if not isinstance(base.body, dict):
        return
    schema = operation.request_bodies.get(base.media_type or "", {})
    named = body_resources(operation, base.media_type)
    for name in base.body:
        yield _setting("body", (name,), _MISSING)
    for name, member in operation.schemas.properties(schema).items():
        if name not in named and not operation.schemas.is_file(member):
            current = base.body.get(name, _example(operation, member))
            beside = _dependent(operation, schema, name)
            for steps, value in _beyond(operation, member, (name,), current, _LONGEST_IN_BODY):
                yield _setting("body", steps, value, beside)


def _container(draft: Draft, location: str) -> dict[str, Any]:
    containers: dict[str, Any] = {
        "path": draft.path,
        "query": draft.query,
        "header": draft.headers,
        "body": draft.body,
    }
    found: dict[str, Any] = containers[location]
    return found


def _named(container: Mapping[str, Any], name: str, location: str) -> str:
    """The name under which the container has it: those of headers are in any case."""
    if location == "header":
        return next((known for known in container if known.lower() == name.lower()), name)
    return name


def _dependent(operation: Operation, schema: Any, name: str) -> dict[str, Any]:
    """What must stand beside a member, as texts that keep to their bounds."""
    found: dict[str, Any] = {}
    for part in operation.schemas.parts(schema):
        for other in part.get("dependentRequired", {}).get(name, ()):
            lengths = [
                p["minLength"] for p in operation.schemas.parts(part["properties"][other]) if "minLength" in p
            ]
            found[other] = "a" * max([1, *lengths])
    return found


def _setting(
    location: str, steps: tuple[str, ...], value: Any, beside: Mapping[str, Any] | None = None
) -> Change:
    """What gives the outermost member a value, or takes it away."""

    def change(draft: Draft) -> None:
        container = _container(draft, location)
        container.update({other: some for other, some in (beside or {}).items() if other not in container})
        name = _named(container, steps[0], location)
        if value is _MISSING:
            container.pop(name, None)
        else:
            container[name] = str(value) if location == "header" else value

    return change


def _example(operation: Operation, schema: Any) -> Any:
    return next((part["example"] for part in operation.schemas.parts(schema) if "example" in part), UNSET)


def _beyond(
    operation: Operation, schema: Any, steps: tuple[str, ...], current: Any, longest: int
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Values for the outermost member of which something inside is beyond a bound."""
    for value in _values(operation, schema, current, longest):
        yield steps, value
    for whole in _inside(operation, schema, current, longest, 0):
        yield steps, whole


def _inside(operation: Operation, schema: Any, current: Any, longest: int, depth: int) -> Iterator[Any]:
    """The value with one member or item beyond a bound."""
    if depth == _DEEPEST:
        return
    schemas = operation.schemas
    members = schemas.properties(schema)
    if members:
        whole = current if isinstance(current, dict) else {}
        for name, member in members.items():
            here = whole.get(name, _example(operation, member))
            for value in (
                *_values(operation, member, here, longest),
                *_inside(operation, member, here, longest, depth + 1),
            ):
                yield {**whole, name: value}
            if name in whole:
                yield {known: value for known, value in whole.items() if known != name}
    items = schemas.items(schema)
    if items:
        first = current[0] if isinstance(current, list) and current else _example(operation, items)
        for value in (
            *_values(operation, items, first, longest),
            *_inside(operation, items, first, longest, depth + 1),
        ):
            yield [value]


def _values(operation: Operation, schema: Any, current: Any, longest: int) -> Iterator[Any]:
    """Values beyond the bounds of this schema itself."""
    texts = [current] if isinstance(current, str) else []
    for part in operation.schemas.parts(schema):
        if "minimum" in part:
            yield part["minimum"] - 1
        if "maximum" in part:
            yield part["maximum"] + 1
        if part.get("minLength"):
            yield from (text[: part["minLength"] - 1] for text in (*texts, "a" * part["minLength"]))
        if part.get("maxLength", longest) < longest:
            length = part["maxLength"] + 1
            yield from ((text + "a" * length)[:length] for text in (*texts, "a", "1"))
        if "pattern" in part:
            yield from _NO_MATCHES
            yield from (f"{text}!" for text in texts)
        if "enum" in part:
            yield from (
                _NO_NUMBERS
                if all(isinstance(v, int) for v in part["enum"] if v is not None)
                else (_NO_VALUE,)
            )
        if "minItems" in part or "maxItems" in part or part.get("uniqueItems"):
            yield from _lists(operation, schema, part, current)


def _lists(operation: Operation, schema: Any, part: Mapping[str, Any], current: Any) -> Iterator[Any]:
    items = operation.schemas.items(schema)
    known = operation.schemas.enumerated(items) or (
        current if isinstance(current, list) and current else ["tag", 1]
    )
    lengths = [part[bound] + step for bound, step in (("minItems", -1), ("maxItems", 1)) if bound in part]
    for length in (length for length in lengths if 0 <= length <= _LONGEST):
        yield [f"{known[0]}{number}" if isinstance(known[0], str) else known[0] for number in range(length)]
        yield [known[number % len(known)] for number in range(length)]
    if part.get("uniqueItems"):
        yield [known[0], known[0]]
