"""Removes the members of a response that change by themselves while a run goes on."""

from __future__ import annotations

from typing import Any

from peertube_conformance.fixtures.messages.bounded import DEEPEST

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


def without_volatile_fields(body: Any, moving: frozenset[str] = MOVING, depth: int = 0) -> Any:
    """Copies a JSON value without the members that change by themselves."""
    if depth > DEEPEST:
        return body
    if isinstance(body, dict):
        kept = {name: member for name, member in body.items() if name not in moving}
        return {name: without_volatile_fields(member, moving, depth + 1) for name, member in kept.items()}
    if isinstance(body, list):
        return [without_volatile_fields(item, moving, depth + 1) for item in body]
    return body
