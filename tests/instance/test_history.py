"""Watched videos."""

from __future__ import annotations

import pytest


@pytest.fixture
def viewer(person):
    return person()


@pytest.fixture
def watch(viewer, person, upload, clock):
    owner = person(videoQuota=-1)

    def watching(name: str, seconds: int = 0) -> int:
        number = upload(owner, name)["id"]
        clock.advance(minutes=1)
        answer = viewer("POST", f"/videos/{number}/views", json={"currentTime": seconds})
        assert answer.status_code == 204
        return number

    return watching


def names(viewer, query: str = "") -> list[str]:
    answer = viewer("GET", f"/users/me/history/videos?{query}").json()
    return [video["name"] for video in answer["data"]]


def test_what_was_watched_last_comes_first(viewer, watch, person):
    watch("Sparrows", 1)
    watch("Whales")
    assert names(viewer) == ["Whales", "Sparrows"]
    assert names(viewer, "search=spar") == ["Sparrows"]
    assert names(viewer, "start=1&count=1") == ["Sparrows"]
    page = viewer("GET", "/users/me/history/videos").json()
    assert [video["userHistory"] for video in page["data"]] == [{"currentTime": 0}, {"currentTime": 1}]
    assert names(person()) == []


def test_one_video_is_forgotten(viewer, watch):
    number = watch("Sparrows")
    watch("Whales")
    for _ in range(2):
        assert viewer("DELETE", f"/users/me/history/videos/{number}").status_code == 204
    assert names(viewer) == ["Whales"]
    assert viewer("DELETE", "/users/me/history/videos/sparrows").status_code == 400


def test_history_is_cleared_up_to_a_date(viewer, watch, clock):
    watch("Sparrows")
    clock.advance(hours=1)
    limit = clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    clock.advance(hours=1)
    watch("Whales")
    path = "/users/me/history/videos/remove"
    assert viewer("POST", path, json={"beforeDate": "yesterday"}).status_code == 400
    assert viewer("POST", path, json={"beforeDate": limit}).status_code == 204
    assert names(viewer) == ["Whales"]
    assert viewer("POST", path).status_code == 204
    assert names(viewer) == []


def test_who_wants_no_history_has_none(viewer, watch):
    viewer("PUT", "/users/me", json={"videosHistoryEnabled": False})
    watch("Sparrows")
    assert names(viewer) == []
