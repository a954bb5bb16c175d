"""Parses and compares version numbers of PeerTube releases."""

from __future__ import annotations

import re

Version = tuple[int, ...]


def parse_version(text: str) -> Version:
    """Parses `6.2`, `v6.2.0` or `6.2.0-rc.1` into numbers, (6, 2, 0); a suffix is ignored.

    Raises:
        ValueError: the text is not a version.
    """
    hit = re.match(r"v?(\d+(?:\.\d+)*)", text.strip())
    if hit is None:
        raise ValueError(f"{text!r} is not a version")
    numbers = [int(part) for part in hit.group(1).split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def is_between(version: str, first: str, last: str) -> bool:
    """Whether a version is one from `first` to `last`, where empty texts leave an end open; a version that cannot be
    parsed is only within open ends."""
    try:
        number = parse_version(version)
    except ValueError:
        return not first and not last
    return not ((first and number < parse_version(first)) or (last and number > parse_version(last)))


def has_come(since: Version, version: str) -> bool:
    """Whether a version is `since` or newer; true for a version that cannot be parsed, which may be."""
    try:
        return parse_version(version) >= since
    except ValueError:
        return True
