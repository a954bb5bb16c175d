"""Channels: opened, changed, shown, illustrated, followed, closed."""

from __future__ import annotations

import pytest

from peertube_conformance.fixtures import media

PNG = media.png(8, 8)


@pytest.fixture
def owner(person):
    return person(channelName="birds")


def test_a_channel_is_opened_changed_and_closed(http, owner):
    body = {"name": "walks", "displayName": "Walks", "support": "Send boots."}
    made = owner("POST", "/video-channels", json=body).json()["videoChannel"]
    shown = http.get("/api/v1/video-channels/walks").json()
    assert (shown["id"], shown["support"], shown["ownerAccount"]["name"]) == (
        made["id"],
        "Send boots.",
        owner.name,
    )
    assert owner("PUT", "/video-channels/walks", json={"description": "On foot."}).status_code == 204
    changed = http.get("/api/v1/video-channels/WALKS@localhost:9000").json()
    assert (changed["description"], changed["support"]) == ("On foot.", "Send boots.")
    assert owner("DELETE", "/video-channels/walks").status_code == 204
    assert http.get("/api/v1/video-channels/walks").status_code == 404
    again = owner("POST", "/video-channels", json=body)
    assert again.status_code == 409, "a name is never free again"


def test_an_empty_change_changes_nothing(http, owner):
    before = http.get("/api/v1/video-channels/birds").json()
    assert owner("PUT", "/video-channels/birds").status_code == 204
    assert {**http.get("/api/v1/video-channels/birds").json(), "updatedAt": ""} == {**before, "updatedAt": ""}


@pytest.mark.parametrize("name", ["Birds", "birds.", ".", "", "x" * 51])
def test_names_obey_the_rule(owner, name):
    assert owner("POST", "/video-channels", json={"name": name, "displayName": "A"}).status_code == 400


def test_nobody_has_more_channels_than_the_instance_allows(owner, instance):
    instance.state.custom_config["videoChannels"]["maxPerUser"] = 2
    assert owner("POST", "/video-channels", json={"name": "one", "displayName": "A"}).status_code == 200
    assert owner("POST", "/video-channels", json={"name": "two", "displayName": "A"}).status_code == 400


def test_the_last_channel_stays(owner):
    assert owner("DELETE", "/video-channels/birds").status_code == 409


def test_only_owner_and_moderators_change_a_channel(owner, person):
    stranger, moderator = person(), person(role=1)
    for method, path in (
        ("PUT", ""),
        ("DELETE", ""),
        ("DELETE", "/avatar"),
        ("DELETE", "/banner"),
        ("GET", "/followers"),
    ):
        assert stranger(method, f"/video-channels/birds{path}").status_code == 403
    assert moderator("PUT", "/video-channels/birds", json={"displayName": "Fowl"}).status_code == 204
    assert moderator("GET", "/video-channels/birds/followers").json()["total"] == 0


def test_lists_are_sorted_and_cut(http, owner):
    for name in ("ants", "bees"):
        owner("POST", "/video-channels", json={"name": name, "displayName": name.title()})

    def names(query: str) -> list[str]:
        answer = http.get(f"/api/v1/video-channels?{query}").json()
        assert answer["total"] == 4
        return [channel["name"] for channel in answer["data"]]

    assert names("sort=name") == ["ants", "bees", "birds", "root_channel"]
    assert names("sort=-id&start=1&count=2") == ["ants", "birds"]
    assert names("count=0") == []
    assert http.get("/api/v1/video-channels?sort=displayName").status_code == 400


@pytest.mark.parametrize(("kind", "widths"), [("avatar", [1500, 600, 120, 48]), ("banner", [1920, 600])])
def test_pictures_are_served_and_replaced(http, owner, kind, widths):
    def pick(data: bytes, media_type: str = "image/png"):
        files = {f"{kind}file": ("picture.png", data, media_type)}
        return owner("POST", f"/video-channels/birds/{kind}/pick", files=files)

    images = pick(PNG).json()[f"{kind}s"]
    assert [image["width"] for image in images] == widths
    served = [http.get(image["path"]).content for image in images]
    assert [int.from_bytes(content[16:20]) for content in served] == widths
    pick(media.png(8, 8, seed=1))
    assert http.get(images[0]["path"]).status_code == 404
    assert pick(b"no picture").status_code == 400
    assert pick(PNG, "text/plain").status_code == 400
    assert pick(PNG + bytes(4 * 1024 * 1024)).status_code == 400
    assert owner("DELETE", f"/video-channels/birds/{kind}").status_code == 204
    assert http.get("/api/v1/video-channels/birds").json()[f"{kind}s"] == []
