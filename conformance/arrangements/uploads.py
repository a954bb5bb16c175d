"""Arrangements of the topic Video Upload: real files, open sessions, and files that a server must refuse."""

from __future__ import annotations

from peertube_conformance.conformance.arrangements.dedicated_accounts import dedicated
from peertube_conformance.conformance.arrangements.registry import arrange, situation
from peertube_conformance.conformance.arrangements.videos import changed_video, with_pictures
from peertube_conformance.fixtures.messages.account import Account
from peertube_conformance.fixtures.messages.precondition_errors import UnexpectedAnswer
from peertube_conformance.fixtures.messages.request_draft import Draft, Upload
from peertube_conformance.fixtures.resources.factory import UploadRef, World

_BINARY = "application/octet-stream"
_SMALL = 10  # bytes; no video is that small


def _video_file(world: World) -> Upload:
    seed = world.random.getrandbits(16)
    return Upload(f"{world.unique('file')}.mp4", "video/mp4", world.media.mp4(seed=seed))


def _announced(size: int, media_type: str = "video/mp4") -> dict[str, str]:
    return {"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": media_type}


def _without_room(world: World) -> Account:
    """An account whose quota is too small for any video."""
    account = dedicated(world, "small quota")
    world.limit(account, _SMALL)
    return account


@arrange("uploadLegacy")
def a_real_video(world: World, draft: Draft) -> None:
    """Sends a video that nobody has sent before."""
    draft.body["videofile"] = _video_file(world)
    with_pictures(world, draft)


@arrange("uploadLegacy", answer=413)
@situation("upload-exceeds-quota", "A video that exceeds the user's quota")
def more_than_the_quota(world: World, draft: Draft) -> None:
    draft.actor = _without_room(world)
    draft.body |= {"videofile": _video_file(world), "channelId": int(draft.actor.channel_id)}


@arrange("uploadLegacy", answer=415)
@situation("upload-text-file", "A text file")
def a_text(world: World, draft: Draft) -> None:
    draft.body["videofile"] = Upload("notes.txt", "text/plain", world.media.not_a_video())


@arrange("uploadLegacy", answer=422)
@situation("upload-text-as-video", "A text file with the media type of a video")
def a_text_that_says_it_is_a_video(world: World, draft: Draft) -> None:
    draft.body["videofile"] = Upload("notes.mp4", "video/mp4", world.media.not_a_video())


@arrange("uploadResumableInit")
def of_a_video(world: World, draft: Draft) -> None:
    """Announces a video."""
    draft.headers["X-Upload-Content-Type"] = "video/mp4"
    with_pictures(world, draft)


@arrange("uploadResumableInit", answer=200)
@situation("resumable-upload-begun-already", "A repeated init request for a partly sent file")
def of_a_file_that_is_known(world: World, draft: Draft) -> None:
    assert draft.actor is not None
    name, content = world.unique("known"), world.media.mp4()
    body = {
        "channelId": int(draft.actor.channel_id),
        "name": name,
        "filename": f"{name}.mp4",
        "lastModified": world.random.getrandbits(40),
    }
    headers = _announced(len(content))
    upload_id = world.open_upload("uploadResumableInit", draft.actor, headers=headers, body=body)
    part = Draft(
        world.contract.operation("uploadResumable"),
        query={"upload_id": upload_id},
        headers={"Content-Range": f"bytes 0-99/{len(content)}"},
        body=content[:100],
        media_type=_BINARY,
        actor=draft.actor,
    )
    sent = world.send(part)
    if sent.status not in {200, 308}:
        came = str(sent.status or "nothing")
        expected = "308 to the first bytes of a file"
        raise UnexpectedAnswer("uploadResumable", "/response/status", expected=expected, came=came, exchange=sent)
    draft.headers = headers
    draft.json(**body)


@arrange("uploadResumableInit", "replaceVideoSourceResumableInit", answer=413)
@situation("resumable-upload-exceeds-quota", "An init request for a file that exceeds the user's quota")
def announce_more_than_the_quota(world: World, draft: Draft) -> None:
    draft.headers = _announced(_SMALL * 2)
    if "id" in draft.path:
        # The owner sends the video first; then the quota shrinks.
        owner = dedicated(world, "full quota")
        draft.path["id"] = changed_video(world, owner).uuid
        world.limit(owner, _SMALL)
        draft.actor = owner
        return
    draft.actor = _without_room(world)
    draft.body["channelId"] = int(draft.actor.channel_id)


@arrange("uploadResumableInit", "replaceVideoSourceResumableInit", answer=415)
@situation("resumable-upload-of-text-file", "An init request for a text file")
def announce_a_text(_world: World, draft: Draft) -> None:
    draft.headers = _announced(100, "text/plain")


def _send(draft: Draft, session: UploadRef, content: bytes, total: int | None = None) -> None:
    """Makes the draft send the first bytes of an upload."""
    draft.query["upload_id"] = session.upload_id
    draft.media_type, draft.body = _BINARY, content
    draft.headers = {"Content-Range": f"bytes 0-{len(content) - 1}/{session.size if total is None else total}"}


@arrange("uploadResumable")
def the_whole_file(world: World, draft: Draft) -> None:
    """Sends all bytes in one chunk."""
    session = world.upload(draft.actor)
    _send(draft, session, session.content)


@arrange("uploadResumable", answer=308)
@situation("resumable-upload-first-bytes", "The first bytes of a file")
def the_first_bytes(world: World, draft: Draft) -> None:
    session = world.upload(draft.actor)
    _send(draft, session, session.content[:100])


