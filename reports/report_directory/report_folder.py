"""The report folder: only one process at a time writes to it, and replaces only files that the product wrote.

The file `.peertube-conformance.json` in it is the lock and the mark: it names each file that was written, with the
SHA-256 of its content. A file that is not so marked is the product's own only where its content shows it
(`file_recognition`). Below the folder no link is followed; the folder itself may be one. Other files stay as they are.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from peertube_conformance.reports.model.write_errors import not_written
from peertube_conformance.reports.report_directory.file_recognition import (
    ALLURE,
    BEGUN,
    CONTAINER,
    ENVIRONMENT,
    EXCHANGES,
    FILES,
    HEAD_BYTES,
    PARTS,
    RESULT,
    belonging,
    is_part,
    is_recognised,
)
from peertube_conformance.reports.report_directory.lock_file import CAREFUL, Mark, ReportError, is_there, not_own

__all__ = ["INCOMPLETE", "ReportError", "ReportFolder", "open_part"]

INCOMPLETE = "the report is not complete"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY
_MOST_RESULT_BYTES = 16 * 1024 * 1024


class ReportFolder:
    """A report folder, locked by this process; a context manager that unlocks it."""

    def __init__(self, path: Path) -> None:
        """Creates the folder if necessary and locks it. Raises ReportError where it cannot be written to, another
        process writes to it, or it has a foreign file of a name to be written; then nothing was changed."""
        self.path = path
        self._is_open = False
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Unlocks the folder, so that another process can write to it."""
        if self._is_open:
            self._is_open = False
            self._mark.close()
            os.close(self._root)

    def write(self, name: str, content: bytes) -> None:
        """Writes a file of the folder, replacing it atomically. Raises ReportError."""
        with self.writing(name) as file:
            file.write(content)

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Yields a file to write to, which replaces the one of this name on exit. Raises ReportError."""
        with self._in_words():
            self._reopen_where_removed()
            with self._inside(name.rpartition("/")[0]) as at, self._replacing(at, name) as file:
                yield file
            self._mark.save()

    def write_allure(self, files: Mapping[str, bytes]) -> None:
        """Replaces the Allure results that the product wrote by these files. Raises ReportError."""
        with self._in_words():
            self._reopen_where_removed()
            with self._inside(ALLURE) as at:
                self._remove(at, ALLURE, lambda _name: True)
                # Attachments last: if this is interrupted, a result shows that they are the product's.
                for name, content in sorted(files.items(), key=lambda file: "-attachment." in file[0]):
                    with self._replacing(at, f"{ALLURE}/{name}") as file:
                        file.write(content)
            self._mark.save()

    def begin(self) -> None:
        """Removes the exchanges and Allure results of an earlier run. Raises ReportError."""
        self.remove_parts()
        with self._in_words():
            if self._is_own(self._root, EXCHANGES):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(EXCHANGES, dir_fd=self._root)
            if is_there(self._root, ALLURE):
                with self._inside(ALLURE) as at:
                    self._remove(at, ALLURE, lambda _name: True)
            self._mark.save()

    def remove_parts(self) -> None:
        """Removes the workers' records, and their folder where nothing else is in it. Raises ReportError."""
        with self._in_words():
            self._reopen_where_removed()
            if is_there(self._root, PARTS):
                with self._inside(PARTS) as at:
                    self._remove(at, PARTS, is_part)
                with contextlib.suppress(OSError):
                    os.rmdir(PARTS, dir_fd=self._root)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Raises any OSError as a ReportError that says what to do."""
        try:
            yield
        except ReportError:
            raise
        except OSError as error:
            raise ReportError(not_written(INCOMPLETE, error, self.path)) from error

    # Opening

    def _open(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._root = os.open(self.path, _FOLDER)
        except OSError as error:
            raise self._not_writable(error) from error
        try:
            self._mark = Mark(self.path, self._root)
        except OSError as error:
            os.close(self._root)
            raise error if isinstance(error, ReportError) else self._not_writable(error) from error
        self._is_open = True
        foreign = next(self._foreign(), None)
        try:
            if foreign is not None:
                raise not_own(self.path / foreign)
            self._mark.save()
        except OSError as error:
            if self._mark.is_new:
                self._mark.remove()
            self.close()
            raise error if isinstance(error, ReportError) else self._not_writable(error) from error

    def _not_writable(self, error: OSError) -> ReportError:
        return ReportError(f"the report cannot be written to {self.path} ({error.strerror}): give another --report-dir")

    def _reopen_where_removed(self) -> None:
        """Creates the folder again if it was removed during the run."""
        with contextlib.suppress(OSError):
            if os.path.samestat(self.path.stat(), os.fstat(self._root)):
                return
        self.close()
        self._open()

    # Ownership of files

    def _foreign(self) -> Iterator[str]:
        """Yields names that a run writes to and that belong to files which the product did not write."""
        yield from (name for name in FILES if not self._is_own(self._root, name))
        for folder, is_written in ((PARTS, is_part), (ALLURE, lambda name: name == ENVIRONMENT)):
            if not is_there(self._root, folder):
                continue
            try:
                with self._inside(folder) as at:
                    names = [f"{folder}/{name}" for name in _names(at) if is_written(name)]
                    yield from (name for name in names if not self._is_own(at, name))
            except OSError:
                yield folder

    def _is_own(self, at: int, name: str) -> bool:
        """Whether a file may be replaced or removed: it does not exist, or is a regular file that the product wrote."""
        try:
            opened = os.open(name.rpartition("/")[2], os.O_RDONLY | CAREFUL, dir_fd=at)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            return False
        with os.fdopen(opened, "rb") as file:
            head = file.read(HEAD_BYTES)
            if is_recognised(name, head) or (not head and self._is_killed_worker_s(at, name)):
                return True
            file.seek(0)
            return name in self._mark.digests and self._mark.digests[name] == _digest(file)

    def _is_killed_worker_s(self, at: int, name: str) -> bool:
        """Whether an empty file is the record of a worker that was killed before it wrote a line: the file that its run
        began with is beside it."""
        folder, _, last = name.rpartition("/")
        begun = f"{PARTS}/{BEGUN}"
        is_record = folder == PARTS and last != BEGUN and is_part(last)
        return is_record and is_there(self._root, begun) and self._is_own(at, begun)

    # Changing

    @contextmanager
    def _inside(self, folder: str) -> Iterator[int]:
        """Opens the folder itself where the name is empty, else a subfolder, which is created if necessary."""
        if not folder:
            yield self._root
            return
        opened = open_below(self._root, folder)
        try:
            yield opened
        finally:
            os.close(opened)

    @contextmanager
    def _replacing(self, at: int, name: str) -> Iterator[IO[bytes]]:
        if not self._is_own(at, name):
            raise not_own(self.path / name)
        last = name.rpartition("/")[2]
        partial = f".{last}.{secrets.token_hex(4)}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | CAREFUL
        with os.fdopen(os.open(partial, flags, 0o666, dir_fd=at), "w+b") as file:
            try:
                yield file
                file.seek(0)
                digest = _digest(file)
                # A link of this name is replaced, not followed.
                os.replace(partial, last, src_dir_fd=at, dst_dir_fd=at)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(partial, dir_fd=at)
                raise
        self._mark.digests[name] = digest

    def _remove(self, at: int, folder: str, is_meant: Callable[[str], bool]) -> None:
        """Removes the product's files from a folder, as far as `is_meant` selects them by name."""
        names = {name for name in _names(at) if is_meant(name)}
        own = {name for name in names if self._is_own(at, f"{folder}/{name}")}
        if folder == ALLURE:
            # Allure's attachments, and its plugin's containers for fixtures, are removed with the results.
            containers = {name: _content(at, name) for name in names if name.endswith(CONTAINER)}
            results = (_content(at, name) for name in own if name.endswith(RESULT))
            own |= names & belonging(results, containers)
        for name in sorted(own):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=at)
            self._mark.digests.pop(f"{folder}/{name}", None)


