"""No target can keep the harness busy without end: loops, polls and recursion have bounds, found by a lint rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unbounded_code import unbounded

ROOT = Path(__file__).parents[1]
ROOMS = ("fixtures", "conformance", "stateful")
# The embedded instance is a target itself.
INSTANCE = ROOT / "fixtures" / "instance"
# Places that the rule cannot see to be bounded, and why they are.
KNOWN = {
    ("fixtures/timing/deadline.py", "__init__"): "the one place that sleeps",
    ("fixtures/timing/deadline.py", "sleep"): "ends when the time is over",
    ("conformance/pytest_plugin/signals.py", "watch"): "looks at a file of this machine, and sends nothing",
    ("conformance/execution/phases.py", "valid"): "the requests are generated from the contract, as many as planned",
    ("fixtures/safety/hazards.py", "_has_no_day"): "the values of a request of the harness",
    ("fixtures/messages/json_response.py", "shaped"): "as deep as the shape, which is the harness's own",
    ("fixtures/messages/request_draft.py", "_pairs"): "the values of a request of the harness",
    ("conformance/generation/schemathesis_cases.py", "_plain"): "values that were generated",
    ("conformance/pytest_plugin/allure_plugin.py", "_clean"): "results of this session",
}
WRONG = """
## a while that asks
def f(world):
    while world.call('listVideos'):
        world.call('delVideo')
## a while that calls what it was given
def f(look):
    while not look():
        pass
## pages until one is empty
def f(self):
    start = 0
    while True:
        page = self.send('getVideos', query={'start': start})
        if not page:
            return
        start += 1
## a subscription that stays
def f(self):
    while followed := self._followed():
        self._unfollow(followed)
## a while that awaits
async def f(socket):
    while True:
        await socket
## an endless range
from itertools import count
def f(world):
    for page in count():
        world.ask('getVideos')
## an endless value
from itertools import repeat
def f(world):
    for _ in repeat(None):
        world.ask('getVideos')
## a function until
def f(look):
    for one in iter(look, None):
        one.remove()
## a sleep
import time
def f():
    time.sleep(1)
## an imported sleep
from time import sleep
## a request for each item
def f(world):
    for one in world.ask('getVideos').items('data'):
        world.call('delVideo', path=one)
## a request for each item of a name
def f(self):
    listed = self.send('getVideos').response.json['data']
    for one in listed:
        self.send('delVideo', path=one)
## a request for each item of a helper
def exports(world):
    return world.ask('listUserExports').items('data')
def f(world):
    for one in exports(world):
        world.call('deleteUserExport', path=one)
## recursion over a body
def f(body):
    return [f(one) for one in body] if isinstance(body, list) else body
## recursion of a method
class A:
    def f(self, body):
        return [self.f(one) for one in body]
"""
RIGHT = """
## a while over data
def f(waiting):
    while waiting:
        one = waiting.pop()
        waiting.extend(one)
## the polling helper
def f(self, look):
    for _ in self.deadline.polls('it', 30):
        if look():
            break
## the polling helper with pauses
from itertools import repeat
def f(self, look):
    for _ in self.deadline.polls('it', 30, repeat(0.1)):
        look()
## a few tries
def f(world):
    for _ in range(3):
        world.call('ping')
## a sleep of the deadline
def f(self):
    self.deadline.sleep(1)
## items that are cut
def f(world):
    for one in at_most(world.ask('getVideos').items('data'), 100):
        world.call('delVideo', path=one)
## items that are cut by a slice
def f(world):
    for one in world.ask('getVideos').items('data')[:10]:
        world.call('delVideo', path=one)
## items that are read only
def f(world):
    for one in world.ask('getVideos').items('data'):
        one.text('name')
## recursion with a depth
def f(body, depth=0):
    return [f(one, depth + 1) for one in body] if depth < 9 else []
## a method of another object by the same name
class A:
    def close(self):
        self.client.close()
    def text(self, value):
        return value.text()
## counting in a text
def f(text):
    for one in [text.count('a')]:
        print(one)
"""


def _cases(text: str) -> list[object]:
    """The pieces of code of a text, each below a line with its name."""
    pieces = [piece.partition("\n") for piece in text.split("## ")[1:]]
    return [pytest.param(code, id=name) for name, _, code in pieces]


def places() -> dict[tuple[str, str], list[str]]:
    """What the rule finds in the rooms: by file and function."""
    found: dict[tuple[str, str], list[str]] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if INSTANCE in path.parents:
                continue
            for one in unbounded(path.read_text()):
                place = str(path.relative_to(ROOT)), one.function
                found.setdefault(place, []).append(f"line {one.line}: {one.problem}")
    return found


def test_everything_that_sends_is_bounded() -> None:
    found = places()
    assert {place: what for place, what in found.items() if place not in KNOWN} == {}
    assert KNOWN.keys() - found.keys() == set(), "exceptions that are no longer needed"


@pytest.mark.parametrize("code", _cases(WRONG))
def test_wrong_code_is_found(code: str) -> None:
    assert unbounded(code)


@pytest.mark.parametrize("code", _cases(RIGHT))
def test_right_code_is_not(code: str) -> None:
    assert unbounded(code) == []
