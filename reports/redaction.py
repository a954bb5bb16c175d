"""Secrets never reach a file, a console line or a curl line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from peertube_conformance.reports.variables import MARK, mark, shown

SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "set-cookie", "x-peertube-otp", "x-peertube-video-password"}
)
_KEYS = (
    "access_token|refresh_token|client_secret|password|currentPassword|verificationString|requestToken|otpToken|"
    "videoFileToken|feedToken|videoPasswords|secret|token|externalAuthToken"
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_IN_JSON = re.compile(
    rf'("(?P<json>{_KEYS})"\s*:\s*)({_STRING.pattern}|\[\s*(?:{_STRING.pattern}\s*,?\s*)*)', re.DOTALL
)
# `key=`, `key[0]=` and `of[key]=`, the brackets encoded or not.
_INDEX = r"(?:\]|%5D)?(?:\[\d*\]|%5B\d*%5D)?"
_IN_FORM = re.compile(rf"(^|[?&#;\s\"'\[]|%5B)((?P<form>{_KEYS}|jwt){_INDEX}=)[^&\s\"'<>]+")
_KEY = re.compile(_KEYS)
_IN_OTP_URI = re.compile(r"otpauth://[^\"'\s]+")
_IN_MULTIPART = re.compile(
    rf'(name="(?:[^"\r\n]*\[)?(?P<part>{_KEYS}){_INDEX}"(?:\r?\n[^\r\n]+)*\r?\n\r?\n)[^\r\n]*'
)
_BEARER = re.compile(r"(Bearer\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
# A value with a name as Python writes it: in a dict, a call, a local variable or a pair.
_QUOTED = re.compile(r"""b?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)
_IN_PYTHON = re.compile(
    rf"""((?:{_KEYS}|{"|".join(sorted(SECRET_HEADERS))})['"]?\s*[:=,]\s*)"""
    rf"({_QUOTED.pattern}|[\[(]\s*(?:{_QUOTED.pattern}\s*,?\s*)+)",
    re.IGNORECASE | re.DOTALL,
)
_IN_USER_INFO = re.compile(r"(://)[^/\s@\"'?#]+@")
# The patterns for JSON, forms and multipart each need one of these; most texts have none.
_NAMES = tuple(
    key
    for key in f"{_KEYS}|jwt".split("|")
    if not any(other in key and other != key for other in _KEYS.split("|"))
)
MASK = "[redacted]"
# Shorter values are no secrets.
_SHORTEST = 6
# Of a text, only pieces of this length at multiples of the stride are looked at: one of them lies in any secret that is
# long enough, at one of its first places.
_PIECE, _STRIDE = 8, 8
_LONG = _PIECE + _STRIDE - 1
# Answers repeat most of their header fields, and a run learns a secret every dozen exchanges.
_MOST_FIELDS = 1000