@arrange("uploadResumable", answer=403)
@situation("resumable-upload-to-foreign-session", "A chunk for another user's session")
def to_the_session_of_another_user(world: World, draft: Draft) -> None:
    session = world.upload(world.account("other user"))
    _send(draft, session, session.content[:100])


@arrange("uploadResumable", answer=404)
@situation("resumable-upload-to-cancelled-session", "A chunk for a cancelled session")
def to_a_cancelled_session(world: World, draft: Draft) -> None:
    session = world.upload(draft.actor)
    world.call("uploadResumableCancel", draft.actor, query={"upload_id": session.upload_id})
    _send(draft, session, session.content[:100])


@arrange("uploadResumable", answer=409)
@situation("resumable-upload-size-changed", "A chunk with a larger total size than in the init request")
def of_another_size(world: World, draft: Draft) -> None:
    session = world.upload(draft.actor)
    _send(draft, session, session.content[:100], session.size + 1)


@arrange("uploadResumable", answer=422)
@situation("resumable-upload-text-content", "A complete upload whose content is text")
def of_a_text(world: World, draft: Draft) -> None:
    session = world.upload(draft.actor, world.media.not_a_video())
    _send(draft, session, session.content)


@arrange("uploadResumableCancel", answer=403)
@situation("resumable-upload-foreign-session-cancelled", "The cancellation of another user's session")
def the_session_of_another_user(world: World, draft: Draft) -> None:
    draft.query["upload_id"] = world.upload(world.account("other user")).upload_id


@arrange("uploadResumableCancel", answer=404)
@situation("resumable-upload-cancelled-already", "A second cancellation of a session")
def a_session_once_more(world: World, draft: Draft) -> None:
    session = world.upload(draft.actor)
    draft.query["upload_id"] = session.upload_id
    world.call("uploadResumableCancel", draft.actor, query=dict(draft.query))


# Replacing the file of a video


def _replacement(world: World, owner: Account, content: bytes | None = None) -> UploadRef:
    """Opens a session that replaces the file of a video of the owner that may change."""
    content = world.media.mp4(seed=world.random.getrandbits(16)) if content is None else content
    name = world.unique("replacement")
    upload_id = world.open_upload(
        "replaceVideoSourceResumableInit",
        owner,
        path={"id": changed_video(world, owner).uuid},
        headers=_announced(len(content)),
        body={"filename": f"{name}.mp4"},
    )
    return UploadRef(upload_id, len(content), content, name, owner)


def _of(world: World, draft: Draft) -> Account:
    assert draft.actor is not None
    draft.path["id"] = changed_video(world, draft.actor).uuid
    return draft.actor


@arrange("replaceVideoSourceResumableInit")
def of_a_video_that_may_change(world: World, draft: Draft) -> None:
    """Announces a video."""
    _of(world, draft)
    draft.headers["X-Upload-Content-Type"] = "video/mp4"


@arrange("replaceVideoSourceResumable")
def the_whole_new_file(world: World, draft: Draft) -> None:
    """Sends all bytes of the new file in one chunk."""
    session = _replacement(world, _of(world, draft))
    _send(draft, session, session.content)


@arrange("replaceVideoSourceResumable", answer=308)
@situation("replacement-first-bytes", "The first bytes of the new file")
def the_first_new_bytes(world: World, draft: Draft) -> None:
    session = _replacement(world, _of(world, draft))
    _send(draft, session, session.content[:100])


@arrange("replaceVideoSourceResumable", answer=404)
@situation("replacement-to-cancelled-session", "A chunk for a cancelled session")
def a_new_file_to_a_cancelled_session(world: World, draft: Draft) -> None:
    session = _replacement(world, _of(world, draft))
    query = {"upload_id": session.upload_id}
    world.call("replaceVideoSourceResumableCancel", draft.actor, path=dict(draft.path), query=query)
    _send(draft, session, session.content[:100])


@arrange("replaceVideoSourceResumable", answer=409)
@situation("replacement-size-changed", "A chunk with a larger total size than in the init request")
def a_new_file_of_another_size(world: World, draft: Draft) -> None:
    session = _replacement(world, _of(world, draft))
    _send(draft, session, session.content[:100], session.size + 1)


@arrange("replaceVideoSourceResumable", answer=422)
@situation("replacement-text-content", "A complete upload whose content is text")
def a_text_as_the_new_file(world: World, draft: Draft) -> None:
    session = _replacement(world, _of(world, draft), world.media.not_a_video())
    _send(draft, session, session.content)


@arrange("replaceVideoSourceResumableCancel")
def an_open_replacement(world: World, draft: Draft) -> None:
    """Cancels a session that was opened for it."""
    draft.query["upload_id"] = _replacement(world, _of(world, draft)).upload_id


@arrange("replaceVideoSourceResumableCancel", answer=403)
@situation("replacement-foreign-session-cancelled", "The cancellation of another user's session")
def the_replacement_of_another_user(world: World, draft: Draft) -> None:
    other = world.account("other user")
    draft.query["upload_id"] = _replacement(world, other).upload_id
    draft.path["id"] = changed_video(world, other).uuid


@arrange("replaceVideoSourceResumableCancel", answer=404)
@situation("replacement-cancelled-already", "A second cancellation of a replacement")
def a_replacement_once_more(world: World, draft: Draft) -> None:
    an_open_replacement(world, draft)
    world.call("replaceVideoSourceResumableCancel", draft.actor, path=dict(draft.path), query=dict(draft.query))
