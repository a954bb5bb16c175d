"""Faults of files that are sent in chunks: videos, archives, and new files of videos."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from typing import Any

from starlette.responses import Response

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest, Problem
from peertube_conformance.fixtures.instance.models import imports
from peertube_conformance.fixtures.instance.models.archive_state import ArchiveState
from peertube_conformance.fixtures.instance.models.uploads import Upload
from peertube_conformance.fixtures.instance.videos import video_access
from tests.faults.registry import Handler, Shared, fault

_UPLOAD: Shared = {"group": "state and consistency", "flow": "ResumableUpload"}
_IMPORT: Shared = {"group": "state and consistency", "flow": "ResumableImport"}
_REPLACEMENT: Shared = {"group": "state and consistency", "flow": "ResumableReplacement"}
_END = 16
_SHARED = 100
_SPAN = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def _session(request: ApiRequest) -> Upload | None:
    found: Upload | None = request.state.uploads.by("upload_id", request.query["upload_id"])
    return found


def _start(request: ApiRequest) -> int | None:
    """The offset of a chunk; None for a status request."""
    span = _SPAN.fullmatch(request.headers.get("content-range", ""))
    return int(span[1]) if span else None


def _say(request: ApiRequest, start: int, total: int) -> None:
    """Sets Content-Range so that the bytes begin at `start` of `total`."""
    request.headers["content-range"] = f"bytes {start}-{start + len(request.body) - 1}/{total}"


def _as_its_owner(handler: Handler, request: ApiRequest) -> Any:
    if session := _session(request):
        request.user = request.state.users.get(session.user_id)
    return handler(request)


def _swapped(handler: Handler, request: ApiRequest) -> Any:
    """Swaps the last two bytes that differ in a chunk that completes a file, if it is not the only one."""
    session, start, content = _session(request), _start(request), bytearray(request.body or b"")
    if session and start and start + len(content) == session.size:
        for place in reversed(range(len(content) - 1)):
            if content[place] != content[place + 1]:
                content[place : place + 2] = content[place + 1], content[place]
                request.body = bytes(content)
                break
    return handler(request)


@fault("PT-RESUME-14", on="uploadResumable", shortest=1, **_UPLOAD)
def bytes_swapped_in_a_chunk_of_a_video(handler: Handler, request: ApiRequest) -> Any:
    return _swapped(handler, request)


@fault("PT-RESUME-14", on="userImportResumable", shortest=1, **_IMPORT)
def bytes_swapped_in_a_chunk_of_an_archive(handler: Handler, request: ApiRequest) -> Any:
    return _swapped(handler, request)


@fault("PT-RESUME-14", on="replaceVideoSourceResumable", shortest=1, **_REPLACEMENT)
def bytes_swapped_in_a_chunk_of_a_new_file(handler: Handler, request: ApiRequest) -> Any:
    return _swapped(handler, request)


# Videos


@fault("PT-RESUME-14", on="uploadResumable", shortest=1, **_UPLOAD)
def the_end_of_a_file_is_stored_one_byte_late(handler: Handler, request: ApiRequest) -> Any:
    """Its last byte is lost, and another one there twice. Players do not read so far."""
    session, start, content = _session(request), _start(request), request.body or b""
    if session and start and start + len(content) == session.size and len(content) > _END:
        request.body = content[:-_END] + content[-_END - 1 : -1]
    return handler(request)


@fault("PT-RESUME-02", on="uploadResumable", shortest=1, **_UPLOAD)
def the_range_after_a_further_chunk_is_short_by_one(handler: Handler, request: ApiRequest) -> Any:
    session, start = _session(request), _start(request)
    follows = session is not None and bool(start) and start == len(session.content)
    answer = handler(request)
    if follows and answer.status_code == 308 and session:
        answer.headers["range"] = f"bytes=0-{len(session.content) - 2}"
    return answer


@fault("PT-RESUME-09", on="uploadResumable", shortest=1, **_UPLOAD)
def anybody_may_send_who_knows_the_id(handler: Handler, request: ApiRequest) -> Any:
    return _as_its_owner(handler, request)


@fault("PT-RESUME-15", on="uploadResumable", shortest=2, **_UPLOAD)
def the_video_gets_the_name_that_was_announced_last(handler: Handler, request: ApiRequest) -> Any:
    if session := _session(request):
        latest = [one for one in request.state.uploads if one.user_id == session.user_id][-1]
        attributes = session.metadata["attributes"]
        session.metadata["attributes"] = attributes | {"name": latest.metadata["attributes"]["name"]}
    return handler(request)


_COUNTED_AGAIN: Counter[int] = Counter()


@fault("PT-RESUME-16", on=("uploadResumable", "getMyQuotaUsed"), shortest=1, **_UPLOAD)
def the_last_chunk_is_counted_twice(handler: Handler, request: ApiRequest) -> Any:
    answer = handler(request)
    if request.operation.id == "getMyQuotaUsed":
        return answer | {"videoQuotaUsed": answer["videoQuotaUsed"] + _COUNTED_AGAIN[request.caller.id]}
    if answer.status_code == 200:
        _COUNTED_AGAIN[request.caller.id] += len(request.body)
    return answer


@fault("PT-RESUME-17", on="uploadResumableInit", shortest=1, **_UPLOAD)
def announcing_again_begins_anew(handler: Handler, request: ApiRequest) -> Any:
    for session in request.state.uploads:
        if session.metadata["attributes"]["name"] == request.body["name"]:
            session.content.clear()
    return handler(request)


# Archives


@fault("PT-RESUME-05", on="userImportResumable", shortest=1, **_IMPORT)
def a_chunk_that_comes_again_is_appended(handler: Handler, request: ApiRequest) -> Any:
    session, start = _session(request), _start(request)
    if session and start is not None and start < len(session.content):
        stored = len(session.content)
        if stored + len(request.body) < session.size:
            _say(request, stored, session.size)
    return handler(request)


@fault("PT-RESUME-11", on=("userImportResumableCancel", "userImportResumable"), shortest=1, **_IMPORT)
def a_cancelled_archive_can_be_completed(handler: Handler, request: ApiRequest) -> Any:
    """Only who asks, or cancels again, is told that the session is gone."""
    session = _session(request)
    if session is None or session.user_id != request.caller.id:
        return handler(request)
    cancels = request.operation.id == "userImportResumableCancel"
    if session.metadata.get("cancelled") and (cancels or _start(request) is None):
        raise Problem(404, "Upload not found")
    if not cancels:
        return handler(request)
    session.metadata["cancelled"] = True
    return Response(status_code=204)


@fault("PT-RESUME-08", on="userImportResumable", shortest=1, **_IMPORT)
def the_total_is_not_looked_at(handler: Handler, request: ApiRequest) -> Any:
    session, start = _session(request), _start(request)
    if session and start is not None:
        span = _SPAN.fullmatch(request.headers["content-range"])
        assert span is not None
        request.headers["content-range"] = f"bytes {span[1]}-{span[2]}/{session.size}"
    return handler(request)


@fault("PT-RESUME-14", on="userImportResumable", shortest=2, **_IMPORT)
def sessions_of_a_user_share_a_buffer(handler: Handler, request: ApiRequest) -> Any:
    """The first bytes that are stored are in the other sessions, too, where they have stored any."""
    session = _session(request)
    answer = handler(request)
    for other in request.state.uploads if session else ():
        if session and other.user_id == session.user_id:
            size = min(len(other.content), len(session.content), _SHARED)
            other.content[:size] = session.content[:size]
    return answer


@fault("PT-RESUME-18", on="userImportResumableInit", shortest=1, **_IMPORT)
def several_imports_at_a_time(handler: Handler, request: ApiRequest) -> Any:
    latest = imports.latest(request.state, request.caller)
    if latest is None:
        return handler(request)
    state, latest.state = latest.state, ArchiveState.COMPLETED
    try:
        return handler(request)
    finally:
        latest.state = state


# New files of videos


@fault(
    "PT-RESUME-13", on=("replaceVideoSourceResumable", "replaceVideoSourceResumableCancel"), shortest=1, **_REPLACEMENT
)
def a_finished_session_can_be_finished_again(handler: Handler, request: ApiRequest) -> Any:
    """Only who cancels is told that the session is gone."""
    session = _session(request)
    if session and session.complete and request.operation.id == "replaceVideoSourceResumableCancel":
        request.state.uploads.remove(session)
    answer = handler(request)
    if session and answer.status_code == 200:
        request.state.uploads.add(session)
    return answer


@fault("PT-RESUME-06", on="replaceVideoSourceResumable", shortest=1, **_REPLACEMENT)
def gaps_are_filled_with_zeros(handler: Handler, request: ApiRequest) -> Any:
    session, start = _session(request), _start(request)
    if session and start and start < session.size:
        session.content += bytes(max(0, start - len(session.content)))
    return handler(request)


@fault("PT-RESUME-09", on="replaceVideoSourceResumableCancel", shortest=1, **_REPLACEMENT)
def anybody_cancels_without_being_refused(handler: Handler, request: ApiRequest) -> Any:
    """The refusal is sent, but the session is gone."""
    session = _session(request)
    caller = request.user
    with suppress(Exception):
        _as_its_owner(handler, request)
    request.user = caller
    if session and caller and session.user_id == caller.id:
        return Response(status_code=204)
    return handler(request)


@fault("PT-RESUME-12", on="replaceVideoSourceResumableCancel", shortest=1, **_REPLACEMENT)
def a_cancelled_file_takes_the_place_of_the_old_one(handler: Handler, request: ApiRequest) -> Any:
    session = _session(request)
    answer = handler(request)
    if session and session.content:
        video_access.named(request).files[0].content = bytes(session.content)
    return answer


@fault("PT-RESUME-19", on="replaceVideoSourceResumable", shortest=1, **_REPLACEMENT)
def the_video_is_called_like_its_new_file(handler: Handler, request: ApiRequest) -> Any:
    session = _session(request)
    answer = handler(request)
    if session and answer.status_code == 200:
        video_access.named(request).name = session.filename
    return answer


_LEFT: Counter[int] = Counter()


@fault("PT-RESUME-16", on=("replaceVideoSourceResumable", "getMyQuotaUsed"), shortest=1, **_REPLACEMENT)
def the_old_file_stays_counted(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id == "getMyQuotaUsed":
        answer = handler(request)
        return answer | {"videoQuotaUsed": answer["videoQuotaUsed"] + _LEFT[request.caller.id]}
    old = len(video_access.named(request).files[0].content)
    answer = handler(request)
    if answer.status_code == 200:
        _LEFT[request.caller.id] += old
    return answer
