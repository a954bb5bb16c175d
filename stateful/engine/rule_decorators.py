"""Hypothesis' decorators for the steps of a flow, which also record each call for the reproduction steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from hypothesis import stateful
from hypothesis.strategies import SearchStrategy

Step = Callable[..., None]
# Hypothesis' overloads are for bundles.
_rule: Any = stateful.rule
_initialize: Any = stateful.initialize


def rule(**arguments: SearchStrategy[Any]) -> Callable[[Step], Step]:
    """Declares a step that a walk may take, with its arguments drawn from these strategies (hypothesis.stateful.rule).

    Reports show arguments as they are printed: draw numbers and short texts, and no bundles.
    """
    decorate: Callable[[Step], Step] = _rule(**arguments)
    return lambda step: decorate(_noted(step))


def stage(**arguments: SearchStrategy[Any]) -> Callable[[Step], Step]:
    """Declares a step of a flow in which one step leads to the next; all steps of such a flow are stages.

    Hypothesis leaves some rules out of each walk (swarm testing), by the names of their functions. A walk that lacks
    the next step cannot go on, so stages all have one name.
    """
    decorate: Callable[[Step], Step] = _rule(**arguments)

    def named(step: Step) -> Step:
        noted = _noted(step)
        noted.__name__ = stage.__name__
        return decorate(noted)

    return named


def initialize(**arguments: SearchStrategy[Any]) -> Callable[[Step], Step]:
    """Declares a step that each walk begins with (hypothesis.stateful.initialize)."""
    decorate: Callable[[Step], Step] = _initialize(**arguments)
    return lambda step: decorate(_noted(step))


def _noted(step: Step) -> Step:
    @wraps(step)
    def noted(flow: Any, **arguments: Any) -> None:
        flow.context.called(step.__name__, arguments)
        step(flow, **arguments)

    return noted
