"""Videos: who finds them, who sees them, what their owners may change."""

from __future__ import annotations

import pytest

from peertube_conformance.fixtures import media

PRIVACIES = {1: "public", 2: "unlisted", 3: "private", 4: "internal", 5: "password"}


@pytest.fixture
def owner(person):
    return person()


@pytest.fixture
def shelf(owner, upload):
    """One video of each privacy, by its word."""
    protected = {"videoPasswords[]": ["secret", "other"]}
    return {
        word: upload(owner, f"A {word} video", privacy, **(protected if privacy == 5 else {}))
        for privacy, word in PRIVACIES.items()
    }


def names(answer) -> list[str]:
    return [video["name"] for video in answer.json()["data"]]


def test_everybody_sees_what_is_for_them(shelf, owner, person, http, root):
    callers = {"owner": owner, "other": person(), "moderator": person(role=1), "admin": root}

    def seen(video: str, name: str) -> dict[str, int]:
        path = f"/videos/{shelf[video][name]}"
        anonymous = http.get(f"/api/v1{path}").status_code
        return {"anonymous": anonymous} | {
            who: call("GET", path).status_code for who, call in callers.items()
        }

    for word in ("public", "unlisted"):
        assert set(seen(word, "uuid").values()) == {200}
        assert set(seen(word, "shortUUID").values()) == {200}
    assert set(seen("public", "id").values()) == {200}
    trusted = {"owner": 200, "moderator": 200, "admin": 200}
    assert seen("unlisted", "id") == trusted | {"anonymous": 401, "other": 403}
    assert seen("private", "uuid") == trusted | {"anonymous": 401, "other": 403}
    assert seen("internal", "uuid") == trusted | {"anonymous": 401, "other": 200}
    assert seen("password", "uuid") == trusted | {"anonymous": 403, "other": 403}


def test_a_password_opens_a_protected_video(shelf, http):
    path = f"/api/v1/videos/{shelf['password']['uuid']}"
    assert http.get(path).json()["code"] == "video_requires_password"
    wrong = http.get(path, headers={"x-peertube-video-password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "incorrect_video_password")
    for password in ("secret", "other"):
        assert http.get(path, headers={"x-peertube-video-password": password}).status_code == 200


def test_lists_show_only_what_the_caller_may_find(shelf, http, person, root):
    assert names(http.get("/api/v1/videos")) == ["A public video"]
    assert names(person()("GET", "/videos?sort=name")) == ["A internal video", "A public video"]
    every = root("GET", "/videos?include=63&sort=name" + "".join(f"&privacyOneOf={n}" for n in PRIVACIES))
    assert len(names(every)) == 5
    assert every.json()["data"][0]["state"] == {"id": 1, "label": "Published"}
    assert http.get("/api/v1/videos?include=1").status_code == 401
    assert http.get("/api/v1/videos?excludeAlreadyWatched=true").status_code == 400


def test_lists_are_filtered_sorted_and_paged(owner, upload, http):
    upload(owner, "Whales", category=16, language="en", **{"tags[]": ["Sea", "big"]})
    upload(owner, "Sparrows", category=16, licence=1, nsfw="true", **{"tags[]": ["air", "small"]})
    upload(owner, "Cooking", category=18)

    def found(query: str) -> list[str]:
        return names(http.get(f"/api/v1/videos?sort=name&{query}"))

    assert found("") == ["Cooking", "Whales"]
    assert found("nsfw=both") == ["Cooking", "Sparrows", "Whales"]
    assert found("nsfw=true") == ["Sparrows"]
    assert found("categoryOneOf=16") == ["Whales"]
    assert found("languageOneOf=_unknown") == ["Cooking"]
    assert found("languageOneOf=_unknown&languageOneOf=en") == ["Cooking", "Whales"]
    assert found("tagsOneOf=sea&tagsOneOf=air&nsfw=both") == ["Sparrows", "Whales"]
    assert found("tagsAllOf=sea&tagsAllOf=BIG") == ["Whales"]
    assert found("licenceOneOf=1&nsfw=both") == ["Sparrows"]
    assert found("isLive=true") == []
    assert found("isLocal=false") == []
    assert found("hasHLSFiles=false") == []
    assert found("hasWebVideoFiles=true") == ["Cooking", "Whales"]
    page = http.get("/api/v1/videos?nsfw=both&sort=-name&start=1&count=1").json()
    assert (page["total"], page["data"][0]["name"]) == (3, "Sparrows")
    assert "total" not in http.get("/api/v1/videos?skipCount=true").json()


def test_a_change_is_seen_and_the_rest_stays(owner, upload):
    video = upload(owner, "Before", description="Long ago.", **{"tags[]": ["one", "two"]})
    path = f"/videos/{video['uuid']}"
    change = {
        "name": "  After ",
        "category": 5,
        "language": "fr",
        "support": "Thanks.",
        "commentsPolicy": 2,
        "downloadEnabled": False,
        "nsfw": True,
        "originallyPublishedAt": "2019-05-04T03:02:01+02:00",
    }
    assert owner("PUT", path, json=change).status_code == 204
    seen = owner("GET", path).json()
    assert (seen["name"], seen["category"]["label"], seen["language"]["label"]) == (
        "After",
        "Sports",
        "French",
    )
    assert (seen["description"], seen["tags"]) == ("Long ago.", ["one", "two"])
    assert (seen["commentsEnabled"], seen["downloadEnabled"], seen["nsfw"]) == (False, False, True)
    assert seen["originallyPublishedAt"] == "2019-05-04T01:02:01.000Z"
    assert seen["updatedAt"] > seen["createdAt"]
    assert owner("PUT", path, json={"category": None, "tags": None, "description": None}).status_code == 204
    seen = owner("GET", path).json()
    assert (seen["category"]["id"], seen["tags"], seen["description"]) == (None, [], None)


def test_a_form_brings_pictures(owner, upload, http):
    video = upload(owner, "Framed")
    before = owner("GET", f"/videos/{video['id']}").json()
    files = {"thumbnailfile": ("t.png", media.png(40, 30, seed=7), "image/png")}
    assert owner("PUT", f"/videos/{video['id']}", data={"name": "Reframed"}, files=files).status_code == 204
    after = owner("GET", f"/videos/{video['id']}").json()
    assert after["thumbnailPath"] != before["thumbnailPath"]
    assert http.get(after["thumbnailPath"]).content == media.png(40, 30, seed=7)
    assert http.get(after["previewPath"]).status_code == 200
    bad = {"previewfile": ("p.png", b"no picture", "image/png")}
    assert owner("PUT", f"/videos/{video['id']}", data={}, files=bad).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"name": "ab"},
        {"name": "x" * 121},
        {"category": 19},
        {"licence": 0},
        {"language": "x" * 11},
        {"privacy": 6},
        {"privacy": 5},
        {"privacy": 5, "videoPasswords": []},
        {"privacy": 5, "videoPasswords": ["a"]},
        {"privacy": 5, "videoPasswords": ["same", "same"]},
        {"tags": ["a"]},
        {"tags": ["one", "two", "three", "four", "five", "six"]},
        {"description": "ab"},
        {"support": "x" * 1001},
        {"commentsPolicy": 0},
        {"nsfw": None},
        {"originallyPublishedAt": "yesterday"},
        {"scheduleUpdate": {}},
        {"scheduleUpdate": {"updateAt": "2030-01-01T00:00:00Z", "privacy": 3}},
        {"channelId": 99999},
    ],
    ids=str,
)
def test_a_wrong_change_is_refused_whole(owner, upload, change):
    video = upload(owner, "Kept")
    answer = owner("PUT", f"/videos/{video['id']}", json={"support": "Not this.", **change})
    assert answer.status_code == 400
    assert owner("GET", f"/videos/{video['id']}").json()["support"] is None


