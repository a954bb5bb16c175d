"""The condition of a deviation: on which requests and responses a finding is explained by it.

`when` is a list of cases. A condition holds where one of its cases holds, and a case where each of its clauses does:

| clause | holds where |
|---|---|
| `operations` | the operation is one of these ids |
| `at`, `requirement`, `status` | the pointer, requirement or status of the finding matches one of these patterns |
| `value` | the value that the request sent at the finding's pointer belongs to the class |
| `sent` | each value of the request belongs to its class: `{/query/start: integer > 9, /header/accept: is "text/xml"}` |
| `expected`, `actual` | that member of the finding belongs to the class; `absent` where it is null |
| `excess` | the number `actual - expected` belongs to the class |
| `answer`, `headers`, `text` | each member of the JSON body, each header, or the body as text belongs to its class |
| `keyword` | the rule that the request breaks is one of these keywords of JSON Schema |
| `situation` | the request met one of these situations |
| `caller` | the request was sent by one of these callers |
| `method` | the method is one of these |
| `instance` | each member of the instance's configuration belongs to its class |

A class may be a list of alternatives. See `value_classes` for how a class is written, and `SentRequest` for pointers.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peertube_conformance.spec.deviations.occurrence import LOCATIONS, Occurrence, values_at
from peertube_conformance.spec.deviations.value_classes import ABSENT, ClassError, ValueClass, number_in, read_class

Holds = Callable[[Occurrence], bool]
_REQUEST = "/request"


class ConditionError(ValueError):
    """A condition that cannot be read; the message says which clause and why."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a case: its name, its data, and whether it holds."""

    name: str
    data: Any
    holds: Holds


