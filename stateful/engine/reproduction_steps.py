"""Writes the reproduction steps of one walk for people: the rules that were called, each with shell lines.

The lines can be replayed: what a later request takes from an earlier response (an id, a token, an upload session)
becomes a shell variable that is read out of that response.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peertube_conformance.fixtures.messages.bounded import DEEPEST
from peertube_conformance.reports import Exchange
from peertube_conformance.reports.model.finding import Step
from peertube_conformance.reports.recording.curl import curl_line
from peertube_conformance.reports.redaction.redactor import Redactor

_UPLOAD_ID = "upload_id="
# Shorter texts are part of others by chance.
_LEAST_PART = 8
_PLAIN_KEY = re.compile(r"[A-Za-z_]\w*")
_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Call:
    """A rule that was called, and its arguments."""

    rule: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.rule}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"


@dataclass(slots=True)
class _Called:
    text: str
    exchanges: list[Exchange] = field(default_factory=list)


class Story:
    """Collects the rules that were called and the requests that each sent.

    Requests that only observe (`observing`) change nothing, and are reported where the walk ends with them. Requests
    sent `aside` are not reported.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._calls: list[_Called] = [_Called("")]
        self._observed: list[Exchange] = []
        self._computed: dict[int, dict[str, str]] = {}
        self._next_computed: dict[str, str] = {}
        self.observing = False
        self.aside = False

    def compute(self, variable: str, command: str) -> None:
        """Notes the command by which a shell gets a value of the next request that is in no response."""
        self._next_computed[variable] = command

    def sent(self, exchange: Exchange) -> None:
        """Records an exchange of the walk."""
        if self.aside:
            return
        self._computed[id(exchange)], self._next_computed = self._next_computed, {}
        (self._observed if self.observing else self._calls[-1].exchanges).append(exchange)

    def called(self, call: Call) -> None:
        """Records the call of a rule before it sends anything, written as code."""
        self.calls.append(call)
        self._calls.append(_Called(str(call)))

    def begin_observing(self) -> None:
        """Marks what is sent from here on as comparing the state with the model."""
        self.observing, self._observed = True, []

    def end_observing(self) -> None:
        """Ends the comparison: the state was as the model has it."""
        self.observing = False

    def steps(self, last: Exchange, redactor: Redactor, known: Mapping[str, str]) -> tuple[Step, ...]:
        """The steps of the walk up to `last`.

        `known` are the values of the variables that may be read out of responses.
        """
        calls = [call for call in self._calls if call.exchanges]
        if self.observing:
            calls.append(_Called("# the current state", self._observed))
        reported = [[*_once_each(call.exchanges, last)] for call in calls]
        lines = _Lines([exchange for exchanges in reported for exchange in exchanges], redactor, known, self._computed)
        return tuple(
            Step(redactor.text(call.text), tuple(line for exchange in exchanges for line in lines.of(exchange)))
            for call, exchanges in zip(calls, reported, strict=True)
        )


def _once_each(exchanges: Sequence[Exchange], last: Exchange) -> Iterator[Exchange]:
    """Drops the repetitions of polling: of equal requests in a row the last counts."""
    for number, exchange in enumerate(exchanges):
        following = exchanges[number + 1] if number + 1 < len(exchanges) else None
        repeated = (
            following is not None
            and exchange is not last
            and exchange.operation.is_safe
            and (exchange.request.method, exchange.request.url, exchange.request.headers)
            == (following.request.method, following.request.url, following.request.headers)
        )
        if not repeated:
            yield exchange


