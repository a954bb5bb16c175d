"""Numbers of releases."""

from __future__ import annotations


def version_number(version: str) -> tuple[int, ...]:
    """`6.2.0-rc.1` as (6, 2, 0): what can be compared."""
    return tuple(int(part) for part in version.partition("-")[0].split(".") if part.isdigit())
