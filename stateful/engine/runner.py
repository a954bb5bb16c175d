"""Runs a flow: limits Hypothesis' search for sequences of rules, judges the outcome and records it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from hypothesis.internal.conjecture import engine
from hypothesis.reporting import with_reporter
from hypothesis.stateful import run_state_machine_as_test

from peertube_conformance.conformance.execution.applicability import why_not_offered
from peertube_conformance.conformance.execution.outcome import NOT_ATTEMPTED, outcome_of
from peertube_conformance.conformance.execution.worker_session import Session
from peertube_conformance.conformance.pytest_plugin.operation_selection import chosen
from peertube_conformance.fixtures.http.client import Unsendable
from peertube_conformance.fixtures.messages.bounded import DEEPEST
from peertube_conformance.fixtures.run.run import WorkerEnvironment
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.fixtures.timing.deadline import OutOfTime
from peertube_conformance.reports import Finding, Verdict
from peertube_conformance.reports.formatting import counted
from peertube_conformance.reports.model.confirmation import CONFIRMED
from peertube_conformance.stateful.engine.context import Context, FoundAgain, Halted, Shortened, Violation
from peertube_conformance.stateful.engine.flow import Flow
from peertube_conformance.stateful.engine.shrinking import again, reduced
from peertube_conformance.stateful.engine.walk_findings import confirm_walks

_SHORTENING_SECONDS = 30
# How often steps are repeated that once had another outcome.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Walked:
    """How a flow ended: its verdict with the reason, and the findings that no deviation explains.

    `cause` is the fingerprint of the finding that blocked it, empty for none.
    """

    verdict: Verdict
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    cause: str = ""


def walk(session: Session, flow: type[Flow], requirements: Sequence[str] = ()) -> Walked:
    """Runs the flow on the first target that offers what it needs, and records how it ended.

    `requirements` are the ids of those that it proves: where it does not complete, they get its verdict.
    """
    walked = _first_walk(session, flow)
    if walked.verdict is Verdict.BLOCKED:
        session.blocked(flow.__name__, walked.reason)
    if walked.verdict not in {Verdict.PASSED, Verdict.FAILED}:
        session.recorder.unjudged(requirements, walked.verdict, walked.reason, walked.cause)
    return walked


def _first_walk(session: Session, flow: type[Flow]) -> Walked:
    first: Walked | None = None
    for environment in session.environments():
        walked = _not_attempted(environment, flow) or _walk(session, environment, flow)
        if walked.verdict not in NOT_ATTEMPTED:
            return walked
        first = first or walked
    assert first is not None
    _record(session, flow, first)
    return first


def selected(session: Session, flow: type[Flow]) -> bool:
    """Whether `--operations` and `--tags` leave any operation that the flow is about."""
    if not session.options.operations and not session.options.tags:
        return True
    left = {operation.id for operation in chosen(session.contract, session.options)}
    return not left.isdisjoint(flow.about)


def _not_attempted(environment: WorkerEnvironment, flow: type[Flow]) -> Walked | None:
    """The verdict without a walk, where the target offers no operation of the flow or the run cannot read its mail."""
    for name in flow.about:
        reason = why_not_offered(environment.contract.operation(name), environment.shared)
        if reason:
            return Walked(Verdict.NOT_APPLICABLE, reason)
    if environment.shared.creates_nothing:
        return Walked(Verdict.NOT_TESTED, f"flows change what they create: not allowed in the tier {Safety.OBSERVE}")
    no_mailbox = environment.world.no_mailbox if flow.mail else ""
    return Walked(Verdict.NOT_TESTED, no_mailbox) if no_mailbox else None


def _walk(session: Session, environment: WorkerEnvironment, flow: type[Flow]) -> Walked:
    context = Context(session, environment, flow.__name__)
    bound = type(flow.__name__, (flow,), {"context": context, "__doc__": flow.__doc__})
    began = time.monotonic()
    with session.watched_by(context.saw):
        walked = _outcome(context, seed(session.options.seed)(bound))
        if session.options.replays is None:
            confirm_walks(context, bound)
    session.recorder.evidence(context.evidence)
    if walked.verdict not in NOT_ATTEMPTED:
        _record(session, flow, walked, context, time.monotonic() - began)
    return walked


def _outcome(context: Context, flow: type[Flow]) -> Walked:
    try:
        with with_reporter(lambda _: None), _bounded_shortening():
            run_state_machine_as_test(flow, settings=_bounds(flow, context.session))
    except Halted as halted:
        return _ended(context, flow, halted.cause)
    except Exception as error:  # noqa: BLE001 - whatever a walk ends with is sorted here
        end = _halted(error)
        return _ended(context, flow, end.cause) if end else _failed(context, flow, error)
    if not context.evidence:
        return Walked(Verdict.NOT_TESTED, "no sequence reached a check")
    return Walked(Verdict.PASSED)


@contextmanager
def _bounded_shortening() -> Iterator[None]:
    """Limits the time in which Hypothesis shortens a failing walk: it has a bound for that, and no setting."""
    before = engine.MAX_SHRINKING_SECONDS
    engine.MAX_SHRINKING_SECONDS = _SHORTENING_SECONDS
    try:
        yield
    finally:
        engine.MAX_SHRINKING_SECONDS = before


def _bounds(flow: type[Flow], session: Session) -> settings:
    examples, steps = flow.walks(session.options.depth.name)
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=session.examples.of_flows,
        derandomize=False,
        print_blob=False,
        phases=(Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def _halted(error: BaseException | None) -> Halted | None:
    """The Halted behind an error that Hypothesis raised instead, because the walk drew less than those before it."""
    while error is not None and not isinstance(error, Halted):
        error = error.__context__
    return error


def _ended(context: Context, flow: type[Flow], cause: Exception) -> Walked:
    """How a flow ended that was stopped: what it has shown before is not lost."""
    if not context.violations or isinstance(cause, FoundAgain):
        return _failed(context, flow, cause) if isinstance(cause, Shortened) else _blocked(context, cause)
    return _reported(context, flow, _shown_again(context.violations))


def _shown_again(violations: Sequence[Violation]) -> list[Violation]:
    """The shortest violation of each kind that several walks showed."""
    counts = Counter(type(one) for one in violations)
    shortest = {type(one): one for one in sorted(violations, key=lambda one: -len(one.story.calls))}
    return [one for kind, one in shortest.items() if counts[kind] > 1]


def _blocked(context: Context, cause: Exception) -> Walked:
    if isinstance(cause, OutOfTime) and context.evidence:
        return Walked(Verdict.PASSED, str(cause))
    if isinstance(cause, Unsendable):
        return Walked(Verdict.BLOCKED, str(cause))
    outcome = outcome_of(cause, context.session)
    # What was offered when the flow began is offered no longer.
    is_lost = outcome.verdict is Verdict.NOT_APPLICABLE and bool(context.evidence)
    return Walked(Verdict.BLOCKED if is_lost else outcome.verdict, outcome.reason, cause=outcome.cause)


def _failed(context: Context, flow: type[Flow], error: Exception) -> Walked:
    violations = list(_violations(error))
    is_unsure = isinstance(error, Flaky | Shortened)
    if violations and not is_unsure:
        return _reported(context, flow, violations)
    if context.violations:
        return _reported(context, flow, ())
    # Cut short only after redaction: half a secret would not be recognised as one.
    cause_text = " ".join(context.session.environment.redactor.error(str(error)).split())[:400]
    if is_unsure:
        return Walked(Verdict.BLOCKED, f"not reproducible: the same steps gave another result ({cause_text})")
    return Walked(Verdict.ERROR, f"{type(error).__name__}: {cause_text}")


def _reported(context: Context, flow: type[Flow], confirmed: Sequence[Violation]) -> Walked:
    """Shortens what was found and confirmed, each by its share of the time and requests for it, and records it.

    What was seen once is tried again, and recorded as well where it does not happen again.
    """
    repetition = context.session.repetition
    confirmed = [*confirmed, *_confirmed(flow, _others(context.violations, confirmed))]
    others = _others(context.violations, confirmed)
    findings: list[Finding] = []
    for violation in confirmed:
        found = reduced(flow, violation, _allowance(context, 1 / len(confirmed)))
        findings.append(_recorded(context, found))
        repetition.note(findings[-1], CONFIRMED)
    for once in others:
        findings.append(_recorded(context, once))
        repetition.note(findings[-1], repetition.outcome(came=False))
    return Walked(Verdict.FAILED, counted(len(findings), "finding"), tuple(findings))


def _recorded(context: Context, found: Violation) -> Finding:
    """Records a violation with the steps that lead to it."""
    context.evidence[found.finding.requirement] += 1
    known = context.environment.client.run_values.by_variable | dict(found.values)
    steps = found.story.steps(found.exchange, context.session.environment.redactor, known)
    return context.session.recorder.finding(found.exchange, replace(found.finding, steps=steps))


def _others(violations: Sequence[Violation], known: Sequence[Violation]) -> list[Violation]:
    """The shortest violation of each kind that is not among the known ones."""
    kinds = {type(one) for one in known}
    shortest = {type(one): one for one in sorted(violations, key=lambda one: -len(one.story.calls))}
    return [one for kind, one in shortest.items() if kind not in kinds]


def _allowance(context: Context, share: float) -> Callable[[], bool]:
    """Returns True while this share of the time, and of half as many requests as the flow was announced, is left."""
    requests = context.session.requests
    ends, most = time.monotonic() + share * _SHORTENING_SECONDS, requests.of_item + share * requests.announced / 2
    return lambda: time.monotonic() < ends and requests.of_item < most


def _confirmed(flow: type[Flow], violations: Iterable[Violation]) -> list[Violation]:
    """The violations that the same steps reproduce: the server may fail now in one way and now in another."""
    seen = {type(one): one for one in sorted(violations, key=lambda one: -len(one.story.calls))}
    found: dict[type[Violation], Violation] = {}
    for one in seen.values():
        for _ in range(_TRIES):
            if type(one) in found:
                break
            after = again(flow, one)
            if after is not None and type(after) in seen:
                found[type(after)] = after
    return list(found.values())


def _violations(error: BaseException) -> Iterator[Violation]:
    return (each for each in _each(error) if isinstance(each, Violation))


def _each(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup) and depth <= DEEPEST:
        for each in error.exceptions:
            yield from _each(each, depth + 1)
    else:
        yield error


def _record(
    session: Session, flow: type[Flow], walked: Walked, context: Context | None = None, seconds: float = 0.0
) -> None:
    title = (flow.__doc__ or flow.__name__).strip().split("\n")[0]
    requirements: Mapping[str, int] = context.evidence if context else {}
    session.recorder.note(
        "flow",
        {
            "name": flow.__name__,
            "title": title,
            "verdict": walked.verdict.value,
            "reason": session.environment.redactor.error(walked.reason),
            "examples": context.walks if context else 0,
            "requests": context.requests if context else 0,
            "seconds": round(seconds, 1),
            "calls": dict(context.calls) if context else {},
            "requirements": dict(requirements),
            "blockedBy": walked.cause,
        },
    )
