"""The state shared by all walks of one flow: target, accounts, evidence; turns differences into findings."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from peertube_conformance.conformance.execution.assertions import Examination
from peertube_conformance.conformance.execution.item_costs import is_scarce, is_tight
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.precondition_errors import NotTested, OutOfRequests
from peertube_conformance.fixtures.run.run import WorkerEnvironment
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Exchange, Finding
from peertube_conformance.stateful.engine.reproduction_steps import Call, Story

_T = TypeVar("_T")


class Halted(BaseException):
    """A precondition error that ends the whole flow. No Exception, so that Hypothesis does not take it for a failure."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Shortened(Exception):
    """Hypothesis has shortened failing walks for as many requests as it may."""


class FoundAgain(NotTested):
    """The flow found again what it is run for, and nothing else is asked of it."""


class Violation(Exception):
    """The server behaves differently from the model.

    Each fingerprint has its own class: Hypothesis distinguishes failures by class, and must not take one for a shorter
    form of another.
    """

    def __init__(self, finding: Finding, exchange: Exchange, story: Story, values: Mapping[str, str]) -> None:
        super().__init__(f"{finding.message}: expected {finding.expected!r}, got {finding.actual!r}"[:500])
        self.finding = finding
        self.exchange = exchange
        self.story = story
        self.values = values


@cache
def _violation_class(_fingerprint: str) -> type[Violation]:
    return type("Violation", (Violation,), {})


def violation(finding: Finding, exchange: Exchange, story: Story, values: Mapping[str, str]) -> Violation:
    """Creates the exception that ends a walk with this finding.

    `values` are those of its variables: other walks have others.
    """
    return _violation_class(finding.fingerprint)(finding, exchange, story, values)


class Context(Examination):
    """One flow on one target. A walk begins with `begin`; accounts outlive it."""

    def __init__(self, session: Session, environment: WorkerEnvironment, name: str) -> None:
        super().__init__(session, environment, name)
        self.story = Story()
        self.walks = 0
        self.requests = 0
        self.calls: Counter[str] = Counter()
        self.failed_at: float | None = None
        # After how many requests of the item the first walk failed, and whether Hypothesis has shortened it long enough.
        self._failed_after = 0
        self.is_shortened = False
        self.violations: list[Violation] = []
        self.values: dict[str, str] = {}
        # What the checks of single exchanges found in each walk.
        self.found_by_checks: list[tuple[list[Finding], Story]] = []
        self._noted = len(session.reported)
        self._names: dict[str, list[str]] = {}

    def begin(self) -> None:
        """Begins a new walk; raises Halted where the time of the run is over."""
        try:
            self.session.check()
        except (OutOfTime, OutOfRequests) as up:
            raise Halted(up) from up
        if self.session.repetition.has_replayed:
            raise Halted(FoundAgain("found again"))
        if self._is_long_shortened:
            self.is_shortened = True
            raise Halted(Shortened())
        self.note_findings()
        self.walks += 1
        self.story = Story()

    def _end_if_replayed(self, exchange: Exchange, violation: Finding) -> None:
        """Ends the flow where this violation is the finding that it is run for."""
        wanted = self.session.options.replays
        if wanted is not None and wanted.fingerprint == violation.fingerprint:
            self.session.recorder.finding(exchange, violation)
            raise Halted(FoundAgain("found again"))

    def note_findings(self) -> None:
        """Notes what was found since the last call as found in this walk."""
        reported = self.session.reported
        if len(reported) > self._noted:
            self.found_by_checks.append((reported[self._noted :], self.story))
        self._noted = len(reported)

    @property
    def _is_long_shortened(self) -> bool:
        """Whether half as many requests as the flow was announced to send were sent since its first failure.

        As many again may be sent then to confirm and shorten what was found.
        """
        requests = self.session.requests
        is_long = self._failed_after > 0 and requests.of_item - self._failed_after >= requests.announced / 2
        return is_long and not self.is_shortened

    def saw(self, exchange: Exchange) -> None:
        """Records an exchange of the walk, those of the factories included."""
        self.requests += 1
        self.story.sent(exchange)

    def called(self, rule: str, arguments: Mapping[str, Any]) -> None:
        """Records the call of a rule."""
        self.calls[rule] += 1
        self.story.called(Call(rule, dict(arguments)))

    def remember(self, values: Mapping[str, str]) -> None:
        """Stores the values of shell variables, so that reproduction lines can read them out of responses."""
        self.values.update(values)

    def is_scarce(self, operation_id: str) -> bool:
        """Whether the target allows so few calls of the operation that a walk must be sparing of them."""
        return is_scarce(self.world.contract.operation(operation_id), self.environment.shared.limits)

    @property
    def is_tight(self) -> bool:
        """Whether the target's general rate limit is lower than the rate at which a machine sends."""
        return is_tight(self.environment.shared.limits)

    def account(self, name: str, role: str, *, own: bool = False) -> Account:
        """An account that the walks share: this flow's own, or, where sign-ins are scarce, the one that other flows
        have for the first, second, ... of theirs."""
        key: tuple[Any, ...] = ("flow account", role, self.name, name)
        if not own and self.is_scarce("getOAuthToken"):
            names = self._names.setdefault(role, [])
            if name not in names:
                names.append(name)
            key = ("flow account", role, names.index(name))
        account: Account = self.world.once(key, lambda: self.world.account(role, fresh=True, label=name))
        return account if account.label == name else replace(account, label=name).named()

    def once(self, what: str, make: Callable[[], _T]) -> _T:
        """Makes something once for all walks of this flow."""
        return self.world.once(("flow", self.name, what), make)

    def wrong(self, requirement: str, exchange: Exchange, difference: Finding) -> bool:
        """Ends the walk; where a known deviation explains the difference, records it and lets the walk go on."""
        finding = self.session.known.explained(exchange, self.completed(difference, requirement, exchange))
        if not self.session.unexplained([finding]):
            return super().wrong(requirement, exchange, difference)
        self._end_if_replayed(exchange, finding)
        self.failed_at = self.failed_at or time.monotonic()
        self._failed_after = self._failed_after or self.session.requests.of_item
        ended = violation(finding, exchange, self.story, dict(self.values))
        self.violations.append(ended)
        raise ended
