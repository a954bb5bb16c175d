"""Carries a plan out on the filled instance, and compares other people's data before and after."""

from __future__ import annotations

import contextlib
import json
import mailbox
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from peertube_conformance.fixtures.instance.startup_settings import ADMIN_NAME
from tests.promise.filled_instance import FilledInstance, Serving, listening
from tests.promise.ledgers import Victim, closed_to_nobody, damage
from tests.promise.lies import Lie
from tests.promise.lying_proxy import Harmful, LyingProxy
from tests.promise.plans import Plan, simpler
from tests.promise.snapshot import Difference, harm

_TOP = Path(__file__).parents[2]
Proxy = TypeVar("Proxy")
# A narrow run has about a hundred requests, a whole one some thousands; a flow that finds a lie repeats its steps to
# shorten them, for half a minute and once more to confirm them.
MOST_REQUESTS = {False: 20_000, True: 200_000}
_SECONDS = {False: 90.0, True: 600.0}


@dataclass(slots=True)
class Outcome:
    """The outcome of a plan: harm to others with the requests that did it, and the notes of the processes."""

    plan: Plan
    harm: list[Difference] = field(default_factory=list)
    harmful: list[Harmful] = field(default_factory=list)
    endless: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    lies: int = 0
    seconds: float = 0.0
    processor: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nobody was harmed, and everything ended."""
        return not self.harm and not self.harmful and not self.endless

    def __str__(self) -> str:
        parts = [
            str(self.plan),
            *self.endless,
            *(f"changed: {each}" for each in self.harm[:20]),
            *(f"by request {each}" for each in self.harmful[:3]),
            *(f"note: {each[:200]}" for each in self.notes),
        ]
        return "\n".join(parts)


class Children:
    """The process that forks runs and reaps, and its one child at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.promise.child"],
            cwd=_TOP,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._known = threading.Event()
        self._number = 0

    def do(self, seconds: float, **job: Any) -> tuple[float, list[str]]:
        """Runs the job in a child; returns its processor time, and its notes.

        The child is killed after so many seconds.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        self._number = json.loads(self._process.stdout.readline())["pid"]
        self._known.set()
        timer = threading.Timer(seconds, self.kill)
        timer.start()
        ended = json.loads(self._process.stdout.readline())
        timer.cancel()
        self._known.clear()
        notes = Path(job["folder"]) / "notes.json"
        reported = json.loads(notes.read_text()) if notes.exists() else []
        notes.unlink(missing_ok=True)
        return ended["seconds"], reported

    def kill(self) -> None:
        """Kills the child with SIGKILL."""
        if self._known.wait(10):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._number, signal.SIGKILL)

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@dataclass
class Trials:
    """The filled instance behind the lying proxy, for any number of plans one after the other."""

    filled: FilledInstance
    proxy: LyingProxy
    serving: Serving
    children: Children

    def outcome(self, plan: Plan) -> Outcome:
        """Carries the plan out on the freshly restored instance, and returns its outcome."""
        began = time.monotonic()
        self.serving.on_loop(self.filled.restore)
        self.proxy.forget()
        began_processor = time.process_time()
        outcome = Outcome(plan)
        folder = Path(tempfile.mkdtemp(prefix="promise-"))
        self.filled.outbox.maildir = mailbox.Maildir(folder / "mail") if plan.whole else None
        try:
            self._run(plan, outcome, folder)
            if plan.restored == "before reap":
                self.serving.on_loop(self.filled.restore_backup)
            victims = self.serving.on_loop(self._victims)
            damage(folder / "state", self.serving.base_url, victims, plan.damages, plan.damage_seed)
            self._reap(plan, outcome, folder)
        finally:
            closed_to_nobody(folder)
            shutil.rmtree(folder, ignore_errors=True)
        outcome.harm = self.serving.on_loop(lambda: harm(self.filled.before, self.filled.snapshot()))
        outcome.harmful, outcome.requests = self.proxy.harmful, self.proxy.log
        outcome.lies = len(self.proxy.reported)
        outcome.processor += time.process_time() - began_processor
        outcome.seconds = time.monotonic() - began
        return outcome

    def _run(self, plan: Plan, outcome: Outcome, folder: Path) -> None:
        moments: dict[int, Callable[[], None]] = {}
        if plan.restored == "in the run":
            moments[plan.restored_at] = self._put_back
        if plan.killed_at:
            moments[plan.killed_at] = self.children.kill
        self._begin(plan, outcome, plan.lies, moments)
        job = {"do": "whole" if plan.whole else "run", "safety": plan.safety, "steps": plan.steps, "runId": plan.run_id}
        self._do(plan, outcome, folder, job)

    def _reap(self, plan: Plan, outcome: Outcome, folder: Path) -> None:
        self._begin(plan, outcome, plan.reap_lies, {})
        job: dict[str, Any] = {"do": "reap"}
        if plan.reap != "reap":
            job = {"do": "whole", "safety": plan.reap, "reap": True}
        self._do(plan, outcome, folder, job)

    def _begin(self, plan: Plan, outcome: Outcome, lies: Sequence[Lie], moments: dict[int, Callable[[], None]]) -> None:
        self.proxy.most = MOST_REQUESTS[plan.whole]

        def beyond() -> None:
            outcome.endless.append(f"does not end: {self.proxy.log[-3:]}")
            self.children.kill()

        self.proxy.beyond = beyond
        self.serving.on_loop(lambda: self.proxy.begin(lies, plan.half, moments))

    def _do(self, plan: Plan, outcome: Outcome, folder: Path, job: dict[str, Any]) -> None:
        given = {"baseUrl": self.serving.base_url, "folder": str(folder), "seed": plan.seed}
        seconds, notes = self.children.do(_SECONDS[plan.whole], **job, **given)
        outcome.processor += seconds
        outcome.notes += [f"{job['do']}: {note}" for note in notes]

    def _put_back(self) -> None:
        self.filled.restore_backup()
        self.proxy.is_different_now()

    def _victims(self) -> tuple[Victim, ...]:
        users = (self.filled.state.users.by("username", name) for name in (*self.filled.people, ADMIN_NAME))
        return tuple(Victim(user.username, user.id, f"{user.username}_home") for user in users if user is not None)

    def shrunk(self, outcome: Outcome, seconds: float = 60.0) -> Outcome:
        """The outcome of the simplest plan found within so many seconds that fails too."""
        ends = time.monotonic() + seconds
        tried: set[Plan] = set()
        is_simpler = True
        while is_simpler and time.monotonic() < ends:
            is_simpler = False
            for plan in simpler(outcome.plan):
                if plan in tried or time.monotonic() > ends:
                    continue
                tried.add(plan)
                found = self.outcome(plan)
                if not found.holds:
                    outcome, is_simpler = found, True
                    break
        return outcome


@contextmanager
def served_behind(made: Callable[[FilledInstance], Proxy]) -> Iterator[tuple[FilledInstance, Proxy, Serving, Children]]:
    """A filled instance that is served behind a proxy made for it, and the process that forks runs."""
    serving = listening()
    children = Children()
    try:
        filled = FilledInstance(serving.base_url)
        proxy = made(filled)
        with serving.serving(proxy):
            yield filled, proxy, serving, children
        filled.instance.close()
    finally:
        children.close()


@contextmanager
def trials() -> Iterator[Trials]:
    """Creates everything that plans need, once."""
    with served_behind(LyingProxy) as made:
        yield Trials(*made)
