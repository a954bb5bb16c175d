"""What lists show to whom, and in which order."""

from __future__ import annotations

import pytest


@pytest.fixture
def owner(person):
    return person(videoQuota=-1)


def names(answer) -> list[str]:
    return [entry["name"] for entry in answer.json()["data"]]


def test_what_became_private_leaves_the_lists_of_others(owner, person, upload):
    viewer, number = person(), upload(owner, "Whales")["id"]
    assert viewer("PUT", f"/videos/{number}/rate", json={"rating": "like"}).status_code == 204
    assert viewer("POST", f"/videos/{number}/views", json={"currentTime": 0}).status_code == 204
    lists = (f"/accounts/{viewer.name}/ratings", "/users/me/history/videos")
    assert [viewer("GET", path).json()["total"] for path in lists] == [1, 1]
    assert owner("PUT", f"/videos/{number}", json={"privacy": 3}).status_code == 204
    assert [viewer("GET", path).json() for path in lists] == [{"total": 0, "data": []}] * 2


def test_channels_of_an_account_are_sorted_by_the_name_that_is_shown(owner, http):
    for name, shown in (("zebras", "Ants"), ("ants", "Zebras")):
        body = {"name": name, "displayName": shown}
        assert owner("POST", "/video-channels", json=body).status_code == 200
    path = f"/api/v1/accounts/{owner.name}/video-channels?sort="
    found = [name for name in names(http.get(f"{path}name")) if name in {"ants", "zebras"}]
    assert found == ["zebras", "ants"]
    assert [name for name in names(http.get(f"{path}-name")) if name in found] == found[::-1]


def test_videos_without_an_earlier_publication_count_from_their_own(owner, upload, http, clock):
    for name, date in (("Ants", None), ("Bees", "2001-02-03T04:05:06Z"), ("Crows", None)):
        number = upload(owner, name)["id"]
        clock.advance(minutes=1)
        assert owner("PUT", f"/videos/{number}", json={"originallyPublishedAt": date}).status_code == 204
    path = f"/api/v1/accounts/{owner.name}/videos?sort="
    assert names(http.get(f"{path}originallyPublishedAt")) == ["Bees", "Ants", "Crows"]
    assert names(http.get(f"{path}-originallyPublishedAt")) == ["Crows", "Ants", "Bees"]
    assert names(http.get(f"{path}-hot")) == ["Crows", "Bees", "Ants"]
