"""Faults of exports and imports."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from peertube_conformance.fixtures.instance import archive_reader, archive_writer, download_tokens
from peertube_conformance.fixtures.instance.http import ApiRequest
from peertube_conformance.fixtures.instance.models import exports
from peertube_conformance.fixtures.instance.models.exports import Export
from tests.faults.registry import Handler, fault

_FLOW = {"group": "state and consistency", "flow": "ExportImport"}
_LEAKS = {"group": "leaks", "flow": "ExportImport"}
_PUBLIC = 1
_archives: dict[int, bytes] = {}
_deleted: dict[str, tuple[Export, bytes]] = {}


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
    kept = archive_writer._Writer.video_file

    def video_file(self: Any, one: Any) -> str | None:
        whole = [file.content for file in one.files]
        for file in one.files:
            file.content = file.content[:-1]
        try:
            return kept(self, one)
        finally:
            for file, content in zip(one.files, whole, strict=True):
                file.content = content

    if kept.__name__ != "lossy":
        video_file.__name__ = "lossy"
        archive_writer._Writer.video_file = video_file  # type: ignore[method-assign]
    return handler(request)


@fault("PT-EXPORT-07", on="requestUserExport", shortest=1, **_FLOW)
def the_files_of_the_newest_video_are_forgotten(handler: Handler, request: ApiRequest) -> Any:
    kept = archive_writer._Writer.video_file

    def video_file(self: Any, one: Any) -> str | None:
        newest = max(video.id for video in self.state.videos)
        return None if one.id == newest else kept(self, one)

    if kept.__name__ != "forgetful":
        video_file.__name__ = "forgetful"
        archive_writer._Writer.video_file = video_file  # type: ignore[method-assign]
    return handler(request)


@fault("PT-EXPORT-08", on="requestUserExport", shortest=1, **_LEAKS)
def the_feed_token_is_exported(handler: Handler, request: ApiRequest) -> Any:
    kept = archive_writer._Writer.settings
    if kept.__name__ == "settings":
        archive_writer._Writer.settings = lambda self: kept(self) | {"feedToken": self.user.feed_token}  # type: ignore[method-assign]
    return handler(request)


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
    is_known = any(
        download_tokens.opens(request.query["jwt"], one, request.instance) for one in request.state.exports
    )
    if export is not None and is_known:
        request.query["jwt"] = download_tokens.issued(export, request.instance)
    return handler(request)


@fault("PT-IMPORT-05", on="userImportResumable", shortest=3, **_FLOW)
def playlists_are_imported_again(handler: Handler, request: ApiRequest) -> Any:
    kept = archive_reader._Reader.playlist

    def playlist(self: Any, one: dict[str, Any]) -> None:
        for known in self.state.playlists:
            if known.user_id == self.user.id and known.display_name == one["displayName"]:
                known.display_name += " "
        kept(self, one)
        for known in self.state.playlists:
            known.display_name = known.display_name.strip()

    if kept.__name__ != "again":
        playlist.__name__ = "again"
        archive_reader._Reader.playlist = playlist  # type: ignore[method-assign]
    return handler(request)


@fault("PT-IMPORT-03", on="userImportResumable", shortest=2, **_LEAKS)
def what_is_imported_is_public(handler: Handler, request: ApiRequest) -> Any:
    kept = archive_reader._Reader.video
    if kept.__name__ == "video":
        archive_reader._Reader.video = lambda self, one: kept(self, one | {"privacy": _PUBLIC})  # type: ignore[method-assign]
    return handler(request)


@fault("PT-IMPORT-04", on="userImportResumable", shortest=2, **_FLOW)
def imported_positions_are_one_second_late(handler: Handler, request: ApiRequest) -> Any:
    kept = archive_reader._Reader.watched
    if kept.__name__ == "watched":
        archive_reader._Reader.watched = lambda self, one: kept(  # type: ignore[method-assign]
            self, one | {"lastTimecode": one["lastTimecode"] + 1}
        )
    return handler(request)


@fault("PT-IMPORT-06", on="userImportResumable", shortest=2, **_FLOW)
def channels_of_others_are_made_again(handler: Handler, request: ApiRequest) -> Any:
    archive_reader.membership = _OnlyOwnNamesAreTaken(request.caller.id)  # type: ignore[assignment]
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
