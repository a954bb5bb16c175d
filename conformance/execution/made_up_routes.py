"""Builds the made-up sibling of a request: the same request to a path that no server has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import Contract
from peertube_conformance.spec.synthetic_operations import outside

MADE_UP = "peertube-conformance-no-such-route"
_NAME = "madeUpRoute"
# The literal text at the beginning of a segment: all of `videos`, and `videos` of `videos.{format}`.
_STEM = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Sibling:
    """A request to a made-up path. `template` is that path with the parameters of the operation's template, `replaced`
    the text in whose place it has the made-up one."""

    draft: Draft
    template: str
    replaced: str


def sibling(contracts: Sequence[Contract], draft: Draft) -> Sibling | None:
    """The request with the last fixed segment of its path replaced; None where each such path is one of the contracts.

    A write to it changes nothing: no operation of any method has its path, so it reaches no resource. The guard judges
    it as a request without effect, which keeps the rules for the administrator's account, and the tier observe.
    """
    template = draft.operation.path.split("/")
    sent = urlsplit(draft.request("").url).path.split("/")
    for place, stem in _fixed(template):
        path = "/".join(_with_made_up(sent, place, stem))
        if not any(contract.at(path) for contract in contracts):
            limits = draft.operation.rate_limits[:1]
            operation = outside(contracts[0], draft.operation.method, path, _NAME, counted_in=limits)
            shown = "/".join(_with_made_up(template, place, stem))
            return Sibling(replace(draft.copy(), operation=operation, path={}), shown, stem)
    return None


def _fixed(template: list[str]) -> Iterator[tuple[int, str]]:
    """The segments that begin with literal text, the last one first: their place and that text."""
    for place in range(len(template) - 1, 0, -1):
        stem = _STEM.match(template[place])
        if stem is not None:
            yield place, stem[0]


def _with_made_up(segments: list[str], place: int, stem: str) -> list[str]:
    return [*segments[:place], MADE_UP + segments[place].removeprefix(stem), *segments[place + 1 :]]
