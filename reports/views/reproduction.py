"""The shell lines that reproduce a finding: one curl line, or those of the sequence of steps that leads to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from peertube_conformance.reports.formatting import verbatim
from peertube_conformance.reports.views.run_summary import Members

_USED = re.compile(r"\$([A-Z][A-Z0-9_]*)")
_SET = re.compile(r"([A-Z][A-Z0-9_]*)=")


@dataclass(frozen=True, slots=True)
class Replay:
    """Lines for a POSIX shell, and the variables to set before they run."""

    text: str
    needs: tuple[str, ...]


def replay(finding: Members) -> Replay:
    """The shell lines that replay a finding. Those of a sequence set variables from its responses by means of jq."""
    steps = finding.get("steps") or ()
    if not steps:
        return Replay(verbatim(finding["curl"]), tuple(finding["needs"]))
    lines: list[str] = []
    needs: dict[str, None] = {}
    known: set[str] = set()
    for step in steps:
        call = step["call"]
        lines += [call if call.startswith("#") else f"# {call}"] if call else []
        lines += step["lines"]
        for line in step["lines"]:
            needs.update((name, None) for name in _USED.findall(line) if name not in known)
            found = _SET.match(line)
            if found:
                known.add(found[1])
    return Replay("\n".join(verbatim(line) for line in lines), tuple(needs))
