"""What is imported names nothing but the walk's own things, whatever the target wrote into the archive."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from peertube_conformance.stateful.export_import.export_archive import Archive

OWN, FOREIGN = "https://here/videos/watch/own", "https://here/videos/watch/foreign"
STRANGER, VICTIM = "ptc0a0a0a.stranger@here", "victim@here"
KNOWN = frozenset({OWN, STRANGER})


def _imported(members: dict[str, Any]) -> dict[str, Any]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    names = {"ptc0a0a0a.old": "ptc0a0a0a.new"}
    with zipfile.ZipFile(io.BytesIO(Archive(buffer.getvalue()).for_import(names, KNOWN.__contains__))) as opened:
        return {
            name: json.loads(opened.read(name)) if name.endswith(".json") else opened.read(name)
            for name in opened.namelist()
        }


@pytest.mark.parametrize(
    ("file", "member"),
    [("likes", "likes"), ("dislikes", "dislikes"), ("comments", "comments"), ("video-history", "watchedVideos")],
)
@pytest.mark.parametrize(
    "address", [FOREIGN, f"{FOREIGN}#{OWN}", f"{OWN}?{FOREIGN}", "", None, 7, [FOREIGN], {"url": FOREIGN}]
)
def test_an_entry_about_an_unknown_video_is_not_imported(file: str, member: str, address: object) -> None:
    name = f"peertube/{file}.json"
    entries = [{"videoUrl": OWN}, {"videoUrl": address}]
    assert _imported({name: {member: entries}}) == {name: {member: [{"videoUrl": OWN}]}}


def test_elements_of_playlists_and_followed_channels_are_the_walks_own() -> None:
    elements = [{"videoUrl": OWN}, {"videoUrl": FOREIGN}]
    found = _imported(
        {
            "peertube/video-playlists.json": {"videoPlaylists": [{"displayName": "p", "elements": elements}]},
            "peertube/following.json": {"following": [{"targetHandle": STRANGER}, {"targetHandle": VICTIM}]},
        }
    )
    assert found == {
        "peertube/video-playlists.json": {"videoPlaylists": [{"displayName": "p", "elements": [{"videoUrl": OWN}]}]},
        "peertube/following.json": {"following": [{"targetHandle": STRANGER}]},
    }


def test_channels_get_their_other_names_wherever_they_are_named() -> None:
    old, new = {"name": "ptc0a0a0a.old"}, {"name": "ptc0a0a0a.new"}
    found = _imported(
        {
            "peertube/channels.json": {"channels": [old | {"displayName": "ptc0a0a0a.old"}]},
            "peertube/videos.json": {"videos": [{"name": "A video", "channel": old}]},
        }
    )
    assert found == {
        "peertube/channels.json": {"channels": [new | {"displayName": "ptc0a0a0a.old"}]},
        "peertube/videos.json": {"videos": [{"name": "A video", "channel": new}]},
    }


def test_a_name_that_leads_out_of_the_archive_is_left_out_and_what_is_no_json_holds_nothing() -> None:
    found = _imported(
        {
            "peertube/likes.json": b"{",
            "files/videos/1.mp4": b"video",
            "peertube/../../evil": b"x",
            "../evil": b"x",
            "/evil": b"x",
        }
    )
    assert found == {"peertube/likes.json": None, "files/videos/1.mp4": b"video"}


@pytest.mark.parametrize("depth", [400, 900, 100_000])
def test_what_is_nested_too_deep_holds_nothing(depth: int) -> None:
    (value,) = _imported({"peertube/likes.json": b"[" * depth + b"7" + b"]" * depth}).values()
    assert "7" not in json.dumps(value)
