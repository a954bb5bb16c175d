"""Groups parts of a text that overlap, so that each place of the text is replaced once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar


class _Span(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


_S = TypeVar("_S", bound=_Span)


def overlapping(spans: Iterable[_S]) -> Iterator[list[_S]]:
    """Yields the groups of spans that overlap; the spans are sorted by their start."""
    group: list[_S] = []
    end = 0
    for span in spans:
        if group and span.start >= end:
            yield group
            group = []
        end = max(end, span.end) if group else span.end
        group.append(span)
    if group:
        yield group
