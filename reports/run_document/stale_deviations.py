"""Determines which known deviations are stale: only one whose situation a run exercised can be said to be gone."""

from __future__ import annotations

import fnmatch
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from peertube_conformance.reports.model.exchange import Intent
from peertube_conformance.spec import Defect
from peertube_conformance.spec.deviations import Deviation

_WITHIN = ("/response/body", "/response/headers")
_WHOLE = frozenset({"/request", "/request*"})
# A fingerprint does not say which value of a part of the request shows the defect; among so many, one would have.
_ENOUGH = 50
_Pattern = tuple[str, str, str, str]


class Exercised:
    """Collects which requirements were tested for which operation, status and part of the request."""

    def __init__(self) -> None:
        # Maps operation, status, and where the request breaks the contract to the requirements that were tested.
        self._judged: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        self._times: Counter[tuple[str, str, str]] = Counter()

    def add(self, part: Mapping[str, Any]) -> None:
        """Adds one recorded exchange."""
        if part["response"] is None or not part.get("counted", True):
            return
        defect = Defect(**part["defect"]) if part["defect"] and part["intent"] == Intent.INVALID else None
        at = f"/request/{defect.place}" if defect else "/request"
        key = (part["operationId"], str(part["response"]["status"]), at)
        self._judged[key].update(part["evidence"])
        self._times[key] += 1

    def is_stale(
        self, deviation: Deviation, contract: Collection[str], run: Collection[str], by_hand: Collection[str] = ()
    ) -> bool:
        """Whether a deviation that no finding matched is stale: this run, of some of the operations, would have met it.

        It would where it included every operation that the deviation names, tested whatever the deviation says is wrong
        in responses, and tried enough values where it is about parts of requests. `by_hand` are the requirements that
        hand-written tests tested, which do not say for which operation, and always do the same; flows take other steps
        in every run, so that what only they test is never said to be gone.
        """
        patterns = [_parts(pattern) for pattern in deviation.fingerprint]
        left_out = set(contract) - set(run)
        if deviation.occasional or any(
            fnmatch.fnmatchcase(name, operation) for operation, *_ in patterns for name in left_out
        ):
            return False
        asked = [pattern for pattern in patterns if pattern[3].startswith("/request")]
        answered = [pattern for pattern in patterns if not pattern[3].startswith("/request")]
        tried = sum(self._tried(*pattern) for pattern in asked)
        return all(self._was_judged(*pattern, by_hand) for pattern in answered) and (not asked or tried >= _ENOUGH)

    def _tried(self, operation: str, requirement: str, status: str, pointer: str) -> int:
        """The number of requests that had what such a finding is about; 0 for a server error whose pattern names no part
        of the request, as what makes the server fail is then unknown."""
        if pointer in _WHOLE and status.startswith("5"):
            return 0
        return sum(
            self._times[key]
            for key, judged in self._of(operation)
            if fnmatch.fnmatchcase(key[2], pointer) and fnmatch.filter(judged, requirement)
        )

    def _was_judged(
        self, operation: str, requirement: str, status: str, pointer: str, by_hand: Collection[str]
    ) -> bool:
        """Whether such a finding could have occurred. The status counts only for a finding within the response: else, an
        operation that was fixed responds with another."""
        within = pointer.startswith(_WITHIN)
        return any(
            (not within or fnmatch.fnmatchcase(key[1], status))
            and (requirement in by_hand or bool(fnmatch.filter(judged, requirement)))
            for key, judged in self._of(operation)
        )

    def _of(self, operation: str) -> Iterator[tuple[tuple[str, str, str], set[str]]]:
        return ((key, judged) for key, judged in self._judged.items() if fnmatch.fnmatchcase(key[0], operation))


def _parts(pattern: str) -> _Pattern:
    """Splits a pattern into operation, requirement, status and pointer; a last `*` stands for all that follow."""
    operation, requirement, status, pointer, *_ = [*pattern.split("|", 3), "*", "*", "*"]
    return operation, requirement, status, pointer
