"""Writes to the console without secrets, and with no control sequences that a terminal or a CI obeys."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from peertube_conformance.reports.redaction.redactor import Redactor
from peertube_conformance.reports.redaction.safe_output import Shown, file_text, paragraph, sentence, view


class Console:
    """Writes lines, each by one call of `write`."""

    def __init__(self, write: Callable[[Shown], object], redactor: Callable[[], Redactor]) -> None:
        self._write = write
        self._redactor = redactor

    def say(self, text: str) -> None:
        """Writes one line of any text."""
        self._write(sentence(text, self._redactor()))

    def tell(self, text: str) -> None:
        """Writes lines of any text, for example of a traceback."""
        self._write(paragraph(text, self._redactor()))

    def write_file(self, text: str) -> None:
        """Writes a page or a JSON text that was made from a clean document and has its own escapes."""
        self._write(file_text(text))

    def show(self, lines: Iterable[str]) -> None:
        """Writes lines of a view; those that replay a request stay as they are."""
        redactor = self._redactor()
        for line in lines:
            self._write(view(line, redactor))
