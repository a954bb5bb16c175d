"""Describes outages of the target in sentences for the views."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from peertube_conformance.reports.formatting import counted, on_one_line, verbatim
from peertube_conformance.reports.views.run_summary import Document, Members

_MAX_REASON = 160


@dataclass(frozen=True, slots=True)
class Suspect:
    """A request that may have caused the outage: its result and its curl line."""

    text: str
    curl: str


@dataclass(frozen=True, slots=True)
class OutageView:
    """One outage: a sentence that describes it, and the requests that may be the cause, the likeliest first."""

    sentence: str
    suspects: tuple[Suspect, ...]


def outages(document: Document) -> Iterator[OutageView]:
    """Yields every outage of the target; documents of earlier releases have none."""
    for death in document.get("deaths", ()):
        found = death["guilty"]
        if found is not None:
            advice = (
                f"the cause is {on_one_line(found['request'])}: the target stopped again when this request was "
                "replayed alone"
            )
            suspects = [Suspect(on_one_line(found["request"]), verbatim(found["curl"]))]
        else:
            advice = "these requests came just before it, the most likely cause first"
            if death["replayed"]:
                again = counted(death["replayed"], "request that came", "requests that came")
                advice = f"{again} before it did not stop the target when replayed; {advice}"
            suspects = [_suspect(before) for before in reversed(death["before"])]
        yield OutageView(f"{_happened(death)}; {advice}", tuple(suspects))


def _happened(death: Members) -> str:
    at = datetime.datetime.fromtimestamp(death["at"], datetime.UTC).strftime("%H:%M:%S UTC")
    after = "was back" if death["isBack"] else "was not back"
    reason = on_one_line(death["reason"], _MAX_REASON)
    return f"the target stopped answering at {at} ({reason}) and {after} after {death['seconds']:,.0f} s"


def _suspect(before: Members) -> Suspect:
    answer = f"answered {before['status']}" if before["status"] is not None else on_one_line(before["failure"])
    return Suspect(
        f"{before['operationId']} as {before['role']}: {on_one_line(before['request'])} ({answer})",
        verbatim(before["curl"]),
    )
