"""Removes the members of a response that change by themselves while a run goes on."""

from __future__ import annotations

from typing import Any

# Members that the server creates or renews in the background, counts that others change, and timestamps.
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
    """Copies a JSON value without the members that change by themselves, however deep."""
    if isinstance(body, dict):
        return {name: without_volatile_fields(member, moving) for name, member in body.items() if name not in moving}
    if isinstance(body, list):
        return [without_volatile_fields(item, moving) for item in body]
    return body
