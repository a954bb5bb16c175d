"""The verdict of a run: the answer, the reason, the exit code that goes with it, and how much was tested.

It is computed here alone, from the members of the run document, and stands in it: every view and command reads it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peertube_conformance.reports.formatting import counted, listed
from peertube_conformance.reports.model.finding import Level
from peertube_conformance.reports.model.shard import Shard
from peertube_conformance.reports.model.verdict import Verdict

Document = Mapping[str, Any]
SCHEMA_VERSION = 2
# Verdicts of an operation or a flow that was tested.
TESTED = frozenset({Verdict.PASSED, Verdict.FAILED, Verdict.KNOWN, Verdict.NOT_IMPLEMENTED})
_MAX_NAMES = 3


class Answer(StrEnum):
    """The overall result of a run."""

    CONFORMS = "conforms"
    NOTHING_FOUND = "nothing found"
    FAILS = "does not conform"
    INTERRUPTED = "interrupted"
    INCONCLUSIVE = "inconclusive"
    NOTHING = "nothing was tested"


EXIT_CODES: Mapping[Answer, int] = {
    Answer.CONFORMS: 0,
    Answer.NOTHING_FOUND: 0,
    Answer.FAILS: 1,
    Answer.INTERRUPTED: 2,
    Answer.INCONCLUSIVE: 3,
    Answer.NOTHING: 5,
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, as far as its record does not say: each reason is empty where there is none.

    With `strict`, known deviations that no longer occur fail the run.
    """

    interrupted: str = ""
    harness_failure: str = ""
    strict: bool = False


NORMAL_END = Ending()


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """The verdict of a run.

    `tested` of `offered` operations were tested one by one, `in_part` of these without one of their phases;
    `without_evidence` requirements were neither confirmed nor violated. `harness_failed` distinguishes an inconclusive
    run that the harness itself spoiled; `shard` names the part of a run that was judged alone (`shard 2 of 4`).
    """

    answer: Answer
    reason: str
    tested: int
    offered: int
    in_part: int
    without_evidence: int
    harness_failed: bool = False
    shard: str = ""

    @property
    def exit_code(self) -> int:
        """The exit code of a run with this verdict."""
        return EXIT_CODES[self.answer]

    @property
    def headline(self) -> str:
        """The answer with the numbers, the same in every view: `nothing found (12 of 120 tested)`."""
        return f"{self.answer} ({self.extent})"

    @property
    def extent(self) -> str:
        """How much was tested: `12 of 120 tested`, of a shard `12 of 120 tested, shard 2 of 4`."""
        tested = f"{self.tested:,} of {self.offered:,} tested"
        return f"{tested}, {self.shard}" if self.shard else tested

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> RunVerdict:
        """Reads a verdict from the run document."""
        return cls(
            Answer(members["answer"]),
            members["reason"],
            members["tested"],
            members["offered"],
            members["testedInPart"],
            members["requirementsWithoutEvidence"],
            members["harnessFailed"],
            members.get("shard", ""),
        )

    def to_json(self) -> dict[str, Any]:
        """The member `runVerdict` of the run document."""
        return {
            "answer": self.answer.value,
            "reason": self.reason,
            "tested": self.tested,
            "offered": self.offered,
            "testedInPart": self.in_part,
            "requirementsWithoutEvidence": self.without_evidence,
            "harnessFailed": self.harness_failed,
            "shard": self.shard,
        }


def concluded(document: Document, ending: Ending) -> dict[str, Any]:
    """The document with its verdict and exit code."""
    verdict = run_verdict(document, ending)
    return {**document, "runVerdict": verdict.to_json(), "exitCode": verdict.exit_code}


def counted_verdicts(entries: Iterable[Document]) -> dict[str, int]:
    """How many operations, flows or requirements have each verdict."""
    counts = Counter(entry["verdict"] for entry in entries)
    return {verdict.value: counts[verdict.value] for verdict in Verdict}


def run_verdict(document: Document, ending: Ending) -> RunVerdict:
    """Judges a run document: the first rule that applies gives the answer."""
    one_by_one = "operations" in document["tests"]
    operations = document["operations"] if one_by_one else ()
    tested = [entry for entry in operations if entry["verdict"] in TESTED]
    not_offered = sum(entry["verdict"] == Verdict.NOT_APPLICABLE for entry in document["operations"])
    in_part = sum(bool(entry.get("phasesNotTested")) for entry in tested)
    # What --operations, --tags and --shard leave out is no entry of the document, and yet offered.
    offered = max(document["contract"]["operations"], len(document["operations"])) - not_offered
    answer, reason = _answer(document, ending, is_whole=one_by_one and len(tested) == offered and not in_part)
    return RunVerdict(
        answer=answer,
        reason=reason,
        tested=len(tested),
        offered=offered,
        in_part=in_part,
        without_evidence=sum(entry["verdict"] == Verdict.NO_EVIDENCE for entry in document["requirements"]),
        harness_failed=answer is Answer.INCONCLUSIVE and reason == _harness_failure(document, ending),
        shard=Shard.from_json(document).name,
    )


