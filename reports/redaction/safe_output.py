"""Texts that may be shown: without secrets, and with an escape for whatever a terminal, a CI system or a reader obeys.

Texts of the target may hold control characters, marks that turn the direction of writing, and workflow commands of CI
systems. These take a command from any line that begins with `::`, once trimmed, or holds `##[`. An escaped text that is
escaped again stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NewType

if TYPE_CHECKING:
    from peertube_conformance.reports.redaction.redactor import Redactor

# What is written to a console or a file of a report is of these types, which nothing but this module makes.
Shown = NewType("Shown", str)
CleanDocument = NewType("CleanDocument", Mapping[str, Any])

# Control characters (C0, C1), what is invisible or turns the direction of writing, half characters and non-characters.
UNFIT = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ud800-\udfff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"
)
_COMMAND = r"##(?=[\w.-]{0,40}\[)"
_IN_TEXT = re.compile(rf"[{UNFIT}]|{_COMMAND}|(?:^|(?<=\s))::", re.MULTILINE)
_IN_JSON = re.compile(rf"[{UNFIT}]|{_COMMAND}")
_SPACE = re.compile(r"\s+")
# Members of the run document that hold words of the harness: a password that is one of them says nothing there.
_OWN_MEMBERS = frozenset({
    "schemaVersion", "harness", "contract", "safety", "depth", "failOn", "tests", "level", "section", "source", "verdict",
    "operationId", "method", "path", "tag", "id", "intent", "role", "needs", "requirement", "requirements", "check",
    "status", "startedAt", "witnessed", "unwitnessed", "statuses", "kind",
})  # fmt: skip


def escaped(text: str) -> str:
    """The text with every character or command that is not to be obeyed as an escape; tabs and line feeds stay."""
    return _IN_TEXT.sub(_escape, text)


def escaped_line(text: str) -> str:
    """The escaped text on one line."""
    return _SPACE.sub(" ", escaped(text)).strip()


def escaped_json(text: str) -> str:
    """A JSON text of the same value, with JSON's own escapes."""
    if text.isascii() and "##" not in text and "\x7f" not in text:
        return text
    return _IN_JSON.sub(_escape_json, text)


def sentence(text: str, redactor: Redactor) -> Shown:
    """One line of the console from any text."""
    return Shown(escaped_line(redactor.error(text)))


def paragraph(text: str, redactor: Redactor) -> Shown:
    """Lines of the console from any text, as a traceback is."""
    return Shown(escaped(redactor.error(text)))


def view(text: str, redactor: Redactor) -> Shown:
    """Lines made from a clean document, which may hold lines that replay a request."""
    return Shown(escaped(redactor.known(text)))


def file_text(text: str) -> Shown:
    """The text of a file that was made from a clean document."""
    return Shown(text)


def clean_document(document: Mapping[str, Any], redactor: Redactor) -> CleanDocument:
    """A run document without the secrets that are known by value."""
    return CleanDocument(_clean(document, redactor))


def _clean(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, Mapping):
        return {
            redactor.known(name): member if name in _OWN_MEMBERS else _clean(member, redactor)
            for name, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [_clean(item, redactor) for item in value]
    return redactor.known(value)


def _escape(found: re.Match[str]) -> str:
    if found[0] == "##":
        return r"#\x23"
    if found[0] == "::":
        return r"\x3a:"
    return _numbered(ord(found[0]), r"\x%02x")


def _escape_json(found: re.Match[str]) -> str:
    if found[0] == "##":
        return r"#\u0023"
    number = ord(found[0])
    if number > 0xFFFF:
        high, low = divmod(number - 0x10000, 0x400)
        return rf"\u{0xD800 + high:04x}\u{0xDC00 + low:04x}"
    return _numbered(number, r"\u%04x")


def _numbered(number: int, short: str) -> str:
    if number <= 0xFF:
        return short % number
    return rf"\u{number:04x}" if number <= 0xFFFF else rf"\U{number:08x}"
