"""Says in words why a file could not be written, and what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

_WRITABLE = "make {folder} writable"
_REPAIRS: Mapping[int | None, str] = {
    errno.ENOSPC: "free some space in {folder}",
    errno.EDQUOT: "free some space in {folder}",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EROFS: _WRITABLE,
    errno.EACCES: _WRITABLE,
    errno.EPERM: _WRITABLE,
}


def not_written(what: str, error: OSError, folder: Path) -> str:
    """One sentence: `what` is wrong, the reason, and what to do about the folder that was written to."""
    repair = _REPAIRS.get(error.errno, "check the disk of {folder}").format(folder=folder)
    return f"{what} ({error.strerror or error}): {repair}"
