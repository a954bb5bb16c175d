"""Faults of exports and imports."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from peertube_conformance.fixtures.instance.http.request_and_response import ApiRequest
from peertube_conformance.fixtures.instance.models import exports
from peertube_conformance.fixtures.instance.models.exports import Export
from peertube_conformance.fixtures.instance.user_archives import archive_reader, archive_writer, download_tokens
from tests.faults.registry import Handler, Shared, fault

_FLOW: Shared = {"group": "state and consistency", "flow": "ExportImport"}
_LEAKS: Shared = {"group": "leaks", "flow": "ExportImport"}
_PUBLIC = 1
_archives: dict[int, bytes] = {}
_deleted: dict[str, tuple[Export, bytes]] = {}
_wrapping: set[Callable[..., Any]] = set()


def _wrap(owner: type, method: str, around: Callable[..., Any]) -> None:
    """Replaces a method by `around`, which gets the original first; once, however often the fault is met.

    Archives are written and read in the background, when the handler has long answered: the replacement stays.
    """
    if around not in _wrapping:
        _wrapping.add(around)
        kept = getattr(owner, method)
        setattr(owner, method, lambda *given: around(kept, *given))


def _export(request: ApiRequest) -> Export | None:
    return request.state.exports.find(lambda one: one.filename == request.path["filename"])


def _content(request: ApiRequest, export: Export) -> bytes:
    return exports.path(request.state, export).read_bytes()


@fault("PT-EXPORT-01", "PT-EXPORT-06", on="downloadUserExport", shortest=4, **_FLOW)
def the_next_archive_is_the_last_one(handler: Handler, request: ApiRequest) -> Any:
    if export := _export(request):
        first = _archives.setdefault(export.user_id, _content(request, export))
        exports.path(request.state, export).write_bytes(first)
    return handler(request)


@fault("PT-EXPORT-07", on="requestUserExport", shortest=1, **_FLOW)
def the_last_byte_of_each_video_is_lost(handler: Handler, request: ApiRequest) -> Any:
    _wrap(archive_writer._Writer, "video_file", _without_the_last_byte)
    return handler(request)


def _without_the_last_byte(kept: Any, writer: Any, one: Any) -> Any:
    whole = [file.content for file in one.files]
    for file in one.files:
        file.content = file.content[:-1]
    try:
        return kept(writer, one)
    finally:
        for file, content in zip(one.files, whole, strict=True):
            file.content = content


@fault("PT-EXPORT-07", on="requestUserExport", shortest=1, **_FLOW)
def the_files_of_the_newest_video_are_forgotten(handler: Handler, request: ApiRequest) -> Any:
    _wrap(archive_writer._Writer, "video_file", _but_the_newest)
    return handler(request)


def _but_the_newest(kept: Any, writer: Any, one: Any) -> Any:
    newest = max(video.id for video in writer.state.videos)
    return None if one.id == newest else kept(writer, one)


@fault("PT-EXPORT-08", on="requestUserExport", shortest=1, **_LEAKS)
def the_feed_token_is_exported(handler: Handler, request: ApiRequest) -> Any:
    _wrap(archive_writer._Writer, "settings", _with_the_feed_token)
    return handler(request)


def _with_the_feed_token(kept: Any, writer: Any) -> Any:
    return kept(writer) | {"feedToken": writer.user.feed_token}


@fault("PT-EXPORT-09", on=("deleteUserExport", "downloadUserExport"), shortest=2, **_LEAKS)
def a_deleted_archive_can_still_be_had(handler: Handler, request: ApiRequest) -> Any:
    if request.operation.id == "deleteUserExport":
        export = request.state.exports.get(request.path["id"])
        if export is not None:
            _deleted[export.filename] = export, _content(request, export)
        return handler(request)
    if request.path["filename"] not in _deleted:
        return handler(request)
    export, content = _deleted[request.path["filename"]]
    request.state.exports.add(export)
    exports.path(request.state, export).write_bytes(content)
    try:
        return handler(request)
    finally:
        exports.delete(request.state, export)


@fault("PT-EXPORT-05", on="downloadUserExport", shortest=2, **_LEAKS)
def any_token_of_the_instance_opens_any_archive(handler: Handler, request: ApiRequest) -> Any:
    export = _export(request)
    is_known = any(download_tokens.opens(request.query["jwt"], one, request.instance) for one in request.state.exports)
    if export is not None and is_known:
        request.query["jwt"] = download_tokens.issued(export, request.instance)
    return handler(request)


@fault("PT-IMPORT-05", on="userImportResumable", shortest=3, **_FLOW)
def playlists_are_imported_again(handler: Handler, request: ApiRequest) -> Any:
    _wrap(archive_reader._Reader, "playlist", _though_it_is_there)
    return handler(request)


def _though_it_is_there(kept: Any, reader: Any, one: dict[str, Any]) -> None:
    for known in reader.state.playlists:
        if known.user_id == reader.user.id and known.display_name == one["displayName"]:
            known.display_name += " "
    kept(reader, one)
    for known in reader.state.playlists:
        known.display_name = known.display_name.strip()


@fault("PT-IMPORT-03", on="userImportResumable", shortest=2, **_LEAKS)
def what_is_imported_is_public(handler: Handler, request: ApiRequest) -> Any:
    _wrap(archive_reader._Reader, "video", _for_everybody)
    return handler(request)


def _for_everybody(kept: Any, reader: Any, one: dict[str, Any]) -> Any:
    return kept(reader, one | {"privacy": _PUBLIC})


@fault("PT-IMPORT-03", on="userImportResumable", shortest=2, **_FLOW)
def videos_are_not_imported(handler: Handler, request: ApiRequest) -> Any:
    _wrap(archive_reader._Reader, "video", _not_at_all)
    return handler(request)


def _not_at_all(kept: Any, reader: Any, one: dict[str, Any]) -> None:
    """Skips the entry."""


@fault("PT-IMPORT-04", on="userImportResumable", shortest=2, **_FLOW)
def imported_positions_are_one_second_late(handler: Handler, request: ApiRequest) -> Any:
    _wrap(archive_reader._Reader, "watched", _one_second_late)
    return handler(request)


def _one_second_late(kept: Any, reader: Any, one: dict[str, Any]) -> Any:
    return kept(reader, one | {"lastTimecode": one["lastTimecode"] + 1})


@fault("PT-IMPORT-06", on="userImportResumable", shortest=2, **_FLOW)
def channels_of_others_are_made_again(handler: Handler, request: ApiRequest) -> Any:
    assert "user_creation" in vars(archive_reader)
    vars(archive_reader)["user_creation"] = _OnlyOwnNamesAreTaken(request.caller.id)
    return handler(request)


class _OnlyOwnNamesAreTaken:
    def __init__(self, user_id: int) -> None:
        self._user_id = user_id

    def name_is_taken(self, state: Any, name: str) -> bool:
        own = [one.name for one in state.channels if one.user_id == self._user_id]
        return name in own


@fault("PT-IMPORT-07", on="userImportResumable", shortest=1, **_FLOW)
def what_cannot_be_read_resets_the_preferences(handler: Handler, request: ApiRequest) -> Any:
    if not zipfile.is_zipfile(io.BytesIO(request.body)):
        request.caller.auto_play_video = not request.caller.auto_play_video
    return handler(request)
