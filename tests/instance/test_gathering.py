"""What is written in one turn of the event loop leaves together, in order, and nothing is lost at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from peertube_conformance.fixtures.instance.gathering import _Gathering


class _Transport:
    """Remembers what was handed to it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def _driven(drive: Callable[[Any], Any]) -> _Transport:
    """What became of a transport that was driven so."""
    transport = _Transport()

    async def run() -> None:
        gathering = _Gathering(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        await drive(gathering)
        await asyncio.sleep(0)

    asyncio.run(run())
    return transport


def test_one_turn_is_one_write() -> None:
    async def drive(gathering: Any) -> None:
        gathering.write(b"head, ")
        gathering.write(b"body")
        gathering.write(b"")

    assert _driven(drive).sent == [b"head, body"]


def test_two_turns_are_two_writes() -> None:
    async def drive(gathering: Any) -> None:
        gathering.write(b"begun")
        await asyncio.sleep(0)
        gathering.write(b"gone on")

    assert _driven(drive).sent == [b"begun", b"gone on"]


def test_what_was_written_before_the_end_is_sent_before_it() -> None:
    async def drive(gathering: Any) -> None:
        gathering.write(b"last words")
        gathering.close()
        assert gathering.is_closing()

    assert _driven(drive).sent == [b"last words"]
