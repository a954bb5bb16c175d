"""Mutations of a valid request that put a value just beyond each bound of the contract.

Random drawing meets the bounds of an operation by and by; here each gets one request. Whether that request breaks the
contract, and where, is determined from its bytes like that of any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from peertube_conformance.conformance.generation.schemathesis_driver import found_in
from peertube_conformance.conformance.generation.value_substitution import MISSING, Change, Place, changes
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import Defect

# No address or header holds longer texts, and longer bodies are not a matter of bounds.
_LONGEST = 4_000
_LONGEST_IN_BODY = 100_000
_NO_VALUE = "no-such-value"
_NO_NUMBERS = (987_654, -1, 0)
# Values that patterns refuse: an inner blank, capital letters, letters that are not ASCII, marks, and too many
# characters.
_NO_MATCHES = ("a b", "NO", "a\tb", "é", "!", "-", " ", "9" * 24)
Spoil = Callable[[Draft], Draft]


def beyond(base: Draft) -> Iterator[tuple[Defect, Spoil]]:
    """Yields each defect with the mutation that causes it, each pair of place and keyword once.

    A mutation puts one value beyond a bound, or leaves out something required.
    """
    seen: set[Defect] = set()
    for change in changes(base, _values):
        spoil = partial(spoiled, change)
        found = {violation.defect for violation in found_in(spoil(base))}
        if len(found) == 1 and not found <= seen:
            seen |= found
            yield next(iter(found)), spoil


def spoiled(change: Change, base: Draft) -> Draft:
    """Copies the request and applies the change to the copy."""
    draft = base.copy()
    change(draft)
    return draft


def _values(place: Place) -> Iterator[Any]:
    """MISSING, and values beyond the bounds of the schema of a place. A place that names a resource keeps its value."""
    if place.resource is None or place.location == "body":
        yield MISSING
    if place.resource is not None or place.is_file:
        return
    schemas, current = place.operation.schemas, place.current
    longest = _LONGEST_IN_BODY if place.location == "body" else _LONGEST
    texts = [current] if isinstance(current, str) else []
    for part in schemas.parts(place.schema):
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
            yield from (_NO_NUMBERS if all(isinstance(v, int) for v in part["enum"] if v is not None) else (_NO_VALUE,))
        if "minItems" in part or "maxItems" in part or part.get("uniqueItems"):
            yield from _lists(place, part)


def _lists(place: Place, part: Mapping[str, Any]) -> Iterator[Any]:
    schemas, current = place.operation.schemas, place.current
    items = schemas.items(place.schema)
    known = schemas.enumerated(items) or (current if isinstance(current, list) and current else ["tag", 1])
    lengths = [part[bound] + step for bound, step in (("minItems", -1), ("maxItems", 1)) if bound in part]
    for length in (length for length in lengths if 0 <= length <= _LONGEST):
        yield [f"{known[0]}{number}" if isinstance(known[0], str) else known[0] for number in range(length)]
        yield [known[number % len(known)] for number in range(length)]
    if part.get("uniqueItems"):
        yield [known[0], known[0]]