def test_a_protected_video_stays_protected_only_with_its_passwords(owner, upload):
    video = upload(owner, "Guarded")
    path = f"/videos/{video['id']}"
    assert owner("PUT", path, json={"privacy": 5, "videoPasswords": ["ab", "cd"]}).status_code == 204
    assert owner("PUT", path, json={"name": "Renamed"}).status_code == 400
    assert owner("PUT", path, json={"name": "Renamed", "videoPasswords": ["ef"]}).status_code == 204
    assert owner("PUT", path, json={"privacy": 1}).status_code == 204
    assert owner("PUT", path, json={"name": "Renamed again"}).status_code == 204


def test_only_owner_and_moderators_change_and_delete(owner, person, upload, http):
    video = upload(owner, "Mine")
    path = f"/videos/{video['id']}"
    assert http.delete(f"/api/v1{path}").status_code == 401
    for method, body in (("PUT", {"json": {"name": "Yours"}}), ("DELETE", {}), ("GET", {})):
        suffix = "/source" if method == "GET" else ""
        assert person()(method, path + suffix, **body).status_code == 403
    assert person(role=1)("PUT", path, json={"name": "Moderated"}).status_code == 204
    assert owner("DELETE", path).status_code == 204
    assert owner("DELETE", path).status_code == 404
    assert owner("GET", path).status_code == 404
    assert names(http.get("/api/v1/videos")) == []


def test_a_scheduled_privacy_comes_in_time(owner, upload, http, clock, instance):
    video = upload(owner, "Soon", 3)
    update = {"updateAt": "2026-01-02T00:00:00Z", "privacy": 1}
    assert owner("PUT", f"/videos/{video['id']}", json={"scheduleUpdate": update}).status_code == 204
    assert owner("GET", f"/videos/{video['id']}").json()["scheduledUpdate"]["privacy"] == 1
    clock.advance(hours=1)
    assert names(http.get("/api/v1/videos")) == []
    clock.advance(days=1)
    assert names(http.get("/api/v1/videos")) == ["Soon"]
    assert "scheduledUpdate" not in owner("GET", f"/videos/{video['id']}").json()


