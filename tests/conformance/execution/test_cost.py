"""What a run costs its target is told beforehand, and grows with what is asked for."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from peertube_conformance.conformance.execution.cost import NOTHING, Cost, estimate, of_flows, of_hand_written, spaced
from peertube_conformance.conformance.execution.item_costs import (
    FLOWS,
    cost_of_flow,
    cost_of_phase,
    cost_of_test,
    is_scarce,
    is_tight,
    planned,
)
from peertube_conformance.conformance.options import DEPTHS, Options
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.rate_limit.windows import STOCK_LIMITS
from peertube_conformance.fixtures.run.run import Shared
from peertube_conformance.fixtures.safety.guard import Safety
from peertube_conformance.spec import Contract, Operation, load_contract
from tests.stateful.flows import flows

RAISED = {"api": {"calls": 1_000_000.0, "seconds": 10.0}}
STOCK = {name: {"calls": calls, "seconds": seconds} for name, (calls, seconds) in STOCK_LIMITS.items()}
EVERYTHING = {
    "signup": {"allowed": True, "allowedForCurrentIP": True, "requiresApproval": True},
    "email": {"enabled": True},
    "export": {"users": {"enabled": True}},
    "import": {"users": {"enabled": True}},
    "videoStudio": {"enabled": True},
    "videoFile": {"update": {"enabled": True}},
}
SHARED = Shared(
    folder=Path("unused"),
    base_url="http://localhost:9000",
    server_version="6.2.0",
    config=EVERYTHING,
    safety=Safety.SANDBOX,
    prefix="ptc",
    ledger=Path("unused"),
    mailbox="",
    seed=1,
    embedded=False,
    limits=RAISED,
    latency=0.01,
)
ROOT = Account("main", "admin", 1, 2, "root", "admin@example.org", "secret", "token", "refresh", 3, "root_channel")
LIMITED = replace(SHARED, limits=STOCK)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract()


def cost(operations: tuple[Operation, ...], depth: str = "standard", shared: Shared = SHARED, workers: int = 1) -> Cost:
    return estimate(operations, Options(depth=DEPTHS[depth]), shared, workers)


def test_nothing_costs_nothing() -> None:
    assert cost(()).requests == 0


def test_each_operation_and_each_depth_adds_requests(contract: Contract) -> None:
    some, all_of_them = contract.operations[:10], contract.operations
    assert 0 < cost(some).requests < cost(all_of_them).requests
    assert cost(some, "smoke").requests < cost(some).requests < cost(some, "thorough").requests
    assert cost(all_of_them).requests >= 2 * len(all_of_them)


def test_what_is_not_sent_costs_nothing(contract: Contract) -> None:
    observed = cost(contract.operations, shared=replace(SHARED, safety=Safety.OBSERVE))
    safe = tuple(operation for operation in contract.operations if operation.is_safe)
    assert observed.requests == cost(safe).requests < cost(contract.operations).requests
    bare = cost(contract.operations, shared=replace(SHARED, config={}))
    assert bare.requests < cost(contract.operations).requests


def test_the_slowest_limit_sets_the_pace(contract: Contract) -> None:
    reading = tuple(o for o in contract.operations if o.is_safe and o.rate_limits == ("api",))
    found = cost(reading, shared=LIMITED)
    assert found.bound_by == "limited by the rate limit of 50 per 10 s"
    assert found.seconds >= (found.requests / 50 - 1) * 10
    assert cost(contract.operations).bound_by == "limited by this machine"


def test_slow_answers_take_time(contract: Contract) -> None:
    quick, slow = (cost(contract.operations, shared=replace(SHARED, latency=latency)) for latency in (0.001, 0.5))
    assert slow.seconds > 0.5 * slow.requests > quick.seconds


def test_a_second_worker_halves_the_time_of_the_machine_and_not_of_a_limit(contract: Contract) -> None:
    one, two = cost(contract.operations), cost(contract.operations, workers=2)
    assert two.seconds == pytest.approx(one.seconds / 2)
    limited = [cost(contract.operations, shared=LIMITED, workers=workers).seconds for workers in (1, 2)]
    assert limited[0] == limited[1]


def test_the_time_that_was_given_is_the_most(contract: Contract) -> None:
    found = estimate(contract.operations, Options(max_time=5.0), LIMITED, 1)
    assert (found.seconds, found.bound_by) == (5.0, "limited by --max-time")


def test_what_is_allowed_seldom_is_asked_seldom_and_apart(contract: Contract) -> None:
    register, login, read = (contract.operation(name) for name in ("registerUser", "getOAuthToken", "getVideos"))
    assert is_scarce(register, STOCK)
    assert not is_scarce(register, RAISED)
    assert not is_scarce(read, STOCK)
    assert planned(login, DEPTHS["thorough"], STOCK) < planned(login, DEPTHS["thorough"], RAISED)
    order = spaced(contract.operations, STOCK)
    assert sorted(o.id for o in order) == sorted(o.id for o in contract.operations)
    scarce = [is_scarce(operation, STOCK) for operation in order]
    assert scarce[0]
    assert scarce[-1]
    assert True not in scarce[scarce.index(False) : len(scarce) - scarce[::-1].index(False)]


@pytest.mark.parametrize(("seconds", "reported"), [(5.4, "5 s"), (60, "1 min 0 s"), (119.6, "2 min 0 s"), (0, "0 s")])
def test_how_it_is_told(seconds: float, reported: str) -> None:
    assert str(Cost(12345, seconds, "x")) == (
        f"about 12,345 requests, about {reported} (x); the run ends at 37,035 requests, and each test at 3 times its own "
        "estimate"
    )


# What is sent beside the operations


def test_flows_and_hand_written_tests_add_to_the_cost(contract: Contract) -> None:
    shared = replace(SHARED, accounts={"root": ROOT})
    options = Options()
    alone = estimate(contract.operations, options, shared, 1)
    flows, others = of_flows(options, shared, FLOWS), of_hand_written(shared, ["test_window", "test_preflight"])
    assert flows.requests == sum(cost_of_flow(test, "standard", RAISED) for test in FLOWS)
    assert others.requests > cost_of_test("test_window")
    beside = estimate(contract.operations, options, shared, 1, others, flows)
    assert beside.requests - alone.requests == others.requests + flows.requests


def test_flows_that_are_not_run_cost_nothing() -> None:
    shared = replace(SHARED, accounts={"root": ROOT})
    assert of_flows(Options(), shared, ["test_lists"]).requests == FLOWS["test_lists"][1]
    assert of_flows(Options(), shared, []).requests == 0


def test_an_instance_that_allows_few_requests_is_walked_less() -> None:
    limited = replace(LIMITED, accounts={"root": ROOT})
    assert is_tight(STOCK)
    assert not is_tight(RAISED)
    assert not is_tight({})
    raised = of_flows(Options(), replace(limited, limits=RAISED), FLOWS).requests
    assert of_flows(Options(), limited, FLOWS).requests < raised


@pytest.mark.parametrize(
    ("options", "shared"), [(Options(), {"accounts": {"root": object()}, "safety": Safety.OBSERVE}), (Options(), {})]
)
def test_what_is_not_run_costs_nothing(options: Options, shared: dict) -> None:
    target = replace(SHARED, **shared)
    assert of_flows(options, target, FLOWS) == NOTHING
    assert of_hand_written(target, []).requests == 0


def test_hand_written_tests_cost_little_where_only_reading_is_allowed() -> None:
    tests = ["test_window", "test_bounds", "test_whole"]
    sandbox = replace(SHARED, accounts={"root": ROOT})
    observed = replace(SHARED, safety=Safety.OBSERVE)
    assert of_hand_written(SHARED, tests) == NOTHING
    assert 0 < of_hand_written(observed, tests).requests < of_hand_written(sandbox, tests).requests
    assert of_hand_written(observed, tests).sign_ins == 0


# Single items


def test_every_flow_has_an_estimate_for_each_depth() -> None:
    tests = {
        name for flow in flows().values() for name in vars(sys.modules[flow.__module__]) if name.startswith("test_")
    }
    assert FLOWS.keys() == tests
    for requests in FLOWS.values():
        assert len(requests) == len(DEPTHS)
        assert 0 < requests[0] < requests[1] < requests[2]
    assert cost_of_flow("test_lists", "standard", STOCK) < cost_of_flow("test_lists", "standard", RAISED)


def test_a_phase_may_send_what_is_planned_and_prepare_for_it(contract: Contract) -> None:
    operation = contract.operation("getVideos")
    costs = [cost_of_phase(operation, depth, RAISED) for depth in DEPTHS.values()]
    assert costs == sorted(costs)
    assert costs[0] > planned(operation, DEPTHS["smoke"], RAISED)


def test_a_few_operations_may_prepare_as_much_as_all(contract: Contract) -> None:
    one = (contract.operation("requestUserExport"),)
    assert cost(one).ceiling >= 3 * planned(one[0], DEPTHS["standard"], RAISED) + 60
