"""Numbers of releases."""

from __future__ import annotations

import re

Version = tuple[int, ...]


def parse_version(text: str) -> Version:
    """`6.2`, `v6.2.0` or `6.2.0-rc.1` as numbers, (6, 2, 0); a suffix is ignored.

    Raises:
        ValueError: no version.
    """
    hit = re.match(r"v?(\d+(?:\.\d+)*)", text.strip())
    if hit is None:
        raise ValueError(f"{text!r} is not a version")
    numbers = [int(part) for part in hit.group(1).split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def is_between(version: str, first: str, last: str) -> bool:
    """Whether a release is one of those from `first` to `last`, where empty texts leave an end open; one whose version
    says nothing is only within open ends."""
    try:
        number = parse_version(version)
    except ValueError:
        return not first and not last
    return not ((first and number < parse_version(first)) or (last and number > parse_version(last)))


def has_come(since: Version, version: str) -> bool:
    """Whether what came with the release `since` is in this one; in one whose version says nothing it may be."""
    try:
        return parse_version(version) >= since
    except ValueError:
        return True
