"""The mark file of a report folder: it lists the files that the product wrote, and is the lock of the writing process."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import stat
from pathlib import Path

from peertube_conformance.reports.model.product import PRODUCT, VERSION

MARK = ".peertube-conformance.json"
_BEGINS = f'{{"product": "{PRODUCT}"'.encode()
# Opening a fifo must not wait for its other end.
CAREFUL = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_FILE = frozenset({errno.ELOOP, errno.EISDIR, errno.ENXIO})
# Some network file systems have no locks.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})
# Tries again where the lock was taken on a file that its owner had just removed.
_MOST_TRIES = 20


class ReportError(OSError):
    """The report, or a part of it, could not be written; the message is one sentence that says which and why."""


class Mark:
    """The mark file of an open report folder, locked until it is closed; a process that is killed leaves no lock.

    `digests` maps the files that were written, relative to the folder, to the SHA-256 of their contents.
    """

    def __init__(self, path: Path, root: int) -> None:
        """Locks and reads the file. Raises ReportError where another process has the lock, or the file is foreign."""
        self.digests: dict[str, str] = {}
        self._path = path
        self._root = root
        for _ in range(_MOST_TRIES):
            self.is_new = not is_there(root, MARK)
            self._file = self._opened()
            try:
                found = os.fstat(self._file)
                if found.st_nlink:
                    self._read(found)
                    return
            except BaseException:
                self.close()
                raise
            self.close()
        raise busy(path)

    def close(self) -> None:
        """Closes the file, which releases the lock."""
        os.close(self._file)

    def remove(self) -> None:
        """Removes the file from the folder."""
        os.unlink(MARK, dir_fd=self._root)

    def save(self) -> None:
        """Writes the file in place, as it is the lock too; one that a kill left torn marks nothing. Raises OSError."""
        members = {"product": PRODUCT, "format": 1, "version": VERSION, "files": self.digests}
        content = json.dumps(members).encode()
        if os.pwrite(self._file, content, 0) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.ftruncate(self._file, len(content))

    def _opened(self) -> int:
        try:
            opened = os.open(MARK, os.O_RDWR | os.O_CREAT | CAREFUL, 0o666, dir_fd=self._root)
        except OSError as error:
            if error.errno in _NO_FILE:
                raise not_own(self._path / MARK) from error
            raise
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                os.close(opened)
                raise busy(self._path) from error
        return opened

    def _read(self, found: os.stat_result) -> None:
        content = b""
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
            content = os.pread(self._file, found.st_size, 0)
        elif found.st_nlink:
            raise not_own(self._path / MARK)
        if content and not content.startswith(_BEGINS):
            raise not_own(self._path / MARK)
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
            self.digests = {str(name): str(digest) for name, digest in json.loads(content)["files"].items()}


def is_there(root: int, name: str) -> bool:
    """Whether a folder has an entry of this name, even if it is a link to nothing."""
    try:
        os.stat(name, dir_fd=root, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def not_own(path: Path) -> ReportError:
    """The error for a file that the product did not write and so must not replace."""
    return ReportError(
        f"{path} was not written by {PRODUCT} or is a link, and the report would replace it: move it, or give another "
        "--report-dir"
    )


def busy(path: Path) -> ReportError:
    """The error for a folder that another process is writing to."""
    return ReportError(
        f"another run or command is writing its report to {path}: wait until it ends, or give another --report-dir"
    )
