"""Estimates how many requests and seconds a run costs its target, before the first generated request."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from peertube_conformance.conformance.arrangements.registry import answers_of, success_of
from peertube_conformance.conformance.execution.access_matrix import ACCESS, ROLES, cells
from peertube_conformance.conformance.options import Depth, Options
from peertube_conformance.fixtures.run.run import Shared
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.reports.formatting import counted, duration_text
from peertube_conformance.spec import Operation

# Measured on two cores against a real 6.2.0 without limits: seconds for generating, judging and recording a request,
# beside the response time, and the factor for preparing requests on top of the planned ones.
_OWN_SECONDS = 0.012
_PREPARING = 1.15
_SIGN_INS = 15
# The average share of the flows that an operation is part of.
_ABOUT = 0.055
_MARGIN_SECONDS = 0.25
_SCARCE_PER_MINUTE = 10
_PLENTY_PER_SECOND = 20
# Requests sent of an operation that the instance allows only a few times in minutes.
SCARCE_VALID = 1
SCARCE_DEFECTS = 2


@dataclass(frozen=True, slots=True)
class Beside:
    """Requests sent beside the phases of the operations, by kind of test, and the sign-ins among them."""

    kind: str
    requests: int
    sign_ins: int


# Measured on the embedded instance, where every feature is on.
OPERATIONS = "operations"
NOTHING = Beside("", 0, 0)
HAND_WRITTEN = Beside("hand-written", 1_000, 30)
FLOWS: Mapping[str, Beside] = {
    "smoke": Beside("flows", 2_500, 60),
    "standard": Beside("flows", 9_000, 250),
    "thorough": Beside("flows", 60_000, 1_500),
}
# Where an instance allows few requests, flows run fewer sequences and share their accounts.
SPARING_FLOWS = Beside("flows", 3_000, 40)


@dataclass(frozen=True, slots=True)
class Cost:
    """Total requests, and the seconds they take: bound by the instance's limits or by the machine's speed."""

    requests: int
    seconds: float
    bound_by: str
    # The requests by the kind of test that sends them.
    parts: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"about {counted(self.requests, 'request')}, about {duration_text(round(self.seconds))} ({self.bound_by})"
        )


def estimate(operations: Sequence[Operation], options: Options, shared: Shared, workers: int, *beside: Beside) -> Cost:
    """Sums the requests of the operations and of `beside`, and compares them with each bucket of the instance."""
    limits = shared.limits
    counted: dict[str, float] = defaultdict(float)
    total = 0.0
    for operation in operations:
        if shared.safety is Safety.OBSERVE and not operation.is_safe:
            continue
        if operation.capability and operation.capability not in shared.capabilities:
            continue
        requests = planned(operation, options.depth, limits)
        total += requests
        for bucket in operation.rate_limits:
            counted[bucket] += requests if bucket != "register" else 2
    counted["api"] *= _PREPARING
    total *= _PREPARING
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


def of_flows(options: Options, shared: Shared, operations: int) -> Beside:
    """The requests of the flows that concern any of `operations` chosen operations: none where nothing may be written."""
    if shared.safety is Safety.OBSERVE or not shared.accounts:
        return NOTHING
    every = SPARING_FLOWS if is_tight(shared.limits) else FLOWS[options.depth.name]
    share = 1 - (1 - _ABOUT) ** operations
    return _shared_out(every, share / options.shard.of)


def of_hand_written(options: Options, shared: Shared) -> Beside:
    """The requests of the hand-written tests: none where nothing may be written, or operations are selected."""
    if shared.safety is Safety.OBSERVE or not shared.accounts or options.operations or options.tags:
        return NOTHING
    return _shared_out(HAND_WRITTEN, 1 / options.shard.of)


def _shared_out(every: Beside, share: float) -> Beside:
    return replace(every, requests=round(share * every.requests), sign_ins=math.ceil(share * every.sign_ins))


def is_tight(limits: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether the instance's general rate limit is lower than the rate at which a machine sends."""
    general = limits.get("api")
    return general is not None and general["calls"] / general["seconds"] < _PLENTY_PER_SECOND


def planned(operation: Operation, depth: Depth, limits: Mapping[str, Mapping[str, float]]) -> float:
    """Estimates how many requests the phases of an operation send."""
    arranged = success_of(operation.id) is not None and not operation.is_safe
    valid = max(2, depth.valid // 4) if arranged or operation.method == "DELETE" else depth.valid
    places = len(operation.parameters) * 2 + sum(4 for _ in operation.request_bodies)
    invalid = min(depth.defects, places * depth.variants)
    if is_scarce(operation, limits):
        valid, invalid = SCARCE_VALID, SCARCE_DEFECTS
    access = sum(cell.asked_by in {ACCESS, ROLES} for cell in cells(operation))
    return valid + invalid + access + 1 + sum(1 for _ in answers_of(operation.id))


def is_scarce(operation: Operation, limits: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether the instance allows so few calls of the operation that none is spent on variants."""
    return any(
        60 * limits[name]["calls"] / limits[name]["seconds"] < _SCARCE_PER_MINUTE
        for name in operation.rate_limits
        if name in limits
    )


def spaced(operations: Sequence[Operation], limits: Mapping[str, Mapping[str, float]]) -> list[Operation]:
    """Sorts the operations so that those of scarce buckets are at both ends and a window passes between them."""
    scarce = sorted((o for o in operations if is_scarce(o, limits)), key=lambda o: (o.rate_limits[-1], o.id))
    others = [operation for operation in operations if operation not in scarce]
    return [*scarce[0::2], *others, *scarce[1::2]]
