"""API test coverage: how much of an API a run exercised, by established measures.

Each measure is the share of documented elements that were tested (Martin-Lopez, Segura and Ruiz-Cortés, "Test Coverage
Criteria for RESTful Web APIs", 2019; Restats, 2021). They form test coverage levels: a run has the highest level
whose measures, and those of all levels below, are complete.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from peertube_conformance.reports.recording.request_values import sent_values
from peertube_conformance.spec import Operation, parse_version
from peertube_conformance.spec.version_numbers import has_come

# Names of the measures, and the level that each is part of; 0 for those that are part of none.
MEASURES: Mapping[str, int] = {
    "paths": 1,
    "operations": 2,
    "operations with 2xx": 0,
    "request media types": 3,
    "response media types": 3,
    "parameters": 4,
    "status classes": 4,
    "parameter values": 5,
    "status codes": 5,
    "response body properties": 6,
    "operation flows": 7,
}
_MAX_MISSING = 100
_DEEPEST = 6
_SEPARATOR = " "
_PARAMETER = re.compile(r"\{([^}]+)\}")


@dataclass(slots=True)
class _Measure:
    documented: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)

    @property
    def is_complete(self) -> bool:
        return self.documented <= self.tested

    def to_json(self, name: str) -> dict[str, Any]:
        missing = sorted(self.documented - self.tested)
        return {
            "name": name,
            "level": MEASURES[name],
            "tested": len(self.documented) - len(missing),
            "documented": len(self.documented),
            "missing": missing[:_MAX_MISSING],
        }


class Coverage:
    """Collects which documented elements of a run's operations the recorded exchanges exercise.

    A status that no client can provoke, as the contract states, does not count as documented. Parameters are those of
    path, query and header, and the members of request bodies.
    """

    def __init__(self, operations: Iterable[Operation], server_version: str = "") -> None:
        self._operations = {operation.id: operation for operation in operations}
        self._measures = {name: _Measure() for name in MEASURES}
        for operation in self._operations.values():
            for name, element in _documented(operation, server_version):
                self._measures[name].documented.add(element)
        self._open = {operation.id: _Open(operation) for operation in self._operations.values()}
        self._shapes: defaultdict[tuple[str, int], set[str]] = defaultdict(set)

    def add(self, part: Mapping[str, Any]) -> None:
        """Adds one recorded exchange."""
        operation = self._operations.get(part["operationId"])
        if operation is None:
            return
        name = operation.id
        self._test("paths", operation.path)
        self._test("operations", name)
        self._add_request(operation, part["request"])
        response = part["response"]
        if response is None or not part.get("counted", True):
            return
        status = response["status"]
        if 200 <= status < 300:
            self._test("operations with 2xx", name)
            shown = self._shapes[name, status]
            for pointer in response["shape"].keys() - shown:
                shown.add(pointer)
                self._test("response body properties", _joined(name, str(status), pointer))
        self._test("status classes", _joined(name, f"{status // 100}xx"))
        self._test("status codes", _joined(name, str(status)))
        media_type = _media_type(response["headers"])
        if media_type:
            self._test("response media types", _joined(name, media_type))

    def add_flow(self, flow: Mapping[str, Any]) -> None:
        """Adds a recorded flow and its verdict."""
        measure = self._measures["operation flows"]
        measure.documented.add(flow["name"])
        if flow["verdict"] in {"passed", "failed", "known"}:
            measure.tested.add(flow["name"])

    def leave_out(self, operations: Iterable[str]) -> None:
        """Counts nothing of these operations as tested, beyond that they were called: the target lacks their routes."""
        for operation_id in operations:
            for name, measure in self._measures.items():
                if name not in {"paths", "operations"}:
                    measure.tested = {each for each in measure.tested if each.partition(_SEPARATOR)[0] != operation_id}

    def _add_request(self, operation: Operation, request: Mapping[str, Any]) -> None:
        media_type = _media_type(request["headers"])
        if media_type and request["body"]:
            self._test("request media types", _joined(operation.id, media_type))
        still_open = self._open[operation.id]
        for element in still_open.sent(request, media_type):
            measure = "parameters" if len(element) == 2 else "parameter values"
            self._test(measure, _joined(operation.id, *element))

    def _test(self, measure: str, element: str) -> None:
        self._measures[measure].tested.add(element)

    def to_json(self) -> dict[str, Any]:
        """The member `coverage` of the run document."""
        return {"level": self._level(), "measures": [measure.to_json(name) for name, measure in self._measures.items()]}

    def _level(self) -> int:
        reached = 0
        for level in range(1, max(MEASURES.values()) + 1):
            of_level = [self._measures[name] for name, at in MEASURES.items() if at == level]
            if not all(measure.is_complete and (measure.documented or level < 7) for measure in of_level):
                break
            reached = level
        return reached


class _Open:
    """Parameters (by location and name) and values of an operation that no request has sent yet."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._elements: set[tuple[str, ...]] = set()
        for location, name, schema in _inputs(operation):
            self._elements.add((location, name))
            self._elements.update((location, name, value) for value in _values(operation, schema))
        self._locations = {location for location, *_ in self._elements}
        literals = _PARAMETER.sub("\0", operation.path).split("\0")
        self._names = _PARAMETER.findall(operation.path)
        self._path = re.compile("(.+)".join(map(re.escape, literals)))

    def sent(self, request: Mapping[str, Any], media_type: str) -> Iterator[tuple[str, ...]]:
        """Yields and removes the elements that this request sends."""
        if not self._locations:
            return
        closed: set[tuple[str, ...]] = set()
        for location, name, value in self._values(request, media_type):
            closed.add((location, name))
            if value is not None:
                closed.add((location, name, value))
        closed &= self._elements
        if closed:
            self._elements -= closed
            self._locations = {location for location, *_ in self._elements}
            yield from closed

    def _values(self, request: Mapping[str, Any], media_type: str) -> Iterator[tuple[str, str, str | None]]:
        if "path" in self._locations:
            found = self._path.fullmatch(request["target"].partition("?")[0])
            for name, given in zip(self._names, found.groups(), strict=True) if found else ():
                yield "path", name, given
        for location, name, value in sent_values(request, media_type, self._locations):
            known = self._operation.parameter(location, name)
            # Header names match in any case; elements carry the documented one.
            yield location, known.name if known is not None else name, value