class Redactor:
    """Replaces secrets in text: the values it was told of by `$NAME`, values under telling keys by a mask."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets: dict[str, str] = {}
        # A long run knows a thousand secrets, and most texts hold none: those that have a piece are looked for.
        self._pieces: dict[str, set[str]] = {}
        self._short: set[str] = set()
        self._harmless: set[str] = set()
        self._fields: dict[tuple[str, str], tuple[str, str]] = {}
        for value, name in (secrets or {}).items():
            self.add(value, name)

    def add(self, value: str, name: str) -> None:
        """Knows `value` (at least six characters) as the secret `name`, in its encoded forms too."""
        if len(value) >= _SHORTEST:
            self._fields.clear()
            urls = {quote(value, safe=""), quote(value, safe="@:,"), quote_plus(value)}
            texts = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
            for form in {value} | urls | texts:
                self._secrets[form] = name
                if len(form) < _LONG:
                    self._short.add(form)
                for at in range(_STRIDE) if len(form) >= _LONG else ():
                    self._pieces.setdefault(form[at : at + _PIECE], set()).add(form)

    def harmless(self, value: str) -> None:
        """Knows the value of a secret field as one that was made up and opens nothing."""
        self._fields.clear()
        self._harmless.add(value)

    def marks(self, text: str) -> str:
        """The text with the secrets that are known by value marked as variables, and nothing else changed."""
        for value in self._maybe_in(text):
            text = text.replace(value, mark(self._secrets[value]))
        return text

    def _maybe_in(self, text: str) -> list[str]:
        """The secrets that can be in the text, longest first: one may be part of another."""
        pieces = [text[at : at + _PIECE] for at in range(0, len(text) - _PIECE + 1, _STRIDE)]
        found = {short for short in self._short if short in text}
        if not self._pieces.keys().isdisjoint(pieces):
            found = found.union(*(self._pieces[piece] for piece in pieces if piece in self._pieces))
        return sorted(found, key=lambda secret: (-len(secret), secret))

    def replayable(self, text: str, spare: str = "") -> str:
        """The text with every secret as a variable, so that it can be replayed; the member `spare` is left as it is."""
        text = self.marks(text)
        if not _names_one(text):
            return text
        text = _IN_JSON.sub(lambda m: m[0] if m["json"] == spare else m[1] + _named(m["json"], m[3]), text)
        text = _IN_MULTIPART.sub(
            lambda m: m[0] if m["part"] == spare else f"{m[1]}{_variable(m['part'], m[0])}", text
        )
        return _IN_FORM.sub(
            lambda m: m[0] if m["form"] == spare else f"{m[1]}{m[2]}{_variable(m['form'], m[0])}", text
        )

    def text(self, text: str) -> str:
        """The text for reading, without secrets known by value or by the key that they stand under."""
        text = self.marks(text)
        text = _IN_OTP_URI.sub(MASK, text)
        text = _BEARER.sub(lambda m: m[0] if m[0] in self._harmless else f"{m[1]}{MASK}", text)
        if _names_one(text):
            text = _IN_JSON.sub(lambda m: m[1] + _STRING.sub(f'"{MASK}"', m[3]), text)
            text = _IN_MULTIPART.sub(lambda m: f"{m[1]}{MASK}", text)
            text = _IN_FORM.sub(lambda m: f"{m[1]}{m[2]}{MASK}", text)
        return shown(text)

    def error(self, text: str) -> str:
        """The text of an error for reading: it may show values as Python writes them, and URLs with a password."""
        text = _IN_PYTHON.sub(
            lambda m: m[0] if MARK.search(m[2]) else m[1] + _QUOTED.sub(f"'{MASK}'", m[2]), self.marks(text)
        )
        return self.text(_IN_USER_INFO.sub(rf"\1{MASK}@", text))

    def value(self, value: Any) -> Any:
        """The same for a JSON value: every text in it is for reading."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            telling = {
                key for key, member in value.items() if isinstance(member, str) and _KEY.fullmatch(key)
            }
            return {self.text(k): MASK if k in telling else self.value(member) for k, member in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list | tuple) else value

    def marked_headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Header fields with known secrets, and unknown values of secret fields, marked as variables."""
        return [(name, self._field(name, value)[0]) for name, value in headers]

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Header fields for reading."""
        return [(name, self._field(name, value)[1]) for name, value in headers]

    def _field(self, name: str, value: str) -> tuple[str, str]:
        """A field's value marked, and for reading."""
        known = self._fields.get((name, value))
        if known is None:
            if len(self._fields) >= _MOST_FIELDS:
                self._fields.clear()
            marked = self._header(name, value)
            known = self._fields[name, value] = (marked, self.text(marked))
        return known

    def _header(self, name: str, value: str) -> str:
        known = self.marks(value)
        secret = known == value and name.lower() in SECRET_HEADERS and value not in self._harmless
        return mark(name.upper().replace("-", "_")) if secret else known


def _names_one(text: str) -> bool:
    """Whether a secret can stand under its key in the text."""
    return any(name in text for name in _NAMES)


def _named(key: str, value: str) -> str:
    """A JSON text, or a list of them, as variables."""
    return _STRING.sub(lambda m: f'"{_variable(key, m[0])}"', value)


def _variable(key: str, found: str) -> str:
    """The mark for a value under this key; one that is marked already keeps its own."""
    known = MARK.search(found)
    return known[0] if known else mark(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).upper())
