"""Estimates how many requests and seconds a run costs its target, before the first generated request."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from peertube_conformance.conformance.execution.item_costs import MEASURED_TESTS, cost_of_flow, is_scarce, planned
from peertube_conformance.conformance.options import Options
from peertube_conformance.fixtures.rate_limit.request_count import FACTOR
from peertube_conformance.fixtures.run.run import Shared
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.reports.formatting import counted, duration_text
from peertube_conformance.spec import Operation

# Measured on two cores against a real 6.2.0 without limits: seconds for generating, judging and recording a request,
# beside the response time. On the embedded instance: the factor for preparing requests on top of the planned ones, and
# what few operations have to prepare beside it, each and together.
_OWN_SECONDS = 0.012
_PREPARING = 1.4
_PREPARED_EACH, _PREPARED = 20, 100
_SIGN_INS = 15
# Measured on the embedded instance: the share of sign-ins in the requests of flows, and what a hand-written test sends.
_SIGN_INS_OF_FLOWS = 0.027
_SIGN_INS_OF_ONE_TEST = 0.2
_OF_ONE_TEST = 4
# The same in the tier observe, where most of them are not tested: what is measured is the mean of all.
_OF_ONE_READING_TEST = 1
_READING_TESTS: Mapping[str, int] = {"test_bounds": 160}
_MARGIN_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Beside:
    """Requests sent beside the phases of the operations, by kind of test, and the sign-ins among them."""

    kind: str
    requests: int
    sign_ins: int


OPERATIONS, HAND_WRITTEN, FLOWS = "operations", "hand-written", "flows"
NOTHING = Beside("", 0, 0)


@dataclass(frozen=True, slots=True)
class Cost:
    """Total requests, and the seconds they take: bound by the instance's limits or by the machine's speed."""

    requests: int
    seconds: float
    bound_by: str
    # The requests by the kind of test that sends them.
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def ceiling(self) -> int:
        """The requests after which the run ends."""
        return FACTOR * self.requests

    def __str__(self) -> str:
        return (
            f"about {counted(self.requests, 'request')}, about {duration_text(round(self.seconds))} ({self.bound_by}); "
            f"the run ends at {self.ceiling:,} requests, and each test at {FACTOR} times its own estimate"
        )


def estimate(operations: Sequence[Operation], options: Options, shared: Shared, workers: int, *beside: Beside) -> Cost:
    """Sums the requests of the operations and of `beside`, and compares them with each bucket of the instance."""
    limits = shared.limits
    counted: dict[str, float] = defaultdict(float)
    total, offered = 0.0, 0
    for operation in operations:
        if shared.safety is Safety.OBSERVE and not operation.is_safe:
            continue
        if operation.capability and operation.capability not in shared.capabilities:
            continue
        requests = planned(operation, options.depth, limits)
        total += requests
        offered += 1
        for bucket in operation.rate_limits:
            counted[bucket] += requests if bucket != "register" else 2
    counted["api"] = counted["api"] * _PREPARING + min(_PREPARED, _PREPARED_EACH * offered)
    total = total * _PREPARING + min(_PREPARED, _PREPARED_EACH * offered)
    parts = {OPERATIONS: total}
    for more in beside:
        parts[more.kind] = more.requests
        total += more.requests
        counted["api"] += more.requests
        counted["login"] += more.sign_ins if shared.accounts else 0
    counted["login"] += _SIGN_INS if shared.accounts else 0
    slowest = total * (shared.latency + _OWN_SECONDS) / max(1, min(workers, 2))
    bound_by = "limited by this machine"
    for bucket, requests in counted.items():
        limit = limits.get(bucket)
        if limit is None:
            continue
        # A window's worth is sent at once; after that each window lets as many through.
        windows = math.ceil(requests / limit["calls"]) - 1
        seconds = windows * (limit["seconds"] + _MARGIN_SECONDS)
        if seconds > slowest:
            slowest, bound_by = (
                seconds,
                f"limited by the rate limit of {limit['calls']:.0f} per {limit['seconds']:.0f} s",
            )
    if options.max_time is not None and options.max_time < slowest:
        slowest, bound_by = options.max_time, "limited by --max-time"
    return Cost(round(total), slowest, bound_by, parts)


def of_flows(options: Options, shared: Shared, tests: Collection[str]) -> Beside:
    """The requests of the flows with these tests: none where nothing may be written."""
    if shared.safety is Safety.OBSERVE or not shared.accounts:
        return NOTHING
    requests = sum(cost_of_flow(test, options.depth.name, shared.limits) for test in tests)
    return Beside(FLOWS, requests, math.ceil(requests * _SIGN_INS_OF_FLOWS))


def of_hand_written(shared: Shared, tests: Iterable[str]) -> Beside:
    """The requests of hand-written tests, by the names of their functions: few where nothing may be written."""
    if shared.creates_nothing:
        return Beside(HAND_WRITTEN, sum(_READING_TESTS.get(test, _OF_ONE_READING_TEST) for test in tests), 0)
    if not shared.accounts:
        return NOTHING
    sent = [MEASURED_TESTS.get(test, _OF_ONE_TEST) for test in tests]
    return Beside(HAND_WRITTEN, sum(sent), math.ceil(len(sent) * _SIGN_INS_OF_ONE_TEST))


def spaced(operations: Sequence[Operation], limits: Mapping[str, Mapping[str, float]]) -> list[Operation]:
    """Sorts the operations so that those of scarce buckets are at both ends and a window passes between them."""
    scarce = sorted((o for o in operations if is_scarce(o, limits)), key=lambda o: (o.rate_limits[-1], o.id))
    others = [operation for operation in operations if operation not in scarce]
    return [*scarce[0::2], *others, *scarce[1::2]]