def _documented(operation: Operation, version: str) -> Iterator[tuple[str, str]]:
    name = operation.id
    yield "paths", operation.path
    yield "operations", name
    yield "operations with 2xx", name
    for media_type in operation.request_bodies:
        yield "request media types", _joined(name, media_type)
    for location, parameter, schema in _inputs(operation):
        yield "parameters", _joined(name, location, parameter)
        for value in _values(operation, schema):
            yield "parameter values", _joined(name, location, parameter, value)
    for status, response in operation.responses.items():
        if response.unwitnessed or not status.isdigit():
            continue
        yield "status codes", _joined(name, status)
        if status[0] in "24":
            yield "status classes", _joined(name, f"{status[0]}xx")
        for media_type, schema in response.content.items():
            yield "response media types", _joined(name, media_type)
            if status[0] == "2" and "json" in media_type:
                for pointer in _properties(operation, schema, "", version):
                    yield "response body properties", _joined(name, status, pointer)


def _inputs(operation: Operation) -> Iterator[tuple[str, str, Any]]:
    """Yields location, name and schema of every parameter and of every member of a request body."""
    for parameter in operation.parameters:
        yield parameter.location, parameter.name, parameter.schema
    for schema in operation.request_bodies.values():
        for name, member in operation.schemas.properties(schema).items():
            yield "body", name, member


def _values(operation: Operation, schema: Any) -> Iterator[str]:
    for value in operation.schemas.enumerated(schema):
        yield value if isinstance(value, str) else str(value).lower()


def _properties(operation: Operation, schema: Any, at: str, version: str, depth: int = 0) -> Iterator[str]:
    """Yields pointers of the declared members, items as `*`; leaves out those deeper than six levels, and those added
    after this version of the server."""
    if depth > _DEEPEST:
        return
    items = operation.schemas.items(schema)
    if items:
        yield from _properties(operation, items, f"{at}/*", version, depth + 1)
    for name, member in operation.schemas.properties(schema).items():
        if isinstance(member, Mapping) and not has_come(parse_version(member.get("x-since", "0")), version):
            continue
        pointer = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
        yield pointer
        yield from _properties(operation, member, pointer, version, depth + 1)


def _media_type(headers: Iterable[Iterable[str]]) -> str:
    for name, value in headers:
        if name.lower() == "content-type":
            return value.partition(";")[0].strip().lower()
    return ""


def _joined(*parts: str) -> str:
    return _SEPARATOR.join(parts)
