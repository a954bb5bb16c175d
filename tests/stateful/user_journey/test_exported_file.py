"""An archive must hold the uploaded file of a video where the instance keeps it, else a file of the best quality."""

from __future__ import annotations

import json
from typing import Any, cast

import httpx
import pytest

from peertube_conformance.reports import Exchange, Request, Response
from peertube_conformance.spec import load_contract
from peertube_conformance.stateful.user_journey.exported_file import exported
from peertube_conformance.stateful.user_journey.model import Film, digest

CONTRACT = load_contract()
FILM = Film(7, "d9e2", "Sea", b"sent")
_WEB, _STREAM = "https://my.instance/download/videos/d9e2-720.mp4", "https://my.instance/static/x/hls/d9e2/d9e2-720.mp4"
_SMALL = "https://my.instance/static/x/hls/d9e2/d9e2-240.mp4"
_BODIES = {"d9e2-720.mp4": b"stream", "d9e2-240.mp4": b"small"}


def seen_as(seen: bytes, *, kept: bool = False, web: bool = False, streams: bool = True) -> str:
    """The digest that must be in the archive, where this one is."""
    file = {"resolution": {"id": 720}, "fileDownloadUrl": _WEB, "fileUrl": _WEB}
    small = {"resolution": {"id": 240}, "fileUrl": _SMALL}
    details = {
        "files": [file] if web else [],
        "streamingPlaylists": [{"files": [small, {"resolution": {"id": 720}, "fileUrl": _STREAM}]}] if streams else [],
    }
    documents: dict[str, Any] = {
        "getVideoSource": {"fileDownloadUrl": "https://my.instance/o.mp4" if kept else None},
        "getVideo": details,
    }

    def send(operation: str, _actor: Any = None, *, path: dict[str, str]) -> Exchange:
        if operation in documents:
            body = json.dumps(documents[operation]).encode()
        else:
            body = b"web" if operation == "downloadVideoFile" else _BODIES[path["filename"]]
        response = Response(200, httpx.Headers({"content-type": "application/json"}), body)
        return Exchange(CONTRACT.operation(operation), Request("GET", "https://my.instance/"), response)

    return exported(send, cast("Any", None), FILM, digest(seen))


@pytest.mark.parametrize(
    ("seen", "files"),
    [
        (b"stream", {}),
        (b"stream", {"web": True}),
        (b"web", {"web": True}),
        (b"web", {"web": True, "streams": False}),
        (b"sent", {"kept": True, "web": True}),
    ],
)
def test_a_right_file_is_taken(seen: bytes, files: dict[str, bool]) -> None:
    assert seen_as(seen, **files) == digest(seen)


@pytest.mark.parametrize(
    ("seen", "files", "right"),
    [
        (b"small", {}, b"stream"),
        (b"spoiled", {"web": True}, b"web"),
        (b"stream", {"kept": True}, b"sent"),
        (b"web", {"kept": True, "web": True}, b"sent"),
        (b"spoiled", {"streams": False}, b"sent"),
    ],
)
def test_another_file_is_not_taken(seen: bytes, files: dict[str, bool], right: bytes) -> None:
    assert seen_as(seen, **files) == digest(right)
