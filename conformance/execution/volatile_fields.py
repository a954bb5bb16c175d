"""What of an answer stays the same while the rest of a run goes on."""

from __future__ import annotations

from typing import Any

# What the server makes, or makes anew, in the background; and beside it counts that others change, and moments.
BACKGROUND = frozenset({"updatedAt", "magnetUri", "torrentUrl", "torrentDownloadUrl"})
MOVING = BACKGROUND | {
    "views",
    "viewers",
    "followersCount",
    "followingCount",
    "total",
    "totalNotDeletedComments",
    "lastLoginDate",
}


def without_volatile_fields(body: Any, moving: frozenset[str] = MOVING) -> Any:
    """A JSON value without the members that change by themselves, however deep."""
    if isinstance(body, dict):
        return {name: without_volatile_fields(member, moving) for name, member in body.items() if name not in moving}
    if isinstance(body, list):
        return [without_volatile_fields(item, moving) for item in body]
    return body