def _answer(document: Document, ending: Ending, *, is_whole: bool) -> tuple[Answer, str]:
    rules: tuple[tuple[Answer, Callable[[], str]], ...] = (
        (Answer.INTERRUPTED, lambda: ending.interrupted),
        (Answer.INCONCLUSIVE, lambda: _stopped(document, unjudgeable=True)),
        (Answer.INTERRUPTED if _is_any_tested(document) else Answer.INCONCLUSIVE, lambda: _gone(document)),
        (Answer.INCONCLUSIVE, lambda: _harness_failure(document, ending)),
        (Answer.NOTHING, lambda: "" if document["tests"] else "no test ran"),
        (Answer.FAILS, lambda: _failure(document, ending)),
        (Answer.INCONCLUSIVE, lambda: _stopped(document, unjudgeable=False)),
        (Answer.INCONCLUSIVE, lambda: _ceiling(document)),
        (Answer.INCONCLUSIVE, lambda: _blocked(document)),
        (Answer.INCONCLUSIVE, lambda: "" if _is_judged(document) else "nothing could be judged"),
    )
    for answer, reason_of in rules:
        reason = reason_of()
        if reason:
            return answer, reason
    return (Answer.CONFORMS if is_whole else Answer.NOTHING_FOUND), ""


def _is_any_tested(document: Document) -> bool:
    """Whether any operation was tested one by one, or any flow."""
    operations = document["operations"] if "operations" in document["tests"] else ()
    return any(entry["verdict"] in TESTED for entry in (*operations, *document.get("flows", ())))


def _gone(document: Document) -> str:
    last = document.get("deaths", ())[-1:]
    return "the target no longer answers" if any(not death["isBack"] for death in last) else ""


def _harness_failure(document: Document, ending: Ending) -> str:
    errors: Sequence[str] = document["errors"]
    if errors:
        return f"the harness failed: {errors[0]}" + (f" and {len(errors) - 1} more" if len(errors) > 1 else "")
    return ending.harness_failure


def _stopped(document: Document, *, unjudgeable: bool) -> str:
    """Why the run ended early; with `unjudgeable` only because no answer of the target could be judged."""
    return next((str(stop["reason"]) for stop in document["stopped"] if stop["unjudgeable"] is unjudgeable), "")


def _failure(document: Document, ending: Ending) -> str:
    weakest = Level(document["failOn"])
    found = [f for f in document["findings"] if f["deviation"] is None and Level(f["level"]).is_at_least(weakest)]
    if found:
        intermittent = sum(bool(f.get("intermittent")) for f in found)
        counts = ((len(found) - intermittent, "finding"), (intermittent, "intermittent finding"))
        return " and ".join(counted(number, what) for number, what in counts if number)
    stale = document["deviations"]["stale"] if ending.strict else ()
    return f"{counted(len(stale), 'known deviation')} no longer found" if stale else ""


def _ceiling(document: Document) -> str:
    """Which tests reached their ceiling of requests, or that the run did."""
    reached = document.get("requests", {}).get("reached", ())
    run = next((str(each["reason"]) for each in reached if not each["item"]), "")
    items = listed((each["item"] for each in reached), _MAX_NAMES)
    return run or (f"{counted(len(reached), 'test')} reached the ceiling of requests ({items})" if reached else "")


def _blocked(document: Document) -> str:
    """What could not be tested although the instance offers it, except where a finding is the cause."""
    for kind, identity in (("operation", "operationId"), ("flow", "name"), ("requirement", "id")):
        entries = document.get(f"{kind}s", ())
        blocked = [e for e in entries if e["verdict"] == Verdict.BLOCKED and not e.get("blockedBy")]
        if kind == "operation" and "operations" not in document["tests"]:
            continue
        if blocked:
            names = listed((entry[identity] for entry in blocked), _MAX_NAMES)
            return f"{counted(len(blocked), kind)} blocked ({names})"
    return ""


def _is_judged(document: Document) -> bool:
    """Whether anything was tested: an operation, a flow, or an enumerated test with evidence."""
    entries = [*document["operations"], *document.get("flows", ())]
    return "enumerated" in document["tests"] or any(entry["verdict"] in TESTED for entry in entries)
