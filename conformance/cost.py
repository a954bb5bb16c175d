"""What a run costs its target, said before the first generated request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peertube_conformance.conformance.arrangements.registry import answers_of, success_of
from peertube_conformance.conformance.options import Depth, Options
from peertube_conformance.fixtures.guard import Safety
from peertube_conformance.fixtures.run import Shared
from peertube_conformance.spec import Operation
from peertube_conformance.spec.contract import Authentication

# Requests a second of one worker on two cores, generation included; measured against a real 6.2.0 without limits.
_PER_WORKER = 60.0
_PREPARING = 1.4


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests in all, and the seconds they take: by the instance's limits or by the machine's speed."""

    requests: int
    seconds: float
    bound_by: str

    def __str__(self) -> str:
        minutes, seconds = divmod(round(self.seconds), 60)
        duration = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
        return f"about {self.requests:,} requests, about {duration} ({self.bound_by})"


def estimate(
    operations: Sequence[Operation],
    options: Options,
    shared: Shared,
    limits: Mapping[str, Mapping[str, float]],
    workers: int,
) -> Cost:
    """The sum over the operations that will be sent, against each bucket of the instance."""
    counted: Counter[str] = Counter()
    total = 0.0
    for operation in operations:
        if shared.safety is Safety.OBSERVE and not operation.is_safe:
            continue
        if operation.capability and operation.capability not in shared.capabilities:
            continue
        requests = _of(operation, options.depth) * _PREPARING
        total += requests
        for bucket in operation.rate_limits:
            counted[bucket] += requests
    slowest, bound_by = total / (_PER_WORKER * max(1, min(workers, 2))), "bound by this machine"
    for bucket, requests in counted.items():
        limit = limits.get(bucket)
        if limit is None:
            continue
        # A window's worth leaves at once; after that the window sets the pace.
        seconds = max(0.0, requests - limit["calls"]) / limit["calls"] * limit["seconds"]
        if seconds > slowest:
            slowest, bound_by = seconds, f"bound by the limit of {limit['calls']:.0f} per {limit['seconds']:.0f} s"
    if options.max_time is not None and options.max_time < slowest:
        slowest, bound_by = options.max_time, "bound by --max-time"
    return Cost(round(total), slowest, bound_by)


def _of(operation: Operation, depth: Depth) -> float:
    arranged = success_of(operation.id) is not None and not operation.is_safe
    valid = max(2, depth.valid // 4) if arranged or operation.method == "DELETE" else depth.valid
    places = len(operation.parameters) * 2 + sum(4 for _ in operation.request_bodies)
    invalid = min(depth.defects, places * depth.variants)
    access = {Authentication.NONE: 0, Authentication.OPTIONAL: 1}.get(operation.authentication, 3)
    return valid + invalid + access + 1 + sum(1 for _ in answers_of(operation.id))
