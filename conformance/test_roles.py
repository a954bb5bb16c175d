"""Every operation accepts exactly the callers that the contract names (`access_matrix`)."""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import pytest

from peertube_conformance.conformance.execution.access_matrix import ROLES, Caller, Cell, cells
from peertube_conformance.conformance.execution.elevated_factories import Acting
from peertube_conformance.conformance.execution.item_costs import is_scarce
from peertube_conformance.conformance.execution.outcome import Outcome
from peertube_conformance.conformance.pytest_plugin.item_results import break_off
from peertube_conformance.fixtures.messages.precondition_errors import NotTested
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.reports import Verdict
from peertube_conformance.spec.contract import Role

if TYPE_CHECKING:
    from peertube_conformance.conformance.execution.assertions import Examination
    from peertube_conformance.conformance.execution.phases import Exercise

_TAKES_EFFECT_SECONDS = 3.0
_SENDERS = {
    Caller.ANONYMOUS: "an anonymous caller",
    Caller.WRONG_TOKEN: "a caller with a wrong token",
    Caller.REVOKED_TOKEN: "a caller with a revoked token",
    Caller.USER: "a user",
    Caller.OTHER_USER: "another user",
    Caller.MODERATOR: "a moderator",
    Caller.ADMIN: "an administrator",
}


@pytest.mark.requirement("PT-AUTH-03")
@pytest.mark.requirement("PT-AUTH-06")
@pytest.mark.requirement("PT-AUTH-07")
@pytest.mark.requirement("PT-AUTH-08")
@pytest.mark.requirement("PT-AUTH-09")
def test_roles(exercise: Exercise, examine: Examination) -> None:
    """The cells of an operation that its other phases leave."""
    Callers(exercise, examine).run()


class Callers:
    """The requests of every caller to one operation."""

    def __init__(self, exercise: Exercise, examine: Examination) -> None:
        self._exercise = exercise
        self._examine = examine
        self._operation = exercise.operation

    def run(self) -> None:
        """Sends the request of each cell; a precondition error of one is recorded and does not hinder the others."""
        session = self._exercise.session
        if is_scarce(self._operation, session.shared.limits):
            pytest.skip("not-tested: the instance's rate limit for this operation is too low for this test")
        for number, cell in enumerate(cells(self._operation)):
            if cell.asked_by != ROLES or not session.current.begins(number):
                continue
            outcome = self._exercise.run(partial(self._asked, cell))
            session.recorder.outcome(
                self._operation.id, f"roles: {cell.caller}", outcome.verdict, outcome.reason, outcome.cause
            )
            if session.current.is_narrowed:
                session.current.ended(outcome.verdict, outcome.reason)
            if outcome.verdict is Verdict.ERROR:
                break_off(session, outcome.reason)
            if outcome.verdict is Verdict.NOT_IMPLEMENTED:
                pytest.skip(f"{outcome.verdict.value}: {outcome.reason}")
        session.current.all_begun()

    def _asked(self, cell: Cell) -> Outcome:
        self._examine.environment = self._exercise.environment
        draft = self._draft(cell)
        self._exercise.session.current.sent()
        exchange = self._exercise.environment.client.send(draft)
        allowed = exchange.status is not None and exchange.status < 400
        documented = None if exchange.status is None else self._operation.response_for(exchange.status)
        situation = f"a request by {_SENDERS[cell.caller]}"
        if cell.status == 0:
            if (
                not allowed
                and documented is not None
                and documented.refuses_valid
                and exchange.status not in {401, 403}
            ):
                return Outcome(
                    Verdict.NO_EVIDENCE, f"the status {exchange.status} does not show whether the role has access"
                )
            right = self._operation.success_statuses
            if not allowed:
                self._examine.expect(exchange, *right, requirement=_requirement(cell), situation=situation)
            else:
                self._examine.judged(_requirement(cell))
        else:
            # A server may hide from a caller without access that a resource exists (RFC 9110 section 15.5.4).
            hidden = (404,) if cell.on_others else ()
            self._examine.expect(exchange, cell.status, *hidden, requirement=_requirement(cell), situation=situation)
        if allowed:
            self._exercise.forget_base()
        return Outcome(Verdict.PASSED)

    def _draft(self, cell: Cell) -> Draft:
        exercise, world = self._exercise, self._exercise.world
        if cell.caller is Caller.REVOKED_TOKEN:
            draft = exercise.base()
            draft.actor, draft.token = None, _revoked(world)
        elif cell.caller is Caller.WRONG_TOKEN:
            draft = exercise.base()
            draft.actor, draft.token = None, "0" * 40
        elif cell.status or cell.on_others or self._operation.role in {Role.MODERATOR, Role.ADMIN}:
            # A refused caller, a caller who may use another user's resource, or an operation on nobody's own resource.
            draft = exercise.base(fresh=not cell.status and not self._operation.is_safe)
            caller = world.account_of_role(cell.caller)
            if cell.on_others and draft.actor is not None and caller.username == draft.actor.username:
                raise NotTested("no second account: the only one that the run was given owns what it names")
            draft.actor, draft.token = caller, None
        elif self._operation.role is Role.ANONYMOUS and exercise.base().actor is None:
            draft = exercise.base(fresh=not self._operation.is_safe)
            draft.actor = world.account_of_role(cell.caller)
        else:
            draft = exercise.base(world=_acting(world, cell.caller))
        return draft


def _requirement(cell: Cell) -> str:
    if cell.caller is Caller.REVOKED_TOKEN:
        return "PT-AUTH-06"
    if cell.caller is Caller.WRONG_TOKEN:
        return "PT-AUTH-09"
    if cell.on_others:
        return "PT-AUTH-08"
    return "PT-AUTH-03" if cell.status else "PT-AUTH-07"


def _acting(world: World, caller: Caller) -> World:
    return world.once(("acting", caller), lambda: Acting(world, caller))


def _revoked(world: World) -> str:
    """The token of a user who signed out a while ago: that it is refused at once is a requirement of its own."""

    def make() -> str:
        account = world.account(fresh=True, label="signed out")
        world.call("revokeOAuthToken", account)
        whoami = Draft(world.contract.operation("getUserInfo"), actor=account)
        for _ in world.deadline.polls("a sign-out to take effect", _TAKES_EFFECT_SECONDS, repeat(0.1)):
            if world.send(whoami).status == 401:
                break
        return account.token

    return world.once(("revoked",), make)
