"""What the operator of an instance does about a change: one sentence for each kind."""

from __future__ import annotations

from collections.abc import Mapping

from peertube_conformance.reports.comparison.change import ADDED, BODY_VANISHED, REMOVED, Change, Kind, Subject
from peertube_conformance.reports.model.verdict import Verdict

_NOTHING = "Nothing needs to be done."
_NO_EVIDENCE = "Run again with the depth, tier, accounts and mailbox of the earlier run, if this is to be judged."
_UNJUDGED: Mapping[str, str] = {
    Verdict.NOT_APPLICABLE: "Enable the feature on the later instance and run again, if this is to be judged.",
    Verdict.BLOCKED: "Remove the obstacle that the reason names, and run again.",
    Verdict.ERROR: "Report the error of this tool, and run again.",
}
_KINDS: Mapping[Kind, str] = {
    Kind.FIX: "Remove what works around it, such as an entry in a file of known deviations.",
    Kind.STATUS: "Check that clients and scripts do not depend on the earlier response.",
    Kind.SLOWER: "Repeat both runs while nothing else runs, then compare the load and the database of the instances.",
    Kind.NEWLY_CHECKED: "Test the earlier server with this version of the tool, to see whether the upgrade is the cause.",
    Kind.UNJUDGED: _NO_EVIDENCE,
    Kind.NEW: _NOTHING,
    Kind.GONE: "Change clients and scripts that use it before you upgrade.",
}
_SHAPES: Mapping[str, str] = {
    ADDED: "Nothing needs to be done: clients ignore members that they do not know.",
    REMOVED: "Change clients and scripts that read it before you upgrade.",
    BODY_VANISHED: "Check that clients do not read the body of this status as JSON.",
}
_SHAPE = "Check that clients and scripts accept the new form."
_ROUTE = "Change clients and scripts that call it before you upgrade, or stay with the earlier release."
_SERVER_ERROR = "Look for the error in the server's log, and report it to the server's developers before you upgrade."
_REGRESSION = (
    "Send the request to both servers, and report the difference to the server's developers before you upgrade."
)


def advice(change: Change) -> str:
    """What an operator does about a change, in one sentence."""
    if change.announced and change.kind in {Kind.NEW, Kind.SHAPE} and change.effect != REMOVED:
        return "Nothing needs to be done: the contract of the newer release announces it."
    if change.about is Subject.ROUTE and change.kind in {Kind.REGRESSION, Kind.GONE}:
        return _ROUTE
    if change.kind is Kind.NEWLY_CHECKED and change.about is Subject.REQUIREMENT:
        return _NOTHING
    match change.kind:
        case Kind.REGRESSION:
            return _SERVER_ERROR if change.status.startswith("5") else _REGRESSION
        case Kind.SHAPE:
            return _SHAPES.get(change.effect, _SHAPE)
        case Kind.UNJUDGED:
            return _UNJUDGED.get(str(change.after), _NO_EVIDENCE)
        case _:
            return _KINDS[change.kind]
