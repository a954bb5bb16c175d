"""Following channels, and what comes of it."""

from __future__ import annotations

import pytest

HANDLE = "birds@localhost:9000"


@pytest.fixture
def owner(person):
    return person(channelName="birds", videoQuota=-1)


@pytest.fixture
def reader(person):
    return person()


@pytest.fixture
def follow(reader, clock):
    def following(uri: str = HANDLE) -> None:
        assert reader("POST", "/users/me/subscriptions", json={"uri": uri}).status_code == 204
        clock.advance(seconds=1)

    return following


def test_a_channel_is_followed_until_it_is_not(owner, reader, follow):
    follow()
    follow()
    listed = reader("GET", "/users/me/subscriptions").json()
    assert [channel["name"] for channel in listed["data"]] == ["birds"]
    assert listed["data"][0]["followersCount"] == 1
    assert reader("GET", f"/users/me/subscriptions/{HANDLE}").json()["name"] == "birds"
    assert owner("GET", "/users/me/subscriptions").json()["total"] == 0
    assert reader("DELETE", f"/users/me/subscriptions/{HANDLE}").status_code == 204
    assert reader("DELETE", f"/users/me/subscriptions/{HANDLE}").status_code == 404


@pytest.mark.parametrize("uri", ["birds", "birds@", "a@b@c", "birds@http://localhost", "birds@-.-"])
def test_a_handle_has_a_name_and_a_host(reader, uri):
    assert reader("POST", "/users/me/subscriptions", json={"uri": uri}).status_code == 400


def test_whom_nobody_knows_is_not_followed(reader, follow):
    follow("nobody@localhost:9000")
    follow("birds@elsewhere.example")
    assert reader("GET", "/users/me/subscriptions").json()["total"] == 0


def test_several_handles_are_looked_up_at_once(owner, reader, follow):
    follow()
    uris = [HANDLE, "birds@elsewhere.example", "nobody@localhost:9000"]
    assert reader("GET", "/users/me/subscriptions/exist", params={"uris": uris}).json() == {
        HANDLE: True,
        "birds@elsewhere.example": False,
        "nobody@localhost:9000": False,
    }
    assert reader("GET", f"/users/me/subscriptions/exist?uris={HANDLE}").json() == {HANDLE: True}
    assert reader("GET", "/users/me/subscriptions/exist").status_code == 400


def test_the_owner_sees_and_is_told_who_follows(owner, reader, follow):
    follow()
    followers = owner("GET", "/video-channels/birds/followers").json()
    assert [one["follower"]["name"] for one in followers["data"]] == [reader.name]
    assert owner("GET", "/video-channels/birds/followers?search=nobody").json()["total"] == 0
    told = owner("GET", "/users/me/notifications").json()["data"]
    assert [(one["type"], one["actorFollow"]["follower"]["name"]) for one in told] == [(10, reader.name)]


def test_subscriptions_go_with_their_channel(root, owner, reader, follow):
    follow()
    assert root("DELETE", f"/users/{owner.id}").status_code == 204
    assert reader("GET", "/users/me/subscriptions").json() == {"total": 0, "data": []}


def test_videos_of_followed_channels_are_listed(owner, reader, person, follow, upload):
    follow()
    upload(owner, "Sparrows")
    upload(owner, "Secret sparrows", privacy=3)
    upload(person(), "Whales")
    listed = reader("GET", "/users/me/subscriptions/videos").json()
    assert [video["name"] for video in listed["data"]] == ["Sparrows"]
    assert "total" not in reader("GET", "/users/me/subscriptions/videos?skipCount=true").json()
    assert reader("GET", "/users/me/subscriptions/videos?include=1").status_code == 401
