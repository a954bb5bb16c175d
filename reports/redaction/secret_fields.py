"""Finds secrets by the names of their fields, such as `password`, in JSON, forms, multipart, URLs and Python literals.

Every pattern takes linear time in the length of the text: how far a match may run before it fails is bounded.
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
# Few spaces stand between the name of a field and its value.
_GAP = r"\s{0,99}+"
_IN_JSON = re.compile(
    rf'("(?P<json>{_KEYS})"{_GAP}:{_GAP})({_STRING.pattern}|\[{_GAP}(?:{_STRING.pattern}{_GAP},?{_GAP})*+)', re.DOTALL
)
# `key=`, `key[0]=` and `of[key]=`, the brackets encoded or not.
_INDEX = r"(?:\]|%5D)?(?:\[\d{0,9}\]|%5B\d{0,9}%5D)?"
_IN_FORM = re.compile(rf"(^|[?&#;\s\"'\[]|%5B)((?P<form>{_KEYS}|jwt){_INDEX}=)[^&\s\"'<>]+")
_IN_OTP_URI = re.compile(r"otpauth://[^\"'\s]+")
# A part has only a few short header fields.
_IN_MULTIPART = re.compile(
    rf'(name="(?:[^"\r\n]{{0,99}}\[)?(?P<part>{_KEYS}){_INDEX}"(?:\r?\n[^\r\n]{{1,200}}+){{0,4}}\r?\n\r?\n)[^\r\n]*+'
)
_BEARER = re.compile(r"(Bearer\s{1,99})[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
# A named value in Python syntax: in a dict, a call, a local variable or a pair.
_QUOTED = re.compile(r"""b?(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")""", re.DOTALL)
_PYTHON_KEYS = re.compile("|".join(sorted({*_KEYS.lower().split("|"), *SECRET_HEADERS})))
_PYTHON_VALUE = re.compile(
    rf"""['"]?{_GAP}[:=,]{_GAP}({_QUOTED.pattern}|[\[(]{_GAP}(?:{_QUOTED.pattern}{_GAP},?{_GAP})++)""", re.DOTALL
)
_IN_USER_INFO = re.compile(r"(://)[^/\s@\"'?#]+@")
# The patterns for JSON, forms and multipart each need one of these; most texts have none.
_NAMES = tuple(
    key for key in f"{_KEYS}|jwt".split("|") if not any(other in key and other != key for other in _KEYS.split("|"))
)


def is_secret_key(name: str) -> bool:
    """Whether the member with this name holds a secret."""
    return _KEY.fullmatch(name) is not None


def names_one(text: str) -> bool:
    """Whether the text contains the name of a secret field."""
    return any(name in text for name in _NAMES)


def in_json(text: str, value: Callable[[str, str], str]) -> str:
    """Replaces each JSON string under the name of a secret field, alone or in a list, by `value(name, string)`."""

    def replaced(found: re.Match[str]) -> str:
        name, literal = found["json"], found[3]
        if literal[0] == '"':
            return f'{found[1]}"{value(name, literal)}"'
        return found[1] + _STRING.sub(lambda one: f'"{value(name, one[0])}"', literal)

    return _IN_JSON.sub(replaced, text)


def in_multipart(text: str, value: Callable[[str, str], str]) -> str:
    """Replaces the first line of each multipart part with the name of a secret field by `value(name, line)`."""
    return _IN_MULTIPART.sub(lambda m: m[1] + value(m["part"], m[0][len(m[1]) :]), text)


def in_form(text: str, value: Callable[[str, str], str]) -> str:
    """Replaces the value of each secret field of a form or a query by `value(name, found)`."""
    return _IN_FORM.sub(lambda m: m[1] + m[2] + value(m["form"], m[0][len(m[1]) + len(m[2]) :]), text)


def bearer(text: str, value: Callable[[str], str]) -> str:
    """Replaces each token after `Bearer`; `value` takes and returns the scheme and the token."""
    return _BEARER.sub(lambda m: value(m[0]), text) if "bearer" in text.lower() else text


def otp_uri(text: str, mask: str) -> str:
    """Masks `otpauth://` URIs, from which apps for one-time codes read the secret."""
    return _IN_OTP_URI.sub(mask, text) if "otpauth://" in text else text


def user_info(text: str, mask: str) -> str:
    """Masks the user info (user and password before the host) in the URLs of a text."""
    return _IN_USER_INFO.sub(rf"\1{mask}@", text) if "@" in text else text


def in_python(text: str, value: Callable[[str], str]) -> str:
    """Replaces each Python string under the name of a secret field, alone or in a list, by `value(string)`."""
    parts, end = [], 0
    # Faster than a pattern that ignores case; U+0130 is the only letter whose lower case is longer.
    lower = text.lower() if text.isascii() else text.replace("\u0130", "i").lower()
    for key in _PYTHON_KEYS.finditer(lower):
        found = _PYTHON_VALUE.match(text, key.end()) if key.start() >= end else None
        if found is not None:
            parts += [text[end : found.start(1)], value(found[1])]
            end = found.end()
    return "".join([*parts, text[end:]]) if parts else text


def masked(quoted: str, mask: str) -> str:
    """Replaces a Python string, or each in a list of them, by the mask."""
    return _QUOTED.sub(f"'{mask}'", quoted)
