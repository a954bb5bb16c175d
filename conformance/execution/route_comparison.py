"""Recognises a route that the target does not have: its requests are answered like those to a made-up sibling of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum, auto

from peertube_conformance.conformance.execution.made_up_routes import MADE_UP, sibling
from peertube_conformance.conformance.execution.response_likeness import HTML, are_alike
from peertube_conformance.fixtures.environment.worker import WorkerEnvironment
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.json_response import Answer, answered
from peertube_conformance.fixtures.messages.precondition_errors import UnexpectedAnswer
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.reports import Exchange
from peertube_conformance.spec import Contract, Operation
from peertube_conformance.spec.contract import Authentication
from peertube_conformance.spec.synthetic_operations import is_outside

# Statuses of unknown routes. Others say who may call (401, 403), when (429) or that the server failed.
_UNKNOWN_ROUTE = frozenset({400, 404, 405, 406, 410, 501})
_METHOD_NOT_ALLOWED = 405
_TOO_MANY_REQUESTS, _NOT_IMPLEMENTED = 429, 501
_AUTHORIZATION = "authorization"
# Read without a token, and offered by every instance.
_CONTROLS = ("getConfig", "getCategories")
_OTHER_CALLER = "user"


class Route(Enum):
    """What a comparison shows; UNKNOWN where an answer that it needs did not come."""

    SERVED = auto()
    MISSING = auto()
    UNKNOWN = auto()


def is_served(exchange: Exchange) -> bool:
    """Whether the response is one that only the operation gives: a documented success."""
    response = exchange.response
    if response is None or response.status >= 400 or is_outside(exchange.operation):
        return False
    documented = exchange.operation.response_for(response.status)
    return documented is not None and (response.media_type not in HTML or response.media_type in documented.content)


def may_be_missing(exchange: Exchange) -> bool:
    """Whether the response is one that servers give to unknown routes."""
    response = exchange.response
    if response is None or not exchange.counted:
        return False
    return response.status in _UNKNOWN_ROUTE or is_page(exchange)


def is_page(exchange: Exchange) -> bool:
    """Whether a success is a page of HTML where the contract has none, as of a web client that answers any path."""
    response = exchange.response
    return response is not None and response.status < 300 and response.media_type in HTML and not is_served(exchange)


class RouteComparison:
    """Compares a route of one target with its made-up sibling, for two callers, and with a route that works."""

    def __init__(
        self, contracts: Sequence[Contract], environment: WorkerEnvironment, ask: Callable[[Draft], Exchange]
    ) -> None:
        """`ask` sends a preparing request and records it without findings."""
        self._contracts = contracts
        self._environment = environment
        self._ask = ask

    def alike(self, draft: Draft, exchange: Exchange) -> Route:
        """Compares one exchange with that of the made-up sibling."""
        if exchange.status == _METHOD_NOT_ALLOWED and _refuses_method(exchange):
            return Route.MISSING
        made_up = sibling(self._contracts, draft)
        if made_up is None or not _says_something(exchange):
            return Route.UNKNOWN
        answered = self._ask(made_up.draft)
        if not _says_something(answered):
            return Route.UNKNOWN
        is_alike = are_alike(exchange, made_up.replaced, answered, MADE_UP)
        return Route.MISSING if is_alike else Route.SERVED

    def alike_by_valid(self, draft: Draft) -> tuple[Route, Exchange]:
        """Sends a valid request and compares its exchange."""
        exchange = self._ask(draft)
        if may_be_missing(exchange):
            return self.alike(draft, exchange), exchange
        return Route.SERVED if _says_something(exchange) else Route.UNKNOWN, exchange

    def confirmed(self, draft: Draft, exchange: Exchange) -> Route:
        """Confirms that a route is missing: by the same request of another caller, and by a route that works."""
        other = self._by_another(draft)
        if other is not None:
            route = self.alike(other, self._ask(other))
            if route is not Route.MISSING:
                return route
        return Route.MISSING if self._works_elsewhere(exchange) else Route.UNKNOWN

    def _by_another(self, draft: Draft) -> Draft | None:
        """The request without its token, or with one; None where it would repeat a change for no other caller."""
        signed = draft.actor is not None or draft.token is not None or _AUTHORIZATION in _names(draft)
        other = draft.copy()
        other.headers = {name: value for name, value in draft.headers.items() if name.lower() != _AUTHORIZATION}
        if signed:
            return replace(other, actor=None, token=None)
        account: Account | None = self._environment.world.accounts.get(_OTHER_CALLER)
        ignores_callers = draft.operation.authentication is Authentication.NONE
        if account is None or (ignores_callers and not draft.operation.is_safe):
            return None
        return replace(other, actor=account)

    def _works_elsewhere(self, exchange: Exchange) -> bool:
        """Whether the target answers a route that every instance has as documented, and so not every request alike."""
        name = next(name for name in _CONTROLS if name != exchange.operation.id)
        control = self._ask(Draft(self._environment.contract.operation(name)))
        try:
            return is_served(control) and bool(Answer.of(control).members())
        except UnexpectedAnswer:
            return False


def _refuses_method(exchange: Exchange) -> bool:
    """Whether a 405 does not list the method as allowed: it is about the method alone (RFC 9110 section 15.5.6)."""
    allowed = answered(exchange).headers.get("allow", "")
    return exchange.request.method not in {name.strip().upper() for name in allowed.split(",")}


def _says_something(exchange: Exchange) -> bool:
    """Whether a response came that is about the request: no server error, no exceeded rate limit."""
    status = exchange.status
    if status is None or not exchange.counted or status == _TOO_MANY_REQUESTS:
        return False
    return status < 500 or status == _NOT_IMPLEMENTED


def _names(draft: Draft) -> set[str]:
    return {name.lower() for name in draft.headers}


def described(contracts: Sequence[Contract], draft: Draft, exchange: Exchange) -> str:
    """One sentence on how a missing route answers."""
    operation: Operation = draft.operation
    made_up = None if exchange.status == _METHOD_NOT_ALLOWED else sibling(contracts, draft)
    like = "" if made_up is None else f" like the made-up path {made_up.template}"
    return f"not implemented: {operation.method} {operation.path} is answered with {exchange.status}{like}"
