"""Registers seeded faults: each changes a handler of the embedded instance in a few lines.

A fault takes the handler that it changes and the request, and answers in its place. It names the requirement that it
breaks; a detection is right only if a finding of that requirement shows it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request

from peertube_conformance.fixtures.instance import handlers
from peertube_conformance.fixtures.instance.application import Application
from peertube_conformance.fixtures.instance.http import routing

# The classes of faults.
GROUPS = (
    "status",
    "body",
    "headers",
    "problem details",
    "auth and roles",
    "pagination",
    "state and consistency",
    "idempotency and concurrency",
    "rate limits",
    "uploads and ranges",
    "CORS",
    "content negotiation",
    "leaks",
)
# The request is the operation's, or the plain one where a fault changes every response.
Handler = Callable[[Any], Any]
Spoiled = Callable[[Handler, Any], Any]
# Arguments of `fault` that several faults of a module share.
Shared = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    `breaks` are the requirements of which any may report it, `on` the operations whose handlers it changes. `on` is
    empty for one that changes responses wherever they come from: its handler gives the response that was about to be
    sent, and its request is the plain HTTP one. `flow` is the state machine that must find it, `shortest` the number of
    requests of the shortest sequence that shows it, counted by hand; both empty where a single request does.
    """

    id: str
    breaks: tuple[str, ...]
    on: tuple[str, ...]
    group: str
    spoiled: Spoiled
    flow: str = ""
    shortest: int = 1

    @property
    def single(self) -> bool:
        """Whether one request can show it, if the right response is known."""
        return not self.flow and self.shortest == 1


FAULTS: dict[str, Fault] = {}


def fault(
    *breaks: str, on: str | tuple[str, ...] = (), group: str, flow: str = "", shortest: int = 1
) -> Callable[[Spoiled], Spoiled]:
    """Registers the decorated function as a fault; its name is the fault's id."""

    def register(spoiled: Spoiled) -> Spoiled:
        name = spoiled.__name__.replace("_", "-")
        if name in FAULTS:
            raise ValueError(f"the fault {name} is there twice")
        if group not in GROUPS:
            raise ValueError(f"the fault {name} is of no known class")
        operations = (on,) if isinstance(on, str) else on
        FAULTS[name] = Fault(name, breaks, operations, group, spoiled, flow, shortest)
        return spoiled

    return register


def load() -> dict[str, Fault]:
    """Loads every fault of the catalogue: the modules of this folder that are named after what they change."""
    for path in sorted(Path(__file__).parent.glob("faulty_*.py")):
        importlib.import_module(f"{__package__}.{path.stem}")
    return FAULTS


def seed_everywhere(active: Callable[[], Fault | None]) -> None:
    """Lets the active fault, if it has no operations, change every response before it is sent."""
    answer = Application._answer

    async def spoiled(self: Application, scope: Any, receive: Any) -> Any:
        right = await answer(self, scope, receive)
        fault = active()
        if fault is None or fault.on:
            return right
        return fault.spoiled(lambda _request: right, Request(scope))

    Application._answer = spoiled  # type: ignore[method-assign]


def seed(name: str) -> None:
    """Puts the fault of this name between the router and the handlers of its operations, in this process."""
    seed_fault(load()[name])


def seed_fault(chosen: Fault) -> None:
    """Puts the fault between the router and the handlers of its operations, in this process."""
    handlers.load()
    if not chosen.on:
        seed_everywhere(lambda: chosen)
    for operation_id in chosen.on:
        handler, refusal = routing._HANDLERS[operation_id]
        routing._HANDLERS[operation_id] = partial(chosen.spoiled, handler), refusal
