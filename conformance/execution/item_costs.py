"""Estimates how many requests each item of a run sends: a phase of an operation, a hand-written test, or a flow."""

from __future__ import annotations

from collections.abc import Mapping

from peertube_conformance.conformance.arrangements.registry import answers_of, success_of
from peertube_conformance.conformance.execution.access_matrix import ACCESS, ROLES, cells
from peertube_conformance.conformance.options import Depth
from peertube_conformance.spec import Operation

Limits = Mapping[str, Mapping[str, float]]

_SCARCE_PER_MINUTE = 10
_PLENTY_PER_SECOND = 20
# Requests sent of an operation that the instance allows only a few times in minutes.
SCARCE_VALID = 1
SCARCE_DEFECTS = 2
# What a phase may have to prepare: accounts, videos, exports, and the polls until these are ready.
_PREPARED = 30
# The largest numbers of requests measured on the embedded instance, where every feature is on, with seeds 1 to 5.
_USUAL = 40
MEASURED_TESTS: Mapping[str, int] = {"test_exhaustion": 250, "test_bounds": 160, "test_window": 60, "test_pages": 60}
# Flows by their test, at the depths smoke, standard and thorough; those of thorough partly computed from the steps. A
# replaced file is awaited by polling: a PeerTube 6.2.0 took three times the requests of the embedded instance for it.
FLOWS: Mapping[str, tuple[int, int, int]] = {
    "test_avatars": (110, 410, 4_800),
    "test_export_import": (170, 490, 3_300),
    "test_watch_history": (40, 260, 3_200),
    "test_legacy_upload": (270, 1_200, 9_700),
    "test_lists": (230, 330, 2_400),
    "test_my_user": (80, 1_300, 10_800),
    "test_registration_list": (30, 60, 1_400),
    "test_resumable_import": (80, 800, 6_300),
    "test_resumable_replacement": (400, 3_000, 20_000),
    "test_resumable_upload": (80, 790, 6_300),
    "test_sessions": (80, 520, 6_400),
    "test_sign_up_by_approval": (80, 530, 6_600),
    "test_subscriptions": (250, 790, 7_900),
    "test_user_administration": (100, 750, 6_000),
    "test_video_lists": (90, 300, 2_400),
    "test_whole_journey": (130, 460, 2_100),
}
_DEPTHS = ("smoke", "standard", "thorough")
# An instance that allows few requests of any kind gets a third of the sequences.
_TIGHT_SHARE = 1 / 3
# What a flow finds is shortened by half as many requests as were announced: fewer would not do.
_LEAST_OF_FLOW = 100


def cost_of_phase(operation: Operation, depth: Depth, limits: Limits) -> int:
    """The requests that a phase of an operation sends at most: its defects, though few operations have that many,
    and what it may have to prepare."""
    return round(planned(operation, depth, limits)) + depth.defects + _PREPARED


def cost_of_test(name: str) -> int:
    """The requests of a hand-written test, by the name of its function."""
    return MEASURED_TESTS.get(name, _USUAL)


def cost_of_flow(name: str, depth: str, limits: Limits) -> int:
    """The requests of a flow, by the name of its test."""
    requests = FLOWS[name][_DEPTHS.index(depth)]
    return max(_LEAST_OF_FLOW, round(requests * _TIGHT_SHARE) if is_tight(limits) else requests)


def planned(operation: Operation, depth: Depth, limits: Limits) -> float:
    """Estimates how many requests the phases of an operation send."""
    arranged = success_of(operation.id) is not None and not operation.is_safe
    valid = max(2, depth.valid // 4) if arranged or operation.method == "DELETE" else depth.valid
    places = len(operation.parameters) * 2 + sum(4 for _ in operation.request_bodies)
    invalid = min(depth.defects, places * depth.variants)
    if is_scarce(operation, limits):
        valid, invalid = SCARCE_VALID, SCARCE_DEFECTS
    access = sum(cell.asked_by in {ACCESS, ROLES} for cell in cells(operation))
    return valid + invalid + access + 1 + sum(1 for _ in answers_of(operation.id))


def is_scarce(operation: Operation, limits: Limits) -> bool:
    """Whether the instance allows so few calls of the operation that none is spent on variants."""
    return any(
        60 * limits[name]["calls"] / limits[name]["seconds"] < _SCARCE_PER_MINUTE
        for name in operation.rate_limits
        if name in limits
    )


def is_tight(limits: Limits) -> bool:
    """Whether the instance's general rate limit is lower than the rate at which a machine sends."""
    general = limits.get("api")
    return general is not None and general["calls"] / general["seconds"] < _PLENTY_PER_SECOND