class _Lines:
    """The shell lines of a sequence, with the variables that they set."""

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        redactor: Redactor,
        known: Mapping[str, str],
        computed: Mapping[int, Mapping[str, str]],
    ) -> None:
        self._curl = {id(exchange): curl_line(exchange.request, redactor) for exchange in exchanges}
        self._computed = computed
        self._sets: dict[int, list[tuple[str, str]]] = {}
        done: set[str] = set()
        for number, exchange in enumerate(exchanges):
            later = {name for other in exchanges[number + 1 :] for name in self._used(other)}
            earlier = {name for other in exchanges[: number + 1] for name in self._used(other)}
            for name in sorted((later & set(known)) - done - earlier):
                where = _found_in(exchange, name, known[name])
                if where:
                    self._sets.setdefault(id(exchange), []).append((name, where))
                    done.add(name)

    def _used(self, exchange: Exchange) -> Iterator[str]:
        """The variables that the lines of an exchange need, without those that the lines compute themselves."""
        computed = self._computed.get(id(exchange), {})
        yield from (name for name in self._curl[id(exchange)][1] if name not in computed)
        for command in computed.values():
            yield from _VARIABLE.findall(command)

    def of(self, exchange: Exchange) -> Iterator[str]:
        """The shell lines of an exchange: one for the request, with the variables around it.

        Before it there is one for each value to compute, after it one for each variable that its response gives.
        """
        line, _ = self._curl[id(exchange)]
        for name, command in self._computed.get(id(exchange), {}).items():
            yield f"{name}=$({command})"
        status = f"  # {exchange.status}" if exchange.status else "  # no answer"
        sets = self._sets.get(id(exchange), ())
        if not sets:
            yield line + status
            return
        from_head = any(where == _UPLOAD_ID for _, where in sets)
        quiet = line if from_head else line.replace("curl -sS -i ", "curl -sS ", 1)
        yield f"ANSWER=$({quiet}){status}"
        for name, where in sets:
            if where == _UPLOAD_ID:
                yield f"{name}=$(printf %s \"$ANSWER\" | sed -n 's/.*[?&]{_UPLOAD_ID}\\([^&[:space:]]*\\).*/\\1/p')"
            else:
                yield f"{name}=$(printf %s \"$ANSWER\" | jq -r '{where}')"


def _found_in(exchange: Exchange, name: str, value: str) -> str:
    """Locates the value of a variable in a response: a filter for jq, or `upload_id=` for a Location.

    Empty where it is absent. Of several places the one named most like the variable counts, because equal numbers may
    mean anything.
    """
    response = exchange.response
    if response is None or response.status >= 400:
        return ""
    if f"{_UPLOAD_ID}{value}" in response.headers.get("location", ""):
        return _UPLOAD_ID
    if not response.is_json:
        return ""
    words = [word for word in name.lower().split("_") if not word.isdigit()]
    places = {
        place: sum(word in place.lower() for word in words)
        for place in [*_paths(response.json, value, "")] or [*_parts(response.json, value, "")]
    }
    best = max(places, key=places.__getitem__, default="")
    return best if places.get(best) or not value.isdigit() else ""


def _parts(node: Any, value: str, at: str, depth: int = 0) -> Iterator[str]:
    """Filters that cut the value out of a longer text, as of an address, by the characters around it."""
    if isinstance(node, dict | list):
        for key, member in _members(node, depth):
            yield from _parts(member, value, _at(at, key), depth + 1)
    elif isinstance(node, str) and len(value) >= _LEAST_PART and value in node:
        before, _, after = node.partition(value)
        if "'" not in before[-1:] + after[:1] and (not before or before[-1] not in value):
            behind = f" | split({json.dumps(after[0])})[{(before + value).count(after[0])}]" if after else ""
            yield at + behind + (f" | split({json.dumps(before[-1])})[-1]" if before else "")


def _at(at: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{at or '.'}[{key}]"
    return at + (f".{key}" if _PLAIN_KEY.fullmatch(key) else f'["{key}"]')


def _members(node: dict[str, Any] | list[Any], depth: int) -> Iterable[tuple[str | int, Any]]:
    if depth > DEEPEST:
        return ()
    return node.items() if isinstance(node, dict) else enumerate(node)


def _paths(node: Any, value: str, at: str, depth: int = 0) -> Iterator[str]:
    if isinstance(node, dict | list):
        for key, member in _members(node, depth):
            yield from _paths(member, value, _at(at, key), depth + 1)
    elif not isinstance(node, bool) and node is not None and str(node) == value:
        yield at or "."
