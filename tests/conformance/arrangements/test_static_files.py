"""Paths that are to lead outside the served folder do."""

from __future__ import annotations

import posixpath
from types import SimpleNamespace
from typing import Any, cast

import pytest

from peertube_conformance.conformance.arrangements import static_files
from peertube_conformance.fixtures.messages.json_response import Answer
from peertube_conformance.fixtures.messages.request_draft import Draft
from peertube_conformance.spec import load_contract

CONTRACT = load_contract()


class _World:
    def video_having(self, _member: str) -> Any:
        return SimpleNamespace(uuid="d9e2f1d0-5a1c-4a80-8d5c-4d3a1a2b3c4d")

    def video_details(self, _video: Any) -> Answer:
        files = [{"fileUrl": "https://my.instance/static/web-videos/a.mp4", "size": 9}]
        streams = [{"playlistUrl": "https://my.instance/static/streaming-playlists/hls/d9e2/b.m3u8"}]
        return Answer("getVideo", {"files": files, "streamingPlaylists": streams})


@pytest.mark.parametrize("operation", ["getPublicWebVideoFile", "getPublicHlsFile"])
def test_a_path_outside_the_folder_leads_outside_of_it(operation: str) -> None:
    draft = Draft(CONTRACT.operation(operation))
    static_files.outside_the_folder(cast("Any", _World()), draft)
    served = draft.operation.path.partition("{")[0]
    path = draft.operation.path.format(**draft.path)
    assert not posixpath.normpath(path).startswith(served)
    assert "{" not in path
