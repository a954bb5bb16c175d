"""Short UUIDs: UUIDs written in base 58."""

from __future__ import annotations

_BASE_58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = {character: value for value, character in enumerate(_BASE_58)}
_LENGTH = 22


def short_to_uuid(word: str) -> str | None:
    """Converts a short UUID to a UUID; None if it is not a short UUID.

    A short UUID is the 128-bit number written with 22 digits in base 58 (digits, lower, then upper case;
    without 0, I, O and l).
    """
    if len(word) != _LENGTH or not all(character in _DIGITS for character in word):
        return None
    number = 0
    for character in word:
        number = number * len(_BASE_58) + _DIGITS[character]
    if number >= 1 << 128:
        return None
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def uuid_to_short(uuid: str) -> str:
    """Converts a UUID to its short form.

    Raises:
        ValueError: not a UUID.
    """
    number = int(uuid.replace("-", ""), 16)
    word = ""
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_BASE_58))
        word = _BASE_58[digit] + word
    return word


def is_short_uuid(value: str) -> bool:
    """Whether a text is the short form of a version 4 UUID (RFC 9562 section 5.4)."""
    uuid = short_to_uuid(value)
    return uuid is not None and uuid[14] == "4" and uuid[19] in "89ab"
