"""What of an answer stays the same while the rest of a run goes on."""

from __future__ import annotations

from typing import Any

# Counts that others change, moments, and the addresses of files that are made anew whenever a video changes.
_MOVING = frozenset(
    {
        "views",
        "viewers",
        "followersCount",
        "followingCount",
        "updatedAt",
        "total",
        "totalNotDeletedComments",
        "magnetUri",
        "torrentUrl",
        "torrentDownloadUrl",
        "lastLoginDate",
    }
)


def lasting(body: Any) -> Any:
    """A JSON value without the members that change by themselves, however deep."""
    if isinstance(body, dict):
        return {name: lasting(member) for name, member in body.items() if name not in _MOVING}
    if isinstance(body, list):
        return [lasting(item) for item in body]
    return body
