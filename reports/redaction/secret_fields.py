"""Secrets known by where they stand: under a name that says what they are, in JSON, forms, multipart, URLs and Python.

Every pattern takes a time that grows with the length of the text: what a match may run over before it fails is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable

SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "x-peertube-otp", "x-peertube-video-password"})
_KEYS = (
    "access_token|refresh_token|client_secret|password|currentPassword|verificationString|requestToken|otpToken|"
    "videoFileToken|feedToken|videoPasswords|secret|token|externalAuthToken"
)
_KEY = re.compile(_KEYS)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
# Names of fields have few spaces beside them.
_GAP = r"\s{0,99}+"
_IN_JSON = re.compile(
    rf'("(?P<json>{_KEYS})"{_GAP}:{_GAP})({_STRING.pattern}|\[{_GAP}(?:{_STRING.pattern}{_GAP},?{_GAP})*+)',
    re.DOTALL,
)
# `key=`, `key[0]=` and `of[key]=`, the brackets encoded or not.
_INDEX = r"(?:\]|%5D)?(?:\[\d{0,9}\]|%5B\d{0,9}%5D)?"
_IN_FORM = re.compile(rf"(^|[?&#;\s\"'\[]|%5B)((?P<form>{_KEYS}|jwt){_INDEX}=)[^&\s\"'<>]+")
_IN_OTP_URI = re.compile(r"otpauth://[^\"'\s]+")
# A part has few header fields, and short ones.
_IN_MULTIPART = re.compile(
    rf'(name="(?:[^"\r\n]{{0,99}}\[)?(?P<part>{_KEYS}){_INDEX}"(?:\r?\n[^\r\n]{{1,200}}+){{0,4}}\r?\n\r?\n)[^\r\n]*+'
)
_BEARER = re.compile(r"(Bearer\s{1,99})[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
# A value with a name as Python writes it: in a dict, a call, a local variable or a pair.
_QUOTED = re.compile(r"""b?(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")""", re.DOTALL)
_PYTHON_KEYS = re.compile("|".join(sorted({*_KEYS.lower().split("|"), *SECRET_HEADERS})))
_PYTHON_VALUE = re.compile(
    rf"""['"]?{_GAP}[:=,]{_GAP}({_QUOTED.pattern}|[\[(]{_GAP}(?:{_QUOTED.pattern}{_GAP},?{_GAP})++)""",
    re.DOTALL,
)
_IN_USER_INFO = re.compile(r"(://)[^/\s@\"'?#]+@")
# The patterns for JSON, forms and multipart each need one of these; most texts have none.
_NAMES = tuple(
    key for key in f"{_KEYS}|jwt".split("|") if not any(other in key and other != key for other in _KEYS.split("|"))
)


def is_secret_key(name: str) -> bool:
    """Whether the member of this name holds a secret."""
    return _KEY.fullmatch(name) is not None


def names_one(text: str) -> bool:
    """Whether a secret can stand under its name in the text."""
    return any(name in text for name in _NAMES)


def in_json(text: str, value: Callable[[str, str], str]) -> str:
    """The text with every JSON string that stands under such a name, alone or in a list, as `value(name, string)`."""

    def replaced(found: re.Match[str]) -> str:
        name, literal = found["json"], found[3]
        if literal[0] == '"':
            return f'{found[1]}"{value(name, literal)}"'
        return found[1] + _STRING.sub(lambda one: f'"{value(name, one[0])}"', literal)

    return _IN_JSON.sub(replaced, text)


def in_multipart(text: str, value: Callable[[str, str], str]) -> str:
    """The same for the first line of a part of a form."""
    return _IN_MULTIPART.sub(lambda m: m[1] + value(m["part"], m[0][len(m[1]) :]), text)


def in_form(text: str, value: Callable[[str, str], str]) -> str:
    """The same for fields of a form or a query."""
    return _IN_FORM.sub(lambda m: m[1] + m[2] + value(m["form"], m[0][len(m[1]) + len(m[2]) :]), text)


def bearer(text: str, value: Callable[[str], str]) -> str:
    """The same for tokens after `Bearer`; `value` gets and yields the scheme and the token."""
    return _BEARER.sub(lambda m: value(m[0]), text) if "bearer" in text.lower() else text


def otp_uri(text: str, mask: str) -> str:
    """The text without the addresses that apps for one-time codes read."""
    return _IN_OTP_URI.sub(mask, text) if "otpauth://" in text else text


def user_info(text: str, mask: str) -> str:
    """The text without what stands before the host in its URLs."""
    return _IN_USER_INFO.sub(rf"\1{mask}@", text) if "@" in text else text


def in_python(text: str, value: Callable[[str], str]) -> str:
    """The text with every Python string that stands under such a name as `value(string)`."""
    parts, end = [], 0
    # Faster than a pattern that ignores the case; the letter is the only one that gets longer.
    lower = text.lower() if text.isascii() else text.replace("\u0130", "i").lower()
    for key in _PYTHON_KEYS.finditer(lower):
        found = _PYTHON_VALUE.match(text, key.end()) if key.start() >= end else None
        if found is not None:
            parts += [text[end : found.start(1)], value(found[1])]
            end = found.end()
    return "".join([*parts, text[end:]]) if parts else text


def masked(quoted: str, mask: str) -> str:
    """A Python string, or a list of them, with the mask in the place of each."""
    return _QUOTED.sub(f"'{mask}'", quoted)
