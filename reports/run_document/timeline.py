"""The traffic of a run over time, and how near it came to the instance's rate limits."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

_BINS = 60
_UNKNOWN = 2.0


class Timeline:
    """Collects the times of requests and the share of the rate limit that was left after each."""

    def __init__(self) -> None:
        self._at = array("d")
        self._left = array("d")

    def add(self, part: Mapping[str, Any]) -> None:
        """Adds one recorded exchange; `X-RateLimit-*` as in the reference, "Rate limits"."""
        self._at.append(part["at"])
        self._left.append(_share_left(part["response"]))

    def to_json(self) -> dict[str, Any] | None:
        """At most 60 spans of `seconds` each: number of requests, and the least share left (0 to 1, null: unknown)."""
        if not self._at:
            return None
        first, last = min(self._at), max(self._at)
        width = max(1.0, (last - first) / _BINS)
        count = min(_BINS, int((last - first) / width) + 1)
        requests, left = [0] * count, [_UNKNOWN] * count
        for at, share in zip(self._at, self._left, strict=True):
            span = min(count - 1, int((at - first) / width))
            requests[span] += 1
            left[span] = min(left[span], share)
        return {
            "seconds": round(width, 3),
            "requests": requests,
            "leastLeft": [None if share == _UNKNOWN else round(share, 3) for share in left],
        }


def _share_left(response: Mapping[str, Any] | None) -> float:
    limit = remaining = ""
    for name, value in response["headers"] if response is not None else ():
        match name.lower():
            case "x-ratelimit-limit":
                limit = value
            case "x-ratelimit-remaining":
                remaining = value
    if not _is_count(limit) or not _is_count(remaining) or int(limit) == 0:
        return _UNKNOWN
    return min(1.0, int(remaining) / int(limit))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
