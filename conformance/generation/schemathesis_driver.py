"""Generates requests from the contract: the one module that drives Schemathesis.

Schemathesis draws the values; the request sent is built here. A valid request is what it drew, on top of existing
resources. An invalid request is a valid one with a single generated defect in it: so the response is to that defect and
to nothing else, and a finding is readable alone.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.generation import GenerationMode

from peertube_conformance.conformance.generation.example_database import Examples
from peertube_conformance.conformance.generation.schemathesis_cases import draft_of
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Request
from peertube_conformance.spec import Contract, Defect, Operation
from peertube_conformance.spec.messages.raw_request import WireRequest
from peertube_conformance.spec.messages.validate import Violation, violations

_T = TypeVar("_T")
_ANY_HOST = "http://localhost"
_FIRST = 4
_FEWEST_RANDOM = 4
# One in this many requests is drawn at random.
_RANDOM_SHARE = 4
# Octets of the request line and the header fields.
_MOST_IN_HEAD = 8_000
_UNMET_METHOD = "UNSPECIFIED_HTTP_METHOD"


class NotGenerated(Exception):
    """Schemathesis cannot generate requests for an operation; the text is its reason."""


@dataclass(frozen=True, slots=True)
class DrawnDefect:
    """A defect, and the drawn request that has it."""

    defect: Defect
    drawn: Draft


class Generator:
    """Draws requests for the operations of one contract; the same seed draws the same requests."""

    def __init__(self, contract: Contract, seed: int, examples: Examples | None = None) -> None:
        self._contract = contract
        self._seed = seed
        self._examples = examples or Examples(None)
        self.shortfalls: dict[str, str] = {}
        self._first: dict[str, Draft] = {}

    @cached_property
    def _schema(self) -> Any:
        return schemathesis.openapi.from_dict(dict(self._contract.document))

    def first(self, operation: Operation) -> Draft:
        """The first drawn request that is valid; raises NotGenerated where there is none."""
        if operation.id not in self._first:
            drafts = self._drawn(operation, GenerationMode.POSITIVE, _FIRST)
            found = next((draft for draft in drafts if not found_in(draft)), None)
            if found is None:
                raise NotGenerated(f"no valid request can be generated for {operation}")
            self._first[operation.id] = found
        return self._first[operation.id].copy()

    def valid(self, operation: Operation, count: int) -> Iterator[Draft]:
        """Yields up to `count` different valid drawn requests.

        Systematic cases come first, then random ones, then those of seeds that found something in earlier runs.
        """
        seen: set[bytes] = set()
        most = count + len(self._again(operation, GenerationMode.POSITIVE)) * _random_of(count)
        for draft in self._drawn(operation, GenerationMode.POSITIVE, count):
            if len(seen) >= most:
                return
            request = draft.request(_ANY_HOST)
            identity = b"\n".join(
                (request.url.encode("utf-8", "surrogatepass"), repr(draft.headers).encode(), request.body)
            )
            if identity not in seen and _fits(request) and not found_in(draft):
                seen.add(identity)
                yield draft

    def defects(
        self, operation: Operation, count: int, variants: int = 1, without: Collection[Defect] = ()
    ) -> Iterator[DrawnDefect]:
        """Yields up to `count` defects that are not in `without`.

        Each place and keyword of the contract gets at most `variants` different ones.
        """
        seen: dict[Defect, int] = {}
        for draft in self._drawn(operation, GenerationMode.NEGATIVE, count, variants):
            for violation in found_in(draft):
                defect = violation.defect
                if defect not in without and seen.get(defect, 0) < variants and _fits(draft.request(_ANY_HOST)):
                    seen[defect] = seen.get(defect, 0) + 1
                    yield DrawnDefect(defect, draft)
            if sum(seen.values()) >= count:
                return

    def _drawn(self, operation: Operation, mode: GenerationMode, count: int, variants: int = 1) -> Iterator[Draft]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                drawn = self._schema[operation.path][operation.method]
            except LookupError as error:
                raise NotGenerated(f"the document does not have {operation}") from error
            systematic = self._systematic(operation, drawn, mode)
            if mode is GenerationMode.POSITIVE:
                yield from spread(list(systematic), count - count // _RANDOM_SHARE)
                yield from self._random(operation, drawn, mode, _random_of(count))
            else:
                # The systematic cases break each keyword of the contract; drawing more is dear (20 ms a request) and
                # seldom finds another defect, only other values for a known one.
                yield from systematic
                if variants > 1 or operation.id in self.shortfalls:
                    yield from self._random(operation, drawn, mode, max(_FEWEST_RANDOM, count // _RANDOM_SHARE))

    def _systematic(self, operation: Operation, drawn: Any, mode: GenerationMode) -> Iterator[Draft]:
        config = drawn.schema.config.generation_for(operation=drawn)
        cases = drawn.schema.iter_coverage_cases(drawn, generation_modes=[mode], generation_config=config)
        try:
            for case in cases:
                if case.meta.phase.data.scenario.name != _UNMET_METHOD and case.method == operation.method:
                    yield draft_of(operation, case)
        except (TypeError, ValueError) as error:
            # Its systematic phase fails on some schemas (files beside if/then); random cases still come.
            self.shortfalls[operation.id] = f"systematic cases ended early: {error}"

    def _random(self, operation: Operation, drawn: Any, mode: GenerationMode, count: int) -> Iterator[Draft]:
        yield from self._random_with(self._seed, operation, drawn, mode, count)
        for seed in self._again(operation, mode):
            yield from self._random_with(seed, operation, drawn, mode, count)
            self._examples.drawn_again(operation.id, mode.value, seed)

    def _random_with(
        self, seed: int, operation: Operation, drawn: Any, mode: GenerationMode, count: int
    ) -> Iterator[Draft]:
        found: list[Draft] = []

        @hypothesis.seed(self._seed_of(operation, mode, seed))
        @settings(
            max_examples=count,
            database=None,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(drawn.as_strategy(mode))
        def draw(case: Any) -> None:
            found.append(draft_of(operation, case))

        try:
            draw()
        except hypothesis.errors.Unsatisfiable:
            if mode is GenerationMode.POSITIVE:
                raise NotGenerated(f"no valid request can be generated for {operation}") from None
        yield from found

    def _again(self, operation: Operation, mode: GenerationMode) -> list[int]:
        """The seeds of earlier runs with which this operation is drawn again."""
        return [seed for seed in self._examples.seeds(operation.id, mode.value) if seed != self._seed]

    @staticmethod
    def _seed_of(operation: Operation, mode: GenerationMode, seed: int) -> int:
        text = f"{seed}/{operation.id}/{mode.value}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _fits(request: Request) -> bool:
    """Whether every server accepts request line and headers of this size (RFC 9110 section 4.1).

    RFC 6585 section 5 is for servers that do not.
    """
    head = [request.url, *(f"{name}: {value}" for name, value in request.headers)]
    return sum(len(line.encode("utf-8", "surrogatepass")) for line in head) <= _MOST_IN_HEAD


def _random_of(count: int) -> int:
    return max(1, count // _RANDOM_SHARE)


def spread(found: Sequence[_T], count: int) -> list[_T]:
    """Selects up to `count` items evenly over all: neighbours differ in one optional value only."""
    step = max(1, len(found) // max(1, count))
    return list(found[::step][:count])


def found_in(draft: Draft) -> list[Violation]:
    """The violations of the contract in a draft, as it would be sent."""
    try:
        request = draft.request(_ANY_HOST)
    except (UnicodeError, ValueError):
        return []
    return violations(draft.operation, WireRequest(request.method, request.url, request.headers, request.body))


def spliced(base: Draft, found: DrawnDefect) -> Draft | None:
    """Copies the one defect into a valid request; None where the defect cannot be moved over."""
    defect, drawn = found.defect, found.drawn
    draft = base.copy()
    if defect.location == "body":
        return _spliced_body(draft, found)
    container: Mapping[str, dict[str, Any]] = {"path": draft.path, "query": draft.query, "header": draft.headers}
    source: Mapping[str, dict[str, Any]] = {"path": drawn.path, "query": drawn.query, "header": drawn.headers}
    if defect.location not in container or not defect.pointer:
        return None
    _move(source[defect.location], container[defect.location], defect.field)
    return draft


def _spliced_body(draft: Draft, found: DrawnDefect) -> Draft | None:
    drawn = found.drawn
    if found.defect.pointer and isinstance(draft.body, dict) and isinstance(drawn.body, dict):
        draft.body = dict(draft.body)
        _move(drawn.body, draft.body, found.defect.field)
        return draft
    draft.body, draft.media_type = drawn.body, drawn.media_type
    for name in [n for n in draft.headers if n.lower() == "content-type"]:
        del draft.headers[name]
    draft.headers.update({n: v for n, v in drawn.headers.items() if n.lower() == "content-type"})
    return draft


def _move(source: Mapping[str, Any], container: dict[str, Any], name: str) -> None:
    if name in source:
        container[name] = source[name]
    else:
        container.pop(name, None)