def test_a_video_moves_to_another_channel_of_its_owner(owner, person, upload):
    video = upload(owner, "Mover")
    new = owner("POST", "/video-channels", json={"name": "second", "displayName": "Second"}).json()
    path = f"/videos/{video['id']}"
    assert owner("PUT", path, json={"channelId": new["videoChannel"]["id"]}).status_code == 204
    assert owner("GET", path).json()["channel"]["name"] == "second"
    other = person()("GET", "/users/me").json()["videoChannels"][0]["id"]
    assert owner("PUT", path, json={"channelId": other}).status_code == 400


def test_words_for_numbers(http):
    expected = {"categories": ("15", "Science & Technology"), "licences": ("7", "Public Domain Dedication")}
    expected |= {"languages": ("fr", "French"), "privacies": ("4", "Internal")}
    for what, (key, label) in expected.items():
        assert http.get(f"/api/v1/videos/{what}").json()[key] == label


def test_what_is_known_of_the_file(owner, root, upload):
    video = upload(owner, "Filed")
    source = owner("GET", f"/videos/{video['id']}/source").json()
    assert (source["inputFilename"], source["width"], source["height"]) == ("Filed.mp4", 320, 240)
    assert owner("DELETE", f"/videos/{video['id']}/source/file").status_code == 403
    assert root("DELETE", f"/videos/{video['id']}/source/file").status_code == 204
    board = owner("GET", f"/videos/{video['id']}/storyboards").json()["storyboards"][0]
    assert board["totalWidth"] == 192
    assert owner.http.get(board["storyboardPath"]).status_code == 200


def test_watching_counts_once_and_is_remembered(owner, person, upload, http):
    video, viewer = upload(owner, "Watched"), person()
    path = f"/videos/{video['uuid']}"
    for _ in range(2):
        assert http.post(f"/api/v1{path}/views", json={"currentTime": 1}).status_code == 204
    assert viewer("PUT", f"{path}/watching", json={"currentTime": 0, "sessionId": "me"}).status_code == 204
    seen = viewer("GET", path).json()
    assert (seen["views"], seen["viewers"]) == (1, 2)
    assert viewer("GET", "/videos").json()["data"][0]["userHistory"] == {"currentTime": 0}
    assert names(viewer("GET", "/videos?excludeAlreadyWatched=true")) == []
    assert http.post(f"/api/v1{path}/views", json={"currentTime": 2}).status_code == 400


def test_a_user_has_one_rating(owner, person, upload):
    video, fan = upload(owner, "Rated"), person()
    path = f"/videos/{video['id']}"

    def rated(rating: str) -> tuple[int, int]:
        assert fan("PUT", f"{path}/rate", json={"rating": rating}).status_code == 204
        seen = fan("GET", path).json()
        return seen["likes"], seen["dislikes"]

    assert [rated(rating) for rating in ("like", "like", "dislike", "none")] == [
        (1, 0),
        (1, 0),
        (0, 1),
        (0, 0),
    ]
    assert fan("PUT", f"{path}/rate", json={"rating": "love"}).status_code == 400
    hidden = upload(owner, "Hidden", 3)
    assert fan("PUT", f"/videos/{hidden['id']}/rate", json={"rating": "like"}).status_code == 403


def test_editing_takes_its_time(owner, upload, clock):
    video = upload(owner, "Edited")
    path = f"/videos/{video['id']}"
    intro = {"tasks[0][options][file]": ("intro.mp4", media.mp4(3), "video/mp4")}
    answer = owner("POST", f"{path}/studio/edit", data={"tasks[0][name]": "add-intro"}, files=intro)
    assert answer.status_code == 204, answer.text
    assert owner("GET", path).json()["state"] == {"id": 9, "label": "To edit"}
    cut = {"tasks": [{"name": "cut", "options": {"start": 1, "end": 3}}]}
    assert owner("POST", f"{path}/studio/edit", json=cut).status_code == 409
    clock.advance(seconds=1)
    assert owner("GET", path).json()["duration"] == 4
    assert owner("POST", f"{path}/studio/edit", json=cut).status_code == 204
    clock.advance(seconds=1)
    seen = owner("GET", path).json()
    assert (seen["state"]["label"], seen["duration"]) == ("Published", 2)


@pytest.mark.parametrize(
    "tasks",
    [
        [],
        [{"name": "cut", "options": {}}],
        [{"name": "cut", "options": {"start": 3, "end": 3}}],
        [{"name": "melt", "options": {"end": 3}}],
        [{"name": "cut", "options": {"end": 1}}] * 11,
    ],
    ids=str,
)
def test_impossible_edits_are_refused(owner, upload, tasks):
    video = upload(owner, "Whole")
    assert owner("POST", f"/videos/{video['id']}/studio/edit", json={"tasks": tasks}).status_code == 400
    assert owner("GET", f"/videos/{video['id']}").json()["state"]["label"] == "Published"
