"""Makes texts safe to show: without secrets, and with control characters and CI workflow commands escaped.

Texts of the target may contain control characters, marks that change the direction of writing, and workflow commands of
CI systems. These take a command from any line that begins with `::`, once trimmed, or contains `##[`. Escaping an
escaped text again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NewType

if TYPE_CHECKING:
    from peertube_conformance.reports.redaction.redactor import Redactor

# Types of what may be written to a console or a file of a report; only this module creates values of them.
Shown = NewType("Shown", str)
CleanDocument = NewType("CleanDocument", Mapping[str, Any])

# Control characters (C0, C1), invisible characters, marks of writing direction, surrogates and noncharacters.
UNFIT = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ud800-\udfff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"
)
_COMMAND = r"##(?=[\w.-]{0,40}\[)"
_IN_TEXT = re.compile(rf"[{UNFIT}]|{_COMMAND}|(?:^|(?<=\s))::", re.MULTILINE)
_IN_JSON = re.compile(rf"[{UNFIT}]|{_COMMAND}")
_SPACE = re.compile(r"\s+")
# Members of the run document that hold words of the harness: a password equal to such a word is not revealed there.
_OWN_MEMBERS = frozenset({
    "schemaVersion", "harness", "contract", "safety", "depth", "failOn", "tests", "level", "section", "source", "verdict",
    "operationId", "method", "path", "tag", "id", "intent", "role", "needs", "requirement", "requirements", "check",
    "status", "answer", "startedAt", "witnessed", "unwitnessed", "statuses", "kind",
})  # fmt: skip


def escaped(text: str) -> str:
    """Escapes control characters and CI workflow commands in a text; tabs and line feeds stay."""
    return _IN_TEXT.sub(_escape, text)


def escaped_line(text: str) -> str:
    """Escapes a text and puts it on one line."""
    return _SPACE.sub(" ", escaped(text)).strip()


def escaped_json(text: str) -> str:
    """Escapes a JSON text with JSON's own escapes, so that its value stays the same."""
    if text.isascii() and "##" not in text and "\x7f" not in text:
        return text
    return _IN_JSON.sub(_escape_json, text)


def sentence(text: str, redactor: Redactor) -> Shown:
    """Redacts and escapes any text for one line of the console."""
    return Shown(escaped_line(redactor.error(text)))


def paragraph(text: str, redactor: Redactor) -> Shown:
    """Redacts and escapes any text for several lines of the console, such as a traceback."""
    return Shown(escaped(redactor.error(text)))


def view(text: str, redactor: Redactor) -> Shown:
    """Redacts known secrets in, and escapes, lines made from a clean document, which may include curl lines."""
    return Shown(escaped(redactor.known(text)))


def file_text(text: str) -> Shown:
    """Marks the text of a file that was made from a clean document as safe, unchanged."""
    return Shown(text)


def clean_document(document: Mapping[str, Any], redactor: Redactor) -> CleanDocument:
    """Redacts the secrets known by value in a run document."""
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
