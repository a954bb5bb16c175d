"""Finds the members of a JSON value that hold data of people, by the schema's `x-personal` or else by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from peertube_conformance.spec.jsonschema.validators import Schemas

PERSONAL = "x-personal"
# Members with these names hold data of people, unless their schema says otherwise. Contracts without `x-personal`, and
# members that no schema declares, are read by name alone.
PERSONAL_NAMES = frozenset({
    "accountDisplayName", "administrator", "author", "blacklistedReason", "blockedReason", "businessModel",
    "channelDisplayName", "channelHandle", "channelName", "content_html", "content_text", "creationReason", "description",
    "displayName", "email", "externalChannelUrl", "filename", "handle", "inputFilename", "ip", "magnetUri",
    "maintenanceLifetime", "message", "moderationInformation", "moderationResponse", "name", "pendingEmail", "reason",
    "registrationReason", "summary", "support", "tags", "targetUrl", "text", "title", "torrentName",
    "truncatedDescription", "username",
})  # fmt: skip


class PersonalMembers:
    """Replaces the personal texts in JSON values of one document's schemas; what it learns of a schema is cached."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._places: dict[tuple[int, ...], _Place] = {}

    def replaced(self, schema: Any, value: Any, replace: Callable[[str], str]) -> Any:
        """The value with each personal text that is not empty replaced; the value itself where nothing changes."""
        return _replaced(value, self._place((schema,)), replace, is_personal=False)

    def _place(self, schemas: tuple[Any, ...]) -> _Place:
        key = tuple(id(schema) for schema in schemas)
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = _Place(schemas, self._schemas, self._place)
        return known


class _Place:
    """What some schemas say together of a place in a value: whether it is personal, and the places below it."""

    def __init__(self, given: tuple[Any, ...], schemas: Schemas, place: Callable[[tuple[Any, ...]], _Place]) -> None:
        # Kept, so that no id() of a schema is used again.
        self._given = given
        self._place = place
        self._parts = tuple(part for schema in given for part in schemas.parts(schema))
        self._members: dict[str, _Place] = {}
        self._items: _Place | None = None
        self.is_personal = _stated(self._parts)

    def member(self, name: str) -> _Place:
        """The place of a member of this name, declared or not."""
        known = self._members.get(name)
        if known is None:
            found = [part["properties"][name] for part in self._parts if name in part.get("properties", ())]
            known = self._place(tuple(found) or self._below("additionalProperties"))
            if found:
                self._members[name] = known
        return known

    @property
    def items(self) -> _Place:
        """The place of the items of a list."""
        if self._items is None:
            self._items = self._place(self._below("items"))
        return self._items

    def _below(self, keyword: str) -> tuple[Any, ...]:
        return tuple(part[keyword] for part in self._parts if isinstance(part.get(keyword), Mapping))


def _stated(parts: tuple[Mapping[str, Any], ...]) -> bool | None:
    """Whether the parts of a schema say that it is personal or not; None where they say nothing."""
    stated = [part[PERSONAL] for part in parts if PERSONAL in part]
    if stated:
        return any(stated)
    return False if any("enum" in part or "const" in part for part in parts) else None


def _replaced(value: Any, place: _Place, replace: Callable[[str], str], *, is_personal: bool) -> Any:
    if isinstance(value, str):
        return replace(value) if is_personal and value else value
    if isinstance(value, dict):
        members = {}
        for name, member in value.items():
            below = place.member(name)
            stated = below.is_personal
            new = _replaced(
                member, below, replace, is_personal=is_personal or name in PERSONAL_NAMES if stated is None else stated
            )
            if new is not member:
                members[name] = new
        return {**value, **members} if members else value
    if isinstance(value, list):
        below = place.items
        personal = is_personal if below.is_personal is None else below.is_personal
        items = [_replaced(item, below, replace, is_personal=personal) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
