"""Standard output that may end before the run does: a pipe, a terminal or a disk."""

from __future__ import annotations

import os
from typing import Any, TextIO


class LastingOutput:
    """A text stream on a file descriptor; when that can no longer be written, text is discarded.

    A run must clean up and write its report even if nobody sees what it prints.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.failure = ""

    def write(self, text: str) -> int:
        """Writes a text, or discards it; returns its length."""
        try:
            self._stream.write(text)
        except OSError as error:
            self._discard(error)
        return len(text)

    def flush(self) -> None:
        """Writes what is buffered, or discards it."""
        try:
            self._stream.flush()
        except OSError as error:
            self._discard(error)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's."""
        return getattr(self._stream, name)

    def _discard(self, error: OSError) -> None:
        """Redirects the descriptor to the null device, so that what is buffered can be flushed there, also at exit."""
        self.failure = error.strerror or str(error)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self._stream.fileno())
        os.close(null)
        self._stream.flush()