@dataclass(frozen=True, slots=True)
class Case:
    """Clauses that must all hold."""

    clauses: tuple[Clause, ...]

    def holds(self, occurrence: Occurrence) -> bool:
        """Whether each clause holds."""
        return all(clause.holds(occurrence) for clause in self.clauses)

    def names(self) -> frozenset[str]:
        """The names of the clauses."""
        return frozenset(clause.name for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class Condition:
    """Cases of which one must hold; without any, the condition always holds."""

    cases: tuple[Case, ...] = ()

    def holds(self, occurrence: Occurrence) -> bool:
        """Whether a case holds, or there is none."""
        return not self.cases or any(case.holds(occurrence) for case in self.cases)

    def to_json(self) -> list[dict[str, Any]]:
        """The data that `read_condition` reads."""
        return [{clause.name: clause.data for clause in case.clauses} for case in self.cases]


ALWAYS = Condition()


def read_condition(data: Any) -> Condition:
    """Reads the member `when` of an entry. Raises ConditionError."""
    cases = data if isinstance(data, list) else [data]
    if not all(isinstance(case, dict) and case for case in cases):
        raise ConditionError("when is a list of cases, each with clauses")
    return Condition(tuple(Case(tuple(_clause(name, value) for name, value in case.items())) for case in cases))


def _clause(name: str, data: Any) -> Clause:
    reader = _READERS.get(name)
    if reader is None:
        raise ConditionError(f"when has no clause {name!r}: use one of {', '.join(sorted(_READERS))}")
    try:
        return Clause(name, data, reader(data))
    except ClassError as error:
        raise ConditionError(f"{name}: {error}") from error


def _is_in(data: Any, values: Iterable[Any], occurrence: Occurrence) -> bool:
    """Whether one of the values, or ABSENT where there is none, belongs to one of the classes."""
    found = list(values) or [ABSENT]
    return any(_belongs(kind, value, occurrence) for kind in data for value in found)


def _belongs(kind: ValueClass, value: Any, occurrence: Occurrence) -> bool:
    if not kind.pointer:
        return kind.holds(value)
    if kind.pointer == "/expected":
        return bool(value == occurrence.expected)
    return value in occurrence.request.values(kind.pointer)


def _classes(data: Any) -> tuple[ValueClass, ...]:
    return tuple(read_class(text) for text in _texts(data))


def _texts(data: Any) -> list[str]:
    texts = data if isinstance(data, list) else [data]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise ClassError(f"{data!r} is not a text or a list of texts: quote it")
    return texts


def _one_of(value_of: Callable[[Occurrence], str]) -> Callable[[Any], Holds]:
    """Reads patterns with `*` of which one must match."""

    def read(data: Any) -> Holds:
        patterns = _texts(data)
        return lambda occurrence: any(fnmatch.fnmatchcase(value_of(occurrence), pattern) for pattern in patterns)

    return read


def _in_class(values_of: Callable[[Occurrence], Iterable[Any]]) -> Callable[[Any], Holds]:
    def read(data: Any) -> Holds:
        classes = _classes(data)
        return lambda occurrence: _is_in(classes, values_of(occurrence), occurrence)

    return read


def _each_in_class(values_at_pointer: Callable[[Occurrence, str], Iterable[Any]]) -> Callable[[Any], Holds]:
    """Reads a mapping from pointers to classes that must all hold."""

    def read(data: Any) -> Holds:
        if not isinstance(data, dict) or not data:
            raise ClassError(f"{data!r} is not a mapping from pointers to classes")
        classes = {pointer: _classes(kinds) for pointer, kinds in data.items()}
        return lambda occurrence: all(
            _is_in(kinds, values_at_pointer(occurrence, pointer), occurrence) for pointer, kinds in classes.items()
        )

    return read


def _sent(data: Any) -> Holds:
    for pointer in data if isinstance(data, dict) else ():
        if pointer.split("/")[1:2] == [] or pointer.split("/")[1] not in LOCATIONS:
            raise ClassError(
                f"{pointer!r} is not a pointer into a request: begin it with {', '.join(sorted(LOCATIONS))}"
            )
    return _each_in_class(lambda occurrence, pointer: occurrence.request.values(pointer))(data)


def _own_value(occurrence: Occurrence) -> list[Any]:
    """The values that the request sent at the finding's pointer."""
    if not occurrence.at.startswith(f"{_REQUEST}/"):
        return []
    return occurrence.request.values(occurrence.at.removeprefix(_REQUEST))


def _member(value: Any) -> list[Any]:
    return [] if value is None else [value]


def _excess(occurrence: Occurrence) -> list[Any]:
    actual, expected = number_in(occurrence.actual), number_in(occurrence.expected)
    return [] if actual is None or expected is None else [actual - expected]


_READERS: Mapping[str, Callable[[Any], Holds]] = {
    "operations": _one_of(lambda occurrence: occurrence.operation),
    "requirement": _one_of(lambda occurrence: occurrence.requirement),
    "status": _one_of(lambda occurrence: str(occurrence.status or "-")),
    "at": _one_of(lambda occurrence: occurrence.at),
    "keyword": _one_of(lambda occurrence: "" if occurrence.defect is None else occurrence.defect.keyword),
    "situation": _one_of(lambda occurrence: occurrence.situation),
    "caller": _one_of(lambda occurrence: occurrence.caller),
    "method": _one_of(lambda occurrence: occurrence.request.wire.method),
    "value": _in_class(_own_value),
    "sent": _sent,
    "expected": _in_class(lambda occurrence: _member(occurrence.expected)),
    "actual": _in_class(lambda occurrence: _member(occurrence.actual)),
    "excess": _in_class(_excess),
    "text": _in_class(lambda occurrence: [occurrence.answer.text]),
    "headers": _each_in_class(lambda occurrence, name: _member(occurrence.answer.headers.get(name))),
    "answer": _each_in_class(lambda occurrence, pointer: values_at(occurrence.answer.json, pointer.split("/")[1:])),
    "instance": _each_in_class(lambda occurrence, pointer: values_at(occurrence.instance, pointer.split("/")[1:])),
}
