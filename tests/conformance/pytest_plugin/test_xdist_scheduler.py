"""Several workers: what is asked of one operation is asked by one of them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from xdist.remote import Producer

from peertube_conformance.conformance.pytest_plugin.xdist_scheduler import Scheduling

OPERATIONS = {"getVideo", "putVideo"}
ITEMS = [
    "stateful/test_lists.py::test_lists",
    "conformance/test_cors.py::test_preflight",
    "conformance/test_operations.py::test_valid[getVideo]",
    "conformance/test_operations.py::test_invalid[getVideo]",
    "conformance/test_roles.py::test_roles[getVideo]",
    "conformance/test_operations.py::test_valid[putVideo]",
    "conformance/test_operations.py::test_invalid[putVideo]",
    "conformance/test_roles.py::test_roles[putVideo]",
    "conformance/test_rate_limits.py::test_limits_of_their_own[getOAuthToken]",
    "conformance/test_rate_limits.py::test_window_ends",
]


class Node:
    """A worker that notes what it is given."""

    shutting_down = False

    def __init__(self, name: str = "gw0") -> None:
        self.given: list[str] = []
        self.is_killed = False
        self.gateway = SimpleNamespace(id=name)

    def send_runtest_some(self, indices: list[int]) -> None:
        if self.is_killed:
            raise OSError("cannot send (already closed?)")
        self.given += [ITEMS[index] for index in indices]

    def shutdown(self) -> None:
        self.shutting_down = True


class Config:
    """The part of pytest's configuration that xdist's schedulers read."""

    def __init__(self) -> None:
        self.option = SimpleNamespace(loadscopereorder=True)

    def getvalue(self, _name: str) -> list[str]:
        return ["popen", "popen"]


def scheduled(
    operations: set[str], retried: Callable[[str, str], None] = lambda _item, _worker: None
) -> tuple[Scheduling, list[Node]]:
    """Two workers that got their first items."""
    config: Any = Config()
    scheduling = Scheduling(config, Producer("test", enabled=False), operations, retried=retried)
    nodes = [Node("gw0"), Node("gw1")]
    for node in nodes:
        scheduling.add_node(node)
        scheduling.add_node_collection(node, ITEMS)
    scheduling.schedule()
    return scheduling, nodes


def handed_out(operations: set[str]) -> list[list[str]]:
    """What each of two workers is given when both finish item after item in turn."""
    scheduling, nodes = scheduled(operations)
    done = [0, 0]
    while any(number < len(node.given) for number, node in zip(done, nodes, strict=True)):
        for which, node in enumerate(nodes):
            if done[which] < len(node.given):
                scheduling.mark_test_complete(node, ITEMS.index(node.given[done[which]]))
                done[which] += 1
    return [node.given for node in nodes]


def test_one_worker_gets_everything_of_an_operation() -> None:
    given = handed_out(OPERATIONS)
    assert sorted(item for some in given for item in some) == sorted(ITEMS)
    for operation in OPERATIONS:
        asked = [{item for item in some if f"[{operation}]" in item} for some in given]
        assert sorted(map(len, asked)) == [0, 3]


def test_one_worker_uses_limits_up_and_sees_how_that_ends_when_nothing_else_is_left() -> None:
    given = handed_out(OPERATIONS)
    by_hand = ["test_cors.py", "test_rate_limits.py"]
    assert sorted(len([item for item in some if any(map(item.count, by_hand))]) for some in given) == [0, 3]
    assert any(some[-1] == ITEMS[-1] and ITEMS[1] in some[:2] and len(some) > 4 for some in given)


def test_what_goes_last_goes_to_another_where_its_worker_was_killed() -> None:
    scheduling, nodes = scheduled(OPERATIONS)
    assert ITEMS[1] in nodes[1].given
    assert scheduling.remove_node(nodes[1]) is None
    for item in nodes[0].given:
        scheduling.mark_test_complete(nodes[0], ITEMS.index(item))
    assert nodes[0].given[-2:] == ITEMS[-2:]


def test_hand_written_tests_alone_go_in_their_order() -> None:
    config: Any = Config()
    scheduling = Scheduling(config, Producer("test", enabled=False), OPERATIONS)
    node, by_hand = Node(), [ITEMS[1], *ITEMS[-2:]]
    scheduling.numnodes = 1
    scheduling.add_node(node)
    scheduling.add_node_collection(node, by_hand)
    scheduling.schedule()
    assert len(node.given) == len(by_hand)
    assert node.shutting_down


def test_what_was_collected_first_goes_first() -> None:
    first, second = handed_out(OPERATIONS)
    assert (first[0], second[0]) == (ITEMS[0], ITEMS[1])


@pytest.mark.parametrize("folder", ["", "stateful/", "some/where/stateful/"])
def test_flows_go_one_by_one_wherever_pytest_is_called(folder: str) -> None:
    config: Any = Config()
    scheduling = Scheduling(config, Producer("test", enabled=False), OPERATIONS)
    items = [f"{folder}{name}" for name in ("test_lists.py::test_lists", "test_history.py::test_watch_history")]
    assert [scheduling._split_scope(item) for item in items] == items


def test_where_nothing_belongs_together_items_go_one_by_one() -> None:
    first, second = handed_out(set())
    assert first[:2] + second[:2] == [ITEMS[0], ITEMS[2], ITEMS[1], ITEMS[3]]


def finish(scheduling: Scheduling, node: Node) -> None:
    """Lets a worker run whatever it is given, until nothing is left."""
    while not scheduling.tests_finished:
        pending = [item for item in node.given if _is_open(scheduling, node, item)]
        assert pending, "nobody has what is left"
        for item in pending:
            scheduling.mark_test_complete(node, ITEMS.index(item))


@pytest.mark.parametrize("operations", [OPERATIONS, set()])
def test_what_a_killed_worker_left_goes_to_the_others_and_what_it_was_running_too(operations: set[str]) -> None:
    again: list[tuple[str, str]] = []
    scheduling, nodes = scheduled(operations, lambda item, worker: again.append((item, worker)))
    assert scheduling.remove_node(nodes[0]) is None
    assert again == [(ITEMS[0], "gw0")]
    finish(scheduling, nodes[1])
    assert sorted(nodes[1].given) == sorted(ITEMS)
    # The last two are still running when the scheduler has nothing left to give.
    assert {*scheduling.unfinished()} <= {*nodes[1].given[-2:]}


@pytest.mark.parametrize("operations", [OPERATIONS, set()])
def test_an_item_that_is_run_when_two_workers_are_killed_is_not_run_a_third_time(operations: set[str]) -> None:
    scheduling, nodes = scheduled(operations)
    assert scheduling.remove_node(nodes[0]) is None
    while nodes[1].given[-1] != ITEMS[0]:
        scheduling.mark_test_complete(nodes[1], ITEMS.index(nodes[1].given[0]))
        nodes[1].given.pop(0)
    for item in nodes[1].given[:-1]:
        if _is_open(scheduling, nodes[1], item):
            scheduling.mark_test_complete(nodes[1], ITEMS.index(item))
    replacement = Node("gw2")
    scheduling.add_node(cast("Any", replacement))
    scheduling.add_node_collection(cast("Any", replacement), ITEMS)
    assert scheduling.remove_node(nodes[1]) == ITEMS[0]
    assert scheduling.crashed[ITEMS[0]] == ["gw0", "gw1"]
    finish(scheduling, replacement)
    assert ITEMS[0] not in replacement.given
    assert ITEMS[0] not in scheduling.unfinished()


def test_workers_that_are_killed_at_the_same_time_leave_all_items_to_their_replacements() -> None:
    scheduling, nodes = scheduled(OPERATIONS)
    for node in nodes:
        node.is_killed = True
    for node in nodes:
        assert scheduling.remove_node(node) is None
    assert sorted(scheduling.unfinished()) == sorted(ITEMS)
    collecting, replacement = Node("gw2"), Node("gw3")
    scheduling.add_node(cast("Any", collecting))
    scheduling.add_node(cast("Any", replacement))
    scheduling.add_node_collection(cast("Any", replacement), ITEMS)
    scheduling.schedule()
    finish(scheduling, replacement)
    assert sorted(replacement.given) == sorted(ITEMS)
    assert not collecting.shutting_down


def _is_open(scheduling: Scheduling, node: Node, item: str) -> bool:
    return any(unit.get(item) is False for unit in scheduling.assigned_work[node].values())
