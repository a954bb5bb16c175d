"""Estimates the cost of the collected items, and sets the ceilings of the run by it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from peertube_conformance.conformance.execution.cost import Cost, estimate, of_flows, of_hand_written
from peertube_conformance.conformance.execution.item_costs import cost_of_flow, cost_of_phase, cost_of_test
from peertube_conformance.conformance.options import Options
from peertube_conformance.conformance.pytest_plugin.item_kinds import (
    is_flow,
    is_generated,
    is_of_operation,
    parameter_of,
    test_of,
)
from peertube_conformance.fixtures.environment.run_state import Shared
from peertube_conformance.fixtures.rate_limit.request_count import FACTOR, announce_ceiling
from peertube_conformance.spec import Operation

# A run whose announced cost is small may still wait for a few windows.
_LEAST_WAITING_SECONDS = 900.0


def cost_of_items(
    items: Sequence[str], operations: Sequence[Operation], options: Options, shared: Shared, workers: int
) -> Cost:
    """Estimates what the pytest items with these ids cost the target; `operations` are those of the run."""
    tested = {parameter_of(item) for item in items if is_of_operation(item)}
    chosen = [operation for operation in operations if operation.id in tested]
    flows = of_flows(options, shared, [test_of(item) for item in items if is_flow(item)])
    others = [test_of(item) for item in items if not is_flow(item) and not is_of_operation(item)]
    cost = estimate(chosen, options, shared, workers, of_hand_written(shared, others), flows)
    if options.replays is None or not items:
        return cost
    # One test alone sends what all tests share, too.
    return replace(
        cost, requests=max(cost.requests, *(cost_of_item(item, operations, options, shared) for item in items))
    )


def cost_of_item(item: str, operations: Iterable[Operation], options: Options, shared: Shared) -> int:
    """The requests that the pytest item with this id sends at most."""
    if is_flow(item):
        return cost_of_flow(test_of(item), options.depth.name, shared.limits)
    if is_generated(item):
        operation = next(each for each in operations if each.id == parameter_of(item))
        return cost_of_phase(operation, options.depth, shared.limits)
    return cost_of_test(test_of(item))


def set_ceilings(cost: Cost, options: Options, shared: Shared) -> None:
    """Sets the most requests of the run, and without --max-time the longest that each worker waits for rate limits.

    An instance that allows few requests makes runs long, which their announcement says: they go on that long.
    """
    waiting = max(_LEAST_WAITING_SECONDS, FACTOR * cost.seconds) if options.max_time is None else math.inf
    announce_ceiling(shared.folder, cost.ceiling, waiting)
