"""Arrangements of the topic User Exports: a user has one export at a time, so dedicated accounts are used."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.dedicated_accounts import dedicated
from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.bounded import at_most
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.precondition_errors import NotTested
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.messages.response_urls import last_part, token_of
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.resources.found_subjects import LARGEST_FILE
from peertube_conformance.fixtures.safety.guard import IMPOSSIBLE_NUMBER, Refused

_UNFINISHED = frozenset({1, 2})


# PeerTube keeps one for each user.
_MOST_EXPORTS = 10


def _exports(world: World, account: Account) -> list[int]:
    """The ids of the account's exports, once none of them is waiting or in progress."""

    def settled(answer: Answer) -> list[int] | None:
        found = {export.number("id"): export.number("state", "id") for export in answer.items("data")}
        return None if _UNFINISHED.intersection(found.values()) else list(found)

    return world.wait_for("listUserExports", account, settled, path={"userId": account.user_id})


def _completed(world: World, account: Account) -> Answer:
    """The list entry of an export of the account that can be downloaded."""
    found = _exports(world, account)
    if found:
        return world.completed_export(account, found[0])
    path = {"userId": account.user_id}
    answer = world.ask("requestUserExport", account, path=path, body={"withVideoFiles": True})
    return world.completed_export(account, answer.number("export", "id"))


@arrange("requestUserExport")
def without_another_export(world: World, draft: Draft) -> None:
    """Asks for an export where there is none."""
    account = dedicated(world, "export")
    try:
        for export in at_most(_exports(world, account), _MOST_EXPORTS):
            world.call("deleteUserExport", account, path={"userId": account.user_id, "id": export})
    except Refused:
        # The response to its creation named another id or none, so nothing proves whose export the list shows.
        account = world.account(fresh=True)
    draft.actor, draft.path["userId"] = account, account.user_id


@arrange("requestUserExport", answer=400)
@situation("export-exists-already", "A second export while the first one is kept")
def while_there_is_one(world: World, draft: Draft) -> None:
    account = dedicated(world, "export")
    _completed(world, account)
    draft.actor, draft.path["userId"] = account, account.user_id
    draft.json(withVideoFiles=False)


@arrange("listUserExports")
def of_somebody_who_has_one(world: World, draft: Draft) -> None:
    """Lists where there is something to list."""
    draft.actor = world.account() if world.creates_nothing else world.export().owner
    draft.path["userId"] = draft.actor.user_id


@situation("export-of-absent-user", "A user who does not exist")
def _of_nobody(_world: World, draft: Draft) -> None:
    draft.path["userId"] = IMPOSSIBLE_NUMBER


arrange("requestUserExport", answer=404)(_of_nobody)
arrange("listUserExports", answer=404)(_of_nobody)


@arrange("deleteUserExport")
def that_is_completed(world: World, draft: Draft) -> None:
    """Deletes an export that is done."""
    account = dedicated(world, "export")
    draft.actor = account
    draft.path = {"userId": account.user_id, "id": _completed(world, account).number("id")}


def _kept(world: World) -> Answer:
    """The list entry of an export of the given account, which it requested before the run."""
    account = world.account()
    for export in world.ask("listUserExports", account, path={"userId": account.user_id}).items("data"):
        if export.text("state", "label") == "Completed" and export.number("size") <= LARGEST_FILE:
            return export
    raise NotTested(f"the account {account.label} has no completed export of at most 10 MiB")


@arrange("downloadUserExport")
def with_its_token(world: World, draft: Draft) -> None:
    """Downloads with the address that the list gives."""
    export = _kept(world) if world.creates_nothing else _completed(world, dedicated(world, "download"))
    address = export.at("privateDownloadUrl")
    draft.actor = None
    draft.path["filename"] = last_part(address)
    draft.query["jwt"] = token_of(address)


@arrange("downloadUserExport", answer=206)
@situation("export-archive-first-bytes", "A range request for the first ten bytes")
def a_part(world: World, draft: Draft) -> None:
    with_its_token(world, draft)
    draft.headers = {"Range": "bytes=0-9"}


@arrange("downloadUserExport", answer=304)
@situation("export-archive-not-modified", "An archive requested with If-None-Match: *")
def what_is_at_hand(world: World, draft: Draft) -> None:
    with_its_token(world, draft)
    draft.headers = {"If-None-Match": "*"}


@arrange("downloadUserExport", answer=403)
@situation("export-archive-forged-token", "A token with a forged signature")
def with_a_forged_token(world: World, draft: Draft) -> None:
    with_its_token(world, draft)
    signed, _, signature = draft.query["jwt"].rpartition(".")
    draft.query["jwt"] = f"{signed}.{signature[::-1]}"


@arrange("downloadUserExport", answer=404)
@situation("export-archive-absent", "An archive that does not exist")
def of_no_export(world: World, draft: Draft) -> None:
    with_its_token(world, draft)
    draft.path["filename"] = f"{world.unique('nothing')}.zip"


@arrange("downloadUserExport", answer=416)
@situation("export-archive-range-beyond-end", "A range beyond the end of the archive")
def behind_the_end(world: World, draft: Draft) -> None:
    with_its_token(world, draft)
    draft.headers = {"Range": "bytes=999999999-"}
