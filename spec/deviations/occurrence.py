"""The model of one occurrence of a finding: what was sent, what was answered, and what was expected of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from peertube_conformance.spec.contract import Operation
from peertube_conformance.spec.defect import Defect
from peertube_conformance.spec.deviations.value_classes import ABSENT
from peertube_conformance.spec.messages.bounded_json import read_bounded
from peertube_conformance.spec.messages.raw_request import WireRequest
from peertube_conformance.spec.messages.request_body_decoding import (
    MalformedBody,
    nested,
    read_json,
    read_multipart,
    read_pairs,
)
from peertube_conformance.spec.messages.request_decoding import FORM, MULTIPART, is_json
from peertube_conformance.spec.path_templates import path_values

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
Parts: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """The response of an occurrence: its headers by lower-case name, and its body."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @cached_property
    def json(self) -> Any:
        """The body as JSON; ABSENT where it is none."""
        found = read_bounded(self.body)
        return found.value if found.is_json else ABSENT

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Occurrence:
    """One finding with the request and the response that show it. `instance` is the configuration of the instance."""

    operation: str
    requirement: str
    status: int | None
    at: str
    expected: Any
    actual: Any
    request: SentRequest
    answer: Answer = field(default_factory=Answer)
    defect: Defect | None = None
    situation: str = ""
    caller: str = "anonymous"
    instance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """`operation|requirement|status|pointer`, as the finding's."""
        return f"{self.operation}|{self.requirement}|{self.status or '-'}|{self.at or '/'}"


@dataclass(frozen=True)
class SentRequest:
    """A request with its decoded parts.

    Pointers name values in it: `/path/id`, `/query/start`, `/header/accept`, `/body` (the decoded body) and `/body/name`;
    `/text` is the body as text, `/bytes` its length, `/target-bytes` the length of path and query, and `/range` what a
    Content-Range says: `first`, `last`, `total`, `surplus` (how many bytes more than it says were sent), and `stored`
    (what Range in the response is where it ends with this chunk).
    """

    wire: WireRequest
    template: str = ""

    @classmethod
    def of(cls, operation: Operation, wire: WireRequest) -> SentRequest:
        """A request to an operation."""
        return cls(wire, operation.path)

    def values(self, pointer: str) -> list[Any]:
        """The values at a pointer; a step `*` stands for each item or member. Empty where there is none."""
        _, location, *steps = pointer.split("/")
        part = _PARTS[location](self)
        return values_at(part, steps)

    @cached_property
    def path(self) -> Parts:
        """The path parameters as text."""
        found = path_values(self.template, self.wire.path) or {}
        return {name: value.decode("utf-8", "replace") for name, value in found.items()}

    @cached_property
    def query(self) -> Parts:
        """The query parameters: text, or lists of text."""
        return nested(read_pairs(self.wire.query))

    @cached_property
    def text(self) -> str:
        """The body as text, with U+FFFD for what is not UTF-8."""
        return self.wire.content.decode("utf-8", "replace")

    @cached_property
    def body(self) -> Any:
        """The decoded body; ABSENT where there is none or it cannot be read as what its media type says."""
        content, kind = self.wire.content, self.wire.media_type or ""
        try:
            if not content:
                return ABSENT
            if kind == MULTIPART:
                return nested(read_multipart(content, self.wire.fields.get("content-type", "")))
            if kind == FORM:
                return nested(read_pairs(self.text))
            return read_json(content) if is_json(kind) else ABSENT
        except (MalformedBody, ValueError):
            return ABSENT

    @cached_property
    def range(self) -> Parts:
        """What Content-Range says of the bytes sent."""
        found = _RANGE.fullmatch(self.wire.fields.get("content-range", ""))
        if found is None:
            return {}
        first, last = int(found[1]), int(found[2])
        surplus = len(self.wire.content) - (last - first + 1)
        total = {"total": int(found[3])} if found[3] != "*" else {}
        return {"first": first, "last": last, "surplus": surplus, "stored": f"bytes=0-{last}", **total}


_PARTS: Mapping[str, Callable[[SentRequest], Any]] = {
    "path": lambda sent: sent.path,
    "query": lambda sent: sent.query,
    "header": lambda sent: sent.wire.fields,
    "body": lambda sent: sent.body,
    "text": lambda sent: sent.text,
    "bytes": lambda sent: len(sent.wire.content),
    "target-bytes": lambda sent: len(sent.wire.url.encode()),
    "range": lambda sent: sent.range,
}
LOCATIONS = frozenset(_PARTS)


def values_at(value: Any, steps: list[str]) -> list[Any]:
    """The values below a value at the steps of a pointer; a single value stands for a list of one."""
    if value is ABSENT:
        return []
    if not steps:
        return [value]
    step, rest = steps[0].replace("~1", "/").replace("~0", "~"), steps[1:]
    if step == "*":
        items = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
        return [found for item in items for found in values_at(item, rest)]
    if isinstance(value, Mapping):
        return values_at(value[step], rest) if step in value else []
    if isinstance(value, list):
        return values_at(value[int(step)], rest) if step.isdigit() and int(step) < len(value) else []
    return values_at(value, rest) if step == "0" else []
