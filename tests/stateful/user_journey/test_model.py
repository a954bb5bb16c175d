"""The road of the whole journey leads to its end, and what an archive holds is read as it is."""

from __future__ import annotations

import json

import pytest

from peertube_conformance.fixtures.media.generated_files import zip as zipped
from peertube_conformance.stateful.user_journey.model import NOTHING, Archive, Road, digest, opened


def test_stages_come_in_their_order_and_detours_are_few() -> None:
    road = Road(["rise", "work"], steps=5)
    taken = []
    for step in ("stray", "stray", "rise", "stray", "work"):
        assert road.leads_to(step) or road.allows_detour
        road.walk(step)
        taken.append((road.leads_to("work"), road.allows_detour))
    assert taken == [(False, True), (False, False), (True, True), (True, False), (False, True)]


def test_an_archive_names_account_videos_files_and_ratings() -> None:
    documents = {
        "account": {"name": "maria"},
        "videos": {
            "videos": [
                {"uuid": "a", "name": "Sea", "archiveFiles": {"videoFile": "../files/a.mp4"}},
                {"uuid": "b", "name": "Hills", "archiveFiles": {"videoFile": None}},
            ]
        },
        "likes": {"likes": [{"videoUrl": "http://localhost/videos/watch/a"}]},
        "dislikes": {"dislikes": []},
    }
    files = {f"peertube/{name}.json": json.dumps(held).encode() for name, held in documents.items()}
    held = opened(zipped({**files, "files/a.mp4": b"waves"}))
    assert held == Archive("maria", {"a": "Sea", "b": "Hills"}, {"a": digest(b"waves"), "b": None}, ["a"], [])


@pytest.mark.parametrize("content", [b"", b"no archive", zipped({"readme.txt": b"empty"})])
def test_what_is_no_archive_holds_nothing(content: bytes) -> None:
    assert opened(content) == NOTHING
