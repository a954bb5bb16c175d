"""Tries a draw on the filled instance, and judges how the run ended and what it left."""

from __future__ import annotations

import contextlib
import json
import mailbox
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peertube_conformance.spec import load_contract
from tests.promise.filled_instance import FilledInstance, Serving
from tests.promise.ledgers import closed_to_nobody
from tests.promise.trial import Children, served_behind
from tests.surprises.draws import Draw
from tests.surprises.kinds import KINDS
from tests.surprises.surprising_proxy import SurprisingProxy

# A narrow run has some hundred requests, and a whole one some thousands.
_MOST_REQUESTS = {False: 15_000, True: 60_000}
# A rate limit that a response announces is waited for in true seconds: the windows are kept by the wall clock.
_SECONDS = {False: 500.0, True: 900.0}
_NO_TRACEBACK = re.compile(r"Traceback \(most recent|INTERNALERROR|^E  ", re.MULTILINE)
_TABLES = ("users", "registrations")
# Of docs/ci.md: without 2, which says that somebody interrupted the run.
_CODES = frozenset({0, 1, 3, 4})
_UNUSABLE = 4


@dataclass(slots=True)
class Outcome:
    """How a run ended that met a surprising answer: what is wrong with it, and what it printed."""

    draw: Draw
    replaced: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    output: str = ""
    exit_code: int | None = None
    requests: int = 0
    seconds: float = 0.0
    last_requests: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        lines = [str(self.draw), *(f"replaced: {each}" for each in self.replaced[:3])]
        lines += [f"problem: {each}" for each in self.problems]
        return "\n".join([*lines, "output:", self.output[-3000:], "last requests:", *self.last_requests])


@dataclass
class Trials:
    """The filled instance behind the surprising proxy, for any number of draws one after the other."""

    filled: FilledInstance
    proxy: SurprisingProxy
    serving: Serving
    children: Children

    def outcome(self, draw: Draw) -> Outcome:
        """Runs the harness on the freshly restored instance with this draw, then reaps without the proxy's surprise."""
        began = time.monotonic()
        outcome = Outcome(draw)
        folder = Path(tempfile.mkdtemp(prefix="surprises-"))
        self.serving.on_loop(self.filled.restore)
        self.filled.outbox.maildir = mailbox.Maildir(folder / "mail")
        try:
            self._run(draw, outcome, folder)
            if outcome.exit_code is not None:
                outcome.problems += judged(outcome, _document(folder))
            self._reap(outcome, folder)
        finally:
            closed_to_nobody(folder)
            shutil.rmtree(folder, ignore_errors=True)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _run(self, draw: Draw, outcome: Outcome, folder: Path) -> None:
        most = _MOST_REQUESTS[draw.whole]

        def beyond() -> None:
            outcome.problems.append(f"does not end: more than {most:,} requests")
            self.children.kill()

        self.serving.on_loop(lambda: self.proxy.begin(draw, most, beyond))
        arguments = [*_RUN, *draw.options, "--seed", str(draw.seed), "--base-url", self.serving.base_url]
        arguments += ["--report-dir", str(folder / "report"), "--mailbox", f"maildir:{folder}/mail"]
        outcome.output, outcome.exit_code = self._called(arguments, folder, draw)
        outcome.replaced, outcome.requests = list(self.proxy.replaced), self.proxy.asked
        outcome.last_requests = self.proxy.log[-5:]
        if outcome.exit_code is None:
            outcome.problems.append(f"did not end within {_SECONDS[draw.whole]:.0f} s")

    def _called(self, arguments: list[str], folder: Path, draw: Draw) -> tuple[str, int | None]:
        """Output and exit code of a command; without exit code where it did not end in time."""
        job = {"do": "command", "arguments": arguments, "baseUrl": self.serving.base_url, "folder": str(folder)}
        _, notes = self.children.do(_SECONDS[draw.whole], **job)
        output = "\n".join(notes[:-1])
        return (output, int(notes[-1])) if notes and notes[-1].isdecimal() else ("\n".join(notes), None)

    def _reap(self, outcome: Outcome, folder: Path) -> None:
        """Removes what is left without a surprise, after which nothing may be left."""
        self.serving.on_loop(self.proxy.begin)
        arguments = ["reap", "--base-url", self.serving.base_url, "--admin-username", "root"]
        output, code = self._called(arguments, folder, outcome.draw)
        left = self.serving.on_loop(self._left)
        unlisted = [name for name in left if name not in output]
        if unlisted:
            outcome.problems.append(f"after reap there are {unlisted}, not listed; reap said {output[-600:]!r}")
        if code != 0 and not left:
            outcome.problems.append(f"reap ended with {code}: {output[-600:]!r}")

    def _left(self) -> list[str]:
        """The names of users and registrations of the run; a server deletes everything else with its user."""
        return sorted({row.username for table in _TABLES for row in self.filled.new_rows(table)})


_RUN = ("run", "-n", "0", "-q", "--depth", "smoke", "--admin-username", "root", "--safety", "sandbox")


def judged(outcome: Outcome, document: Mapping[str, Any] | None) -> list[str]:
    """What is wrong with a run that ended by itself, in sentences; `document` is its run document, if it wrote one."""
    problems = [f"printed {found.group()!r}" for found in _NO_TRACEBACK.finditer(outcome.output)][:1]
    if outcome.exit_code not in _CODES:
        problems.append(f"exit code {outcome.exit_code}")
    if document is None:
        if outcome.exit_code != _UNUSABLE:
            problems.append(f"exit code {outcome.exit_code} without a report")
        return problems
    problems += _wrong_in(document)
    if not outcome.replaced and outcome.exit_code != 0 and _is_offered(document):
        problems.append(f"exit code {outcome.exit_code} although nothing was replaced")
    if outcome.replaced and KINDS[outcome.draw.kind].is_wrong and outcome.exit_code == 0:
        problems.append("exit code 0 although a wrong answer was sent")
    return problems


def _wrong_in(document: Mapping[str, Any]) -> Iterator[str]:
    for operation in document["operations"]:
        if operation["verdict"] == "error":
            yield f"{operation['operationId']}: error: {operation['reason']}"
    code, counting = document["exitCode"], _counting(document)
    if code == 0 and counting:
        yield "exit code 0 with findings"
    if code == 1 and not counting:
        yield "exit code 1 without findings"


def _counting(document: Mapping[str, Any]) -> bool:
    """Whether there is a finding that fails a run: its level is MUST, and no deviation explains it."""
    return any(finding["level"] == "must" and finding["deviation"] is None for finding in document["findings"])


def _is_offered(document: Mapping[str, Any]) -> bool:
    """Whether the instance offers any operation that the run was to test."""
    return any(operation["verdict"] != "not-applicable" for operation in document["operations"])


def _document(folder: Path) -> Mapping[str, Any] | None:
    with contextlib.suppress(FileNotFoundError):
        return dict(json.loads((folder / "report" / "run.json").read_text()))
    return None


@contextmanager
def trials() -> Iterator[Trials]:
    """Creates everything that draws need, once."""
    with served_behind(lambda filled: SurprisingProxy(filled, load_contract())) as made:
        yield Trials(*made)
