"""A disk on which there is space for so many bytes only, in place of the module `os` in modules that write files."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

# What a system says when a file cannot be written any further.
REASONS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG)


class SmallDisk:
    """Has the functions of `os`; a write takes what there is space for, and the next one fails."""

    def __init__(self, space: int, reason: int = errno.ENOSPC) -> None:
        self.space = space
        self.reason = reason

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, file: int, data: bytes) -> int:
        return os.write(file, self.taken(data))

    def pwrite(self, file: int, data: bytes, at: int) -> int:
        return os.pwrite(file, self.taken(data), at)

    def fdopen(self, file: int, mode: str = "r", buffering: int = -1) -> Any:
        return SmallFile(os.fdopen(file, mode, buffering), self, is_whole=buffering != 0)

    def taken(self, data: bytes) -> bytes:
        """The beginning of the data for which there is space."""
        if data and self.space <= 0:
            self.fail()
        taken = data[: self.space]
        self.space -= len(taken)
        return taken

    def fail(self) -> None:
        raise OSError(self.reason, os.strerror(self.reason))


class SmallFile:
    """A file on this disk. One with a buffer writes everything or fails."""

    def __init__(self, file: Any, disk: SmallDisk, *, is_whole: bool) -> None:
        self._file = file
        self._disk = disk
        self._is_whole = is_whole

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> SmallFile:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        taken = self._disk.taken(data)
        self._file.write(taken)
        if self._is_whole and len(taken) < len(data):
            self._disk.fail()
        return len(taken)


@contextmanager
def small_disk(space: int, reason: int, *modules: ModuleType) -> Iterator[SmallDisk]:
    """Has these modules write to a small disk."""
    disk = SmallDisk(space, reason)
    with ExitStack() as stack:
        for module in modules:
            stack.enter_context(patch.object(module, "os", disk))
        yield disk
