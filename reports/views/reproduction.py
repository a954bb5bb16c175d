"""How a person sees a finding again: one curl line, or the lines of the walk that leads to it."""

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
    """What to run. The lines of a walk set the variables that its answers give; jq reads them."""
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