def open_below(root: int, folder: str) -> int:
    """Opens a subfolder, which is created if necessary; raises OSError where it is a link."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, dir_fd=root)
    return os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=root)


def open_part(directory: Path, worker: str) -> IO[bytes]:
    """Opens a worker's record in a report folder for appending and reading; no link below the folder is followed."""
    directory.mkdir(parents=True, exist_ok=True)
    root = os.open(directory, _FOLDER)
    try:
        parts = open_below(root, PARTS)
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | CAREFUL
            opened = os.open(f"{worker}.ndjson", flags, 0o666, dir_fd=parts)
        finally:
            os.close(parts)
    finally:
        os.close(root)
    found = os.fstat(opened)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(opened)
        raise OSError(errno.EMLINK, "it is not a regular file, or has more than one name")
    return os.fdopen(opened, "ab+", buffering=0)


def _content(at: int, name: str) -> bytes:
    """The content of a file, up to 16 MiB; empty where it cannot be read."""
    try:
        with os.fdopen(os.open(name, os.O_RDONLY | CAREFUL, dir_fd=at), "rb") as file:
            return file.read(_MOST_RESULT_BYTES)
    except OSError:
        return b""


def _names(at: int) -> list[str]:
    with os.scandir(at) as entries:
        return sorted(entry.name for entry in entries)


def _digest(file: IO[bytes]) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
