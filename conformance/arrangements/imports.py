"""Arrangements of the topic User Imports: one at a time per user, and none on an account that other requests need."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.dedicated_accounts import dedicated
from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.fixtures.resources.factory import World
from peertube_conformance.fixtures.safety.guard import IMPOSSIBLE_NUMBER

_UNFINISHED = frozenset({1, 2})
_HEADERS = {"X-Upload-Content-Length": "1", "X-Upload-Content-Type": "application/zip"}


def _has_imported(world: World, account: Account) -> bool:
    operation = world.contract.operation("getLatestUserImport")
    asked = Draft(operation, path={"userId": account.user_id}, actor=account)
    return world.send(asked).status == 200


def _importer(world: World) -> Account:
    """An account whose last import, if any, has ended."""
    account = dedicated(world, "import")
    if _has_imported(world, account):
        world.wait_for(
            "getLatestUserImport",
            account,
            lambda seen: None if seen.number("state", "id") in _UNFINISHED else True,
            path={"userId": account.user_id},
        )
    return account


def _session(world: World, account: Account, size: int) -> str:
    """Opens a resumable session for an archive of `size` bytes and returns its id."""
    return world.open_upload(
        "userImportResumableInit",
        account,
        path={"userId": account.user_id},
        headers=_HEADERS | {"X-Upload-Content-Length": str(size)},
        body={"filename": f"{world.unique('archive')}.zip"},
    )


def _chunk(world: World, draft: Draft, size: int | None = None) -> None:
    """Makes the draft send its bytes as the beginning of an archive of `size` bytes, or as all of it."""
    content = draft.body if isinstance(draft.body, bytes) and draft.body else world.media.zip()
    total = size or len(content)
    account = _importer(world)
    draft.actor, draft.path["userId"] = account, account.user_id
    draft.media_type, draft.body = "application/octet-stream", content
    draft.query["upload_id"] = _session(world, account, total)
    draft.headers = {"Content-Range": f"bytes 0-{len(content) - 1}/{total}"}


@arrange("userImportResumableInit")
def while_nothing_is_imported(world: World, draft: Draft) -> None:
    """Begins where no other import is at work."""
    account = _importer(world)
    draft.actor, draft.path["userId"] = account, account.user_id
    draft.headers["X-Upload-Content-Type"] = "application/zip"


@arrange("userImportResumableInit", answer=413)
@situation("import-exceeds-quota", "An archive larger than the user's quota")
def beyond_the_quota(world: World, draft: Draft) -> None:
    account = dedicated(world, "small quota")
    world.limit(account, 10)
    draft.actor, draft.path["userId"] = account, account.user_id
    draft.headers = _HEADERS | {"X-Upload-Content-Length": "11"}
    draft.json(filename="archive.zip")


@arrange("userImportResumableInit", answer=415)
@situation("import-invalid-media-type", "An invalid media type")
def of_no_media_type(world: World, draft: Draft) -> None:
    while_nothing_is_imported(world, draft)
    draft.headers = _HEADERS | {"X-Upload-Content-Type": "archive"}
    draft.json(filename="archive.zip")


def _of_nobody(_world: World, draft: Draft) -> None:
    """A user who does not exist."""
    draft.path["userId"] = IMPOSSIBLE_NUMBER


@arrange("userImportResumableInit", answer=404)
@situation("import-for-absent-user", "A user who does not exist")
def begin_for_nobody(world: World, draft: Draft) -> None:
    while_nothing_is_imported(world, draft)
    draft.headers = dict(_HEADERS)
    _of_nobody(world, draft)


@arrange("userImportResumable")
def all_at_once(world: World, draft: Draft) -> None:
    """Sends all bytes of an archive."""
    _chunk(world, draft)


@arrange("userImportResumable", answer=308)
@situation("import-first-bytes", "The first bytes of an archive")
def all_but_the_end(world: World, draft: Draft) -> None:
    content = world.media.zip()
    draft.body = content
    _chunk(world, draft, len(content) + 1)


@arrange("userImportResumable", answer=404)
@situation("import-to-cancelled-session", "A chunk for a cancelled session")
def to_a_cancelled_session(world: World, draft: Draft) -> None:
    _chunk(world, draft)
    query = {"upload_id": draft.query["upload_id"]}
    world.call("userImportResumableCancel", draft.actor, path=dict(draft.path), query=query)


@arrange("userImportResumable", answer=409)
@situation("import-size-changed", "A chunk with another total size than in the init request")
def to_another_total(world: World, draft: Draft) -> None:
    content = world.media.zip()
    draft.body = content
    _chunk(world, draft, len(content) + 1)
    draft.headers = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content) + 2}"}


@arrange("userImportResumableCancel")
def an_open_session(world: World, draft: Draft) -> None:
    """Cancels a session of an account of its own."""
    account = _importer(world)
    draft.actor, draft.path["userId"] = account, account.user_id
    draft.query["upload_id"] = _session(world, account, 10)


@arrange("userImportResumableCancel", answer=404)
@situation("import-cancelled-already", "A second cancellation of a session")
def a_session_once_more(world: World, draft: Draft) -> None:
    an_open_session(world, draft)
    world.call("userImportResumableCancel", draft.actor, path=dict(draft.path), query=dict(draft.query))


@arrange("getLatestUserImport")
def of_somebody_who_imported(world: World, draft: Draft) -> None:
    """Asks about an account that has imported."""
    account = world.account() if world.creates_nothing else _importer(world)
    if not _has_imported(world, account):
        world.needs_own("no import")
        archive = world.media.zip()
        world.call(
            "userImportResumable",
            account,
            path={"userId": account.user_id},
            query={"upload_id": _session(world, account, len(archive))},
            headers={"Content-Range": f"bytes 0-{len(archive) - 1}/{len(archive)}"},
            body=archive,
            media_type="application/octet-stream",
        )
    draft.actor, draft.path["userId"] = account, account.user_id


@arrange("getLatestUserImport", answer=404)
@situation("no-import-yet", "A user who never imported anything")
def of_somebody_who_never_imported(world: World, draft: Draft) -> None:
    draft.actor = world.account("other user")
    draft.path["userId"] = draft.actor.user_id
