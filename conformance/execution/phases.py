"""Tests an operation in four phases: valid requests, invalid ones, callers without the right, and documented errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from itertools import chain

from peertube_conformance.conformance.arrangements.registry import Provocation, answers_of
from peertube_conformance.conformance.checks.authentication import LOW_ROLE, NO_TOKEN, SOMEBODY_ELSE, WRONG_TOKEN
from peertube_conformance.conformance.execution.applicability import why_not_allowed, why_not_offered
from peertube_conformance.conformance.execution.current_test import BASE, WITHOUT_BODY
from peertube_conformance.conformance.execution.item_costs import SCARCE_DEFECTS, SCARCE_VALID, is_scarce
from peertube_conformance.conformance.execution.outcome import NOT_ATTEMPTED, PRECONDITION_ERRORS, Outcome, outcome_of
from peertube_conformance.conformance.execution.valid_requests import Drafting, HarnessError
from peertube_conformance.conformance.execution.worker_session import FOREIGN_TOKEN
from peertube_conformance.conformance.generation.boundary_values import beyond
from peertube_conformance.conformance.generation.edge_cases import edge_case_mutations
from peertube_conformance.conformance.generation.enum_values import longest, with_values
from peertube_conformance.conformance.generation.schemathesis_driver import NotGenerated, found_in, spliced, spread
from peertube_conformance.fixtures.http.client import Unsendable
from peertube_conformance.fixtures.messages.precondition_errors import MissingRoute, NotTested
from peertube_conformance.fixtures.messages.request_draft import UNSET, Draft
from peertube_conformance.fixtures.resources.ids_by_kind import absent
from peertube_conformance.fixtures.safety.guard import Refused
from peertube_conformance.reports import Exchange, Intent, Purpose, Situation, Verdict
from peertube_conformance.spec.contract import Authentication, Role

ABSENT = Situation("absent-resource", "a resource that does not exist")
_BELOW = {Role.ADMIN: "moderator", Role.MODERATOR: "user"}


class Exercise(Drafting):
    """One operation and its phases. Each phase returns an outcome; faults are recorded exchange by exchange."""

    def run(self, phase: Callable[[], Outcome]) -> Outcome:
        """Runs a phase on the first target to which it applies, and returns its outcome."""
        before, first = self.environment, None
        try:
            for environment in self.session.environments():
                self.environment = environment
                outcome = self._attempted(phase)
                if outcome.verdict not in NOT_ATTEMPTED:
                    return outcome
                first = first or outcome
        finally:
            self.environment = before
        assert first is not None
        return first

    def _attempted(self, phase: Callable[[], Outcome]) -> Outcome:
        """Runs a phase and turns precondition errors into a verdict."""
        why_not = why_not_offered(self.operation, self.environment.shared)
        if why_not and not self.world.has_subject_of(self.operation.capability):
            return Outcome(Verdict.NOT_APPLICABLE, why_not)
        not_allowed = why_not_allowed(self.operation, self.environment.shared)
        if not_allowed:
            return Outcome(Verdict.NOT_TESTED, not_allowed)
        try:
            self.session.missing_routes.refuse(self.environment.shared.base_url, self.operation)
            return phase()
        except MissingRoute as missing:
            is_this = missing.operation_id == self.operation.id
            return Outcome(Verdict.NOT_IMPLEMENTED if is_this else Verdict.BLOCKED, str(missing), missing.finding)
        except PRECONDITION_ERRORS as blocker:
            return outcome_of(blocker, self.session)
        except NotGenerated as error:
            foreign = self.session.contract.deviations is None
            return Outcome(Verdict.BLOCKED if foreign else Verdict.ERROR, str(error))
        except (HarnessError, Unsendable) as error:
            return Outcome(Verdict.ERROR, str(error))

    # Phases

    def valid(self) -> Outcome:
        """Sends valid requests, which must be accepted and answered as documented."""
        accepted = 0
        scarce = (self._arrangement is not None and not self.operation.is_safe) or self._deletes_the_thing()
        count = max(2, self.depth.valid // 4) if scarce else self.depth.valid
        count = SCARCE_VALID if self._is_scarce else count
        drawn = chain([self._plain()], self.session.generator.valid(self.operation, count - 1))
        left_out: set[str] = set()
        for number, request in enumerate(self._in_turn(drawn)):
            if not self._begins(number):
                continue
            try:
                draft = self._arranged(request)
            except NotTested as lacking:
                # A drawn parameter may need a caller that the run does not have; the plain request needs none of it.
                if number == 0:
                    raise
                left_out.add(str(lacking))
                continue
            if number == 0:
                draft.headers.setdefault("Origin", "https://elsewhere.example.com")
            exchange = self._send(draft, Intent.VALID)
            accepted += exchange is not None and (exchange.status or 500) < 400
        if count > SCARCE_VALID and self._begins(WITHOUT_BODY) and (bare := self._without_body()) is not None:
            self._send(bare, Intent.VALID)
        self.session.current.all_begun()
        if not accepted and not self.session.current.is_narrowed:
            self.session.missing_routes.explain_operation(self.environment.shared.base_url, self.operation)
            return Outcome(Verdict.NO_EVIDENCE, "no valid request was accepted")
        return Outcome(Verdict.PASSED, "; ".join(sorted(left_out)))

    def invalid(self) -> Outcome:
        """Sends requests with one defect, which must be refused as documented."""
        self._begins(BASE)
        base = self._base()
        self.session.current.sent()
        sent = 0
        count = SCARCE_DEFECTS if self._is_scarce else self.depth.defects
        for number, spoil in enumerate(self._defects(base, count)):
            if not self._begins(number):
                continue
            draft = spoil(base)
            if draft is None:
                continue
            found = found_in(draft)
            if len({(violation.defect.location, violation.defect.field) for violation in found}) != 1:
                continue
            exchange = self._send(draft, Intent.INVALID, purpose=found[0].defect.starred)
            sent += 1
            if self._spent(exchange):
                base = self._base()
        self.session.current.all_begun()
        if not sent:
            return Outcome(Verdict.NO_EVIDENCE, "no invalid request can be derived from the contract")
        return Outcome(Verdict.PASSED)

    def access(self) -> Outcome:
        """Sends requests of callers without the right: 401 without identity, 403 without permission."""
        sent = 0
        for number, (arrange, expected, situation) in enumerate(self._intruders()):
            if not self._begins(number):
                continue
            draft = arrange()
            self._spent(self._send(draft, Intent.UNAUTHORISED, purpose=situation, expects=expected))
            sent += 1
        self.session.current.all_begun()
        if not sent:
            return Outcome(Verdict.NO_EVIDENCE, "this operation needs no authentication and ignores tokens")
        return Outcome(Verdict.PASSED)

    def refusals(self) -> Outcome:
        """Provokes each documented error: absent resources by unused ids, other situations by arrangements."""
        provoking: dict[int, Callable[[], Outcome]] = {}
        arranged = dict(answers_of(self.operation.id))
        if 404 not in arranged and self.operation.response_for(404) is not None:
            provoking[404] = self._absent
        for status, provocation in arranged.items():
            provoking[status] = partial(self._provoked, provocation, status)
        outcomes = [self._recorded(status, provoke) for status, provoke in provoking.items() if self._begins(status)]
        self.session.current.all_begun()
        if not outcomes:
            return Outcome(Verdict.NO_EVIDENCE, "no further documented error response to test")
        worst = (
            Verdict.ERROR,
            Verdict.NOT_IMPLEMENTED,
            Verdict.BLOCKED,
            Verdict.PASSED,
            Verdict.NOT_TESTED,
            Verdict.NOT_APPLICABLE,
        )
        return min(
            outcomes, key=lambda outcome: worst.index(outcome.verdict) if outcome.verdict in worst else len(worst)
        )

    # Parts

    def _in_turn(self, drawn: Iterable[Draft]) -> Iterator[Draft]:
        """The drawn requests with the enumerated values in turn; for safe methods until every value was used."""
        given = []
        for number, request in enumerate(drawn):
            given.append(request)
            # The plain request stays as it is.
            yield with_values(request, number - 1) if number else request
        if self.operation.is_safe and self.depth.every_value:
            for number in range(len(given) - 1, longest(self.operation)):
                yield with_values(given[number % len(given)], number)

    def _without_body(self) -> Draft | None:
        """A request without its optional body; None where the body is required or is a file."""
        operation = self.operation
        if operation.body_required or not operation.request_bodies:
            return None
        draft = self._arranged(self._plain())
        if not isinstance(draft.body, dict):
            return None
        draft.body, draft.media_type = UNSET, None
        return None if found_in(draft) else draft

    def _defects(self, base: Draft, count: int) -> Iterator[Callable[[Draft], Draft | None]]:
        """Mutations that make a request invalid: beyond each bound first, then drawn ones, then known edge cases."""
        bounds = dict(beyond(base))
        if self._is_scarce or not self.depth.every_value:
            bounds = dict(spread(list(bounds.items()), max(1, count // 2)))
        yield from bounds.values()
        more = max(count - len(bounds), count // 3)
        for defect in self.session.generator.defects(self.operation, more, self.depth.variants, set(bounds)):
            yield partial(spliced, found=defect)
        if self.depth.every_value and not self._is_scarce:
            yield from edge_case_mutations(base)

    def _recorded(self, status: int, provoke: Callable[[], Outcome]) -> Outcome:
        outcome = self.run(provoke)
        self.session.recorder.outcome(self.operation.id, str(status), outcome.verdict, outcome.reason, outcome.cause)
        return outcome

    def _absent(self) -> Outcome:
        draft = self._base()
        if not absent(draft, self.world.random.getrandbits(24)):
            return Outcome(Verdict.NO_EVIDENCE, "this operation has no resource id in its path")
        self._spent(self._send(draft, Intent.PROVOKED, purpose=ABSENT, expects=404))
        return Outcome(Verdict.PASSED)

    def _provoked(self, provocation: Provocation, status: int) -> Outcome:
        draft = self._filled(self._plain())
        self._arrange(provocation.arrange, draft)
        self._send(draft, Intent.PROVOKED, purpose=provocation.situation, expects=status)
        return Outcome(Verdict.PASSED)

    def _intruders(self) -> Iterator[tuple[Callable[[], Draft], int, Situation]]:
        """For each caller without the right: what makes the request, the status of its refusal, and the situation."""
        operation = self.operation
        if operation.authentication is Authentication.NONE:
            return
        if operation.authentication is Authentication.REQUIRED:
            yield self._sent_without_token, 401, NO_TOKEN
        yield partial(self._sent_without_token, FOREIGN_TOKEN), 401, WRONG_TOKEN
        if operation.role in _BELOW:
            yield partial(self._sent_by, _BELOW[operation.role]), 403, LOW_ROLE
        elif operation.role is Role.OWNER and self._names_own_things():
            yield partial(self._sent_by, "other user"), 403, SOMEBODY_ELSE

    def _sent_without_token(self, token: str | None = None) -> Draft:
        """The shared request without its token, or with one that no server issued."""
        draft = self._base()
        draft.actor, draft.token = None, token
        return draft

    def _sent_by(self, role: str) -> Draft:
        """The shared request, sent by the account of this role."""
        draft = self._base()
        draft.actor, draft.token = self.world.account_of_role(role), None
        return draft

    def _names_own_things(self) -> bool:
        return any(parameter.location == "path" and parameter.resource for parameter in self.operation.parameters)

    def _begins(self, part: int) -> bool:
        """Whether this part of the phase is to run."""
        return self.session.current.begins(part)

    @cached_property
    def _is_scarce(self) -> bool:
        return is_scarce(self.operation, self.environment.shared.limits)

    def _spent(self, exchange: Exchange | None) -> bool:
        """Whether a variant was accepted, so that the base may no longer be valid."""
        accepted = exchange is not None and (exchange.status or 500) < 400
        if accepted:
            self.forget_base()
        return accepted

    def _send(
        self, draft: Draft, intent: Intent, *, purpose: Purpose | None = None, expects: int | None = None
    ) -> Exchange | None:
        try:
            self.session.current.sent()
            return self.environment.client.send(draft, intent, purpose=purpose, expects=expects)
        except Unsendable:
            # Only generated invalid headers come here: no client library sends them, so no response is missed.
            if intent is Intent.INVALID:
                return None
            raise
        except Refused:
            if intent is Intent.INVALID:
                return None
            raise
