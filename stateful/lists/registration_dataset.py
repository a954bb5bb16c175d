"""Registrations that the list of registrations is compared with."""

from __future__ import annotations

from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.reports.model.variables import NamedText
from peertube_conformance.stateful.lists.dataset import Library
from peertube_conformance.stateful.lists.model import Item

_PENDING, _REJECTED, _ACCEPTED = 1, 2, 3
_ANSWER = {"moderationResponse": "Read.", "preventEmailDelivery": True}


def waiting_room(world: World, *, crowded: bool) -> Library:
    """Creates a library of registrations alone: one, or with `crowded` several in every state.

    Raises NotArranged and Unavailable as the world does.
    """
    stem = NamedText(world.unique("queue"), "QUEUE_NAME")
    library = Library(world, stem, {"nobody": None, "keeper": world.account("moderator")})
    ask(library, "first")
    if not crowded:
        return library
    for name in ("second", "third", "last"):
        ask(library, name)
    for name, operation, state in (
        ("second", "rejectRegistration", _REJECTED),
        ("third", "acceptRegistration", _ACCEPTED),
    ):
        item = library.item(library.registrations, name)
        library.call(operation, "keeper", path={"registrationId": item.id}, body=_ANSWER)
        item.facts["state"] = state
    return library


def ask(library: Library, name: str, unique: str = "") -> Item:
    """Creates a registration request."""
    world = library.world
    username = f"{library.stem}_{unique or name}"
    body = {
        "username": username,
        "password": world.password(),
        "email": world.address(),
        "registrationReason": "To read.",
    }
    made = library.ask("requestRegistration", "nobody", body=body)
    number = library.named(made.number("id"), "REGISTRATION_ID")
    return library.added(library.registrations, name, number, username=username, state=_PENDING)


def delete(library: Library, item: Item) -> None:
    """Deletes a registration."""
    library.call("deleteRegistration", "keeper", path={"registrationId": item.id})
    library.forget(library.registrations, item, "listRegistrations")
