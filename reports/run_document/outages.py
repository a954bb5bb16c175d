"""Outages of the target, and the requests just before each of them, one of which may be the cause."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

_MOST_BEFORE = 10
# Workers notice the same outage at their next requests, which may wait for windows of rate limits.
_SAME_OUTAGE_SECONDS = 30.0
_UNANSWERED_SECONDS = 60.0
_SUMMARY_FIELDS = ("id", "at", "operationId", "role", "curl", "needs")


class Deaths:
    """Collects recorded exchanges, in the order of each worker, and the outages that workers recorded between them."""

    def __init__(self) -> None:
        self._worker = ""
        self._last: deque[Mapping[str, Any]] = deque(maxlen=_MOST_BEFORE)
        self._unanswered: list[Mapping[str, Any]] = []
        self._deaths: list[dict[str, Any]] = []

    def add_exchange(self, part: Mapping[str, Any]) -> None:
        """Adds a recorded exchange."""
        worker = str(part["id"]).rpartition("-")[0]
        if worker != self._worker:
            self._worker = worker
            self._last.clear()
        self._last.append(part)
        if part["response"] is None:
            self._unanswered.append(part)

    def add_death(self, part: Mapping[str, Any]) -> None:
        """Adds an outage that a worker recorded: `worker`, `at`, `reason`, `isBack`, `seconds`, `replayed`, `guilty`."""
        before = list(self._last) if part["worker"] == self._worker else []
        self._deaths.append({**part, "before": before})

    def to_json(self) -> list[dict[str, Any]]:
        """Each outage once: when and why, whether and after how many seconds the target was back, the request that
        stopped it again when replayed (or null), and the last requests of all workers, those without response last."""
        deaths: list[dict[str, Any]] = []
        for noted in sorted(self._deaths, key=lambda death: float(death["at"])):
            if deaths and noted["at"] - deaths[-1]["at"] <= _SAME_OUTAGE_SECONDS:
                self._merge(deaths[-1], noted)
            else:
                deaths.append({key: value for key, value in noted.items() if key not in {"kind", "worker"}})
        for death in deaths:
            death["before"] = self._requests_before(death)
        return deaths

    @staticmethod
    def _merge(death: dict[str, Any], noted: Mapping[str, Any]) -> None:
        death["before"] = [*death["before"], *noted["before"]]
        death["isBack"] = death["isBack"] or noted["isBack"]
        death["seconds"] = max(death["seconds"], noted["seconds"])
        death["replayed"] += noted["replayed"]
        death["guilty"] = death["guilty"] or noted["guilty"]

    def _requests_before(self, death: Mapping[str, Any]) -> list[dict[str, Any]]:
        at = float(death["at"])
        # Workers that recorded no outage may have sent a request just then, which got no response either.
        lost = [part for part in self._unanswered if -_SAME_OUTAGE_SECONDS <= at - part["at"] <= _UNANSWERED_SECONDS]
        found = {part["id"]: part for part in [*death["before"], *lost]}.values()
        ordered = sorted(found, key=lambda part: (part["response"] is None, part["at"]))
        return [_summary(part) for part in ordered[-_MOST_BEFORE:]]


def _summary(part: Mapping[str, Any]) -> dict[str, Any]:
    request, response = part["request"], part["response"]
    return {
        **{key: part[key] for key in _SUMMARY_FIELDS},
        "request": f"{request['method']} {request['target']}",
        "status": None if response is None else response["status"],
        "failure": part["failure"],
    }
