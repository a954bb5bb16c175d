"""The observed behaviour of one operation, in a form that two runs are compared by: no ids, no times, no order."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from peertube_conformance.reports.model.exchange import Intent
from peertube_conformance.reports.model.verdict import Verdict
from peertube_conformance.reports.run_document.latency import latency_of

# These belong to the connection or to a proxy on the way, and change from one request to the next.
_HEADERS_LEFT_OUT = frozenset({"age", "connection", "content-length", "date", "keep-alive", "transfer-encoding", "via"})
# Further parts of an operation's responses are alike.
_MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class PhaseOutcome:
    """How a phase of an operation ended; `cause` is the fingerprint of the finding that blocked it, if there is one."""

    verdict: Verdict
    reason: str
    phase: str
    cause: str = ""


def _counters() -> defaultdict[str, Counter[str]]:
    return defaultdict(Counter)


@dataclass(slots=True)
class Behaviour:
    """Collects the recorded exchanges of one operation.

    `accepted` counts successes, except those of requests that only prepare others; `faulted` counts valid requests with
    findings. `tested` counts the requests that were generated, have a defect or meet a situation; `others` those of flows
    and hand-written tests, and preparing ones. `shape` maps status to pointer to type to the number of responses that had
    it; `situations` maps a situation (`invalid: query/count maximum (user)`) to its outcomes (`400 code`) and how often
    each occurred; `situation_ids` maps those that have an id to the same with the id in place of the text. `in_part` says
    what of a response was judged, where that was not the whole.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    accepted: int = 0
    tested: int = 0
    others: int = 0
    latencies: list[float] = field(default_factory=list)
    outcomes: list[PhaseOutcome] = field(default_factory=list)
    faulted: int = 0
    shape: dict[str, defaultdict[str, Counter[str]]] = field(default_factory=dict)
    media_types: defaultdict[str, Counter[str]] = field(default_factory=_counters)
    headers: defaultdict[str, Counter[str]] = field(default_factory=_counters)
    situations: defaultdict[str, Counter[str]] = field(default_factory=_counters)
    situation_ids: dict[str, str] = field(default_factory=dict)
    in_part: Counter[str] = field(default_factory=Counter)

    def add(self, part: Mapping[str, Any]) -> None:
        """Adds one recorded exchange."""
        self.in_part.update(part.get("inPart", ()))
        if part["intent"] != Intent.ARRANGED or part["violation"]:
            self.tested += 1
        else:
            self.others += 1
        response = part["response"]
        self.faulted += part["intent"] == Intent.VALID and bool(part.get("findings") or part.get("more"))
        if response is None:
            self._answered(part, "no response")
            return
        self.statuses[response["status"]] += 1
        self.latencies.append(response["milliseconds"])
        if not part.get("counted", True):
            return
        self.accepted += part["intent"] != Intent.ARRANGED and response["status"] < 400
        status = str(response["status"])
        shape = self.shape.setdefault(status, _counters())
        for pointer, types in response["shape"].items():
            counts = shape[pointer]
            for kind in types:
                counts[kind] += 1
        names = {name.lower(): value for name, value in response["headers"]}
        media_type = names.get("content-type", "").partition(";")[0].strip().lower()
        self.media_types[status][media_type or "none"] += 1
        self.headers[status].update(names.keys() - _HEADERS_LEFT_OUT)
        self._answered(part, f"{status} {_code(response)}".rstrip())

    def _answered(self, part: Mapping[str, Any], outcome: str) -> None:
        situation = situation_of(part)
        self.situations[situation][outcome] += 1
        if part.get("situation"):
            self.situation_ids[situation] = situation_id_of(part)

    def to_json(self) -> dict[str, Any]:
        """The members of `operations[]` that describe the observed behaviour."""
        return {
            "requests": {"tested": self.tested, "others": self.others},
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "latency": latency_of(self.latencies),
            "shape": {status: _sorted(shape) for status, shape in sorted(self.shape.items())},
            "mediaTypes": _sorted(self.media_types),
            "headers": _sorted(self.headers),
            "situations": _sorted(self.situations),
            "situationIds": dict(sorted(self.situation_ids.items())),
            "judgedInPart": [part for part, _ in self.in_part.most_common(_MOST_PARTS)],
        }


def situation_of(part: Mapping[str, Any]) -> str:
    """The situation of an exchange as readable text: `provoked: A name that a channel has already (user)`."""
    return _asked(part, part["violation"])


def situation_id_of(part: Mapping[str, Any]) -> str:
    """The situation of an exchange by its permanent id: `provoked: channel-name-taken (user)`."""
    return _asked(part, part.get("situation") or part["violation"])


def is_drawn(situation: str) -> bool:
    """Whether the requests of this situation were drawn at random; those of others are the same every time."""
    return situation.startswith((Intent.VALID, Intent.ARRANGED))


def _asked(part: Mapping[str, Any], purpose: str) -> str:
    what = f"{part['intent']}: {purpose}" if purpose else part["intent"]
    return f"{what} ({part['role']})"


def _code(response: Mapping[str, Any]) -> str:
    """The `code` member of a problem details object (reference, "Errors"); empty where there is none."""
    if response["status"] < 400 or '"code"' not in response["body"]:
        return ""
    try:
        body = json.loads(response["body"])
    except (ValueError, RecursionError):
        return ""
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) else ""


def _sorted(counted: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {key: dict(sorted(counts.items())) for key, counts in sorted(counted.items())}
