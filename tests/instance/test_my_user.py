"""The signed-in user's own profile, videos and figures."""

from __future__ import annotations

import re

import pytest

from peertube_conformance.fixtures import media


@pytest.fixture
def me(person):
    return person(videoQuota=-1)


def test_a_profile_is_changed_member_by_member(http, me):
    before = me("GET", "/users/me").json()
    body = {
        "displayName": "Ada",
        "description": "Writes programs.",
        "nsfwPolicy": "blur",
        "videoLanguages": ["en"],
    }
    assert me("PUT", "/users/me", json=body).status_code == 204
    after = me("GET", "/users/me").json()
    assert (after["nsfwPolicy"], after["videoLanguages"]) == ("blur", ["en"])
    assert after["p2pEnabled"] == before["p2pEnabled"]
    assert http.get(f"/api/v1/accounts/{me.name}").json()["displayName"] == "Ada"
    assert me("PUT", "/users/me", json={"description": None, "videoLanguages": None}).status_code == 204
    assert me("GET", "/users/me").json()["account"]["description"] is None
    assert me("PUT", "/users/me").status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {"displayName": ""},
        {"displayName": None},
        {"description": "ab"},
        {"nsfwPolicy": "hide"},
        {"autoPlayNextVideoPlaylist": "sometimes"},
        {"videoLanguages": ["en"] * 500},
        {"theme": "not-installed"},
        {"password": "another-one"},
        {"email": "new@example.org"},
    ],
)
def test_a_bad_change_changes_nothing(me, body):
    before = me("GET", "/users/me").json()
    assert me("PUT", "/users/me", json={"p2pEnabled": False, **body}).status_code == 400
    assert me("GET", "/users/me").json() == before


def test_a_password_is_changed_by_who_knows_the_present_one(me):
    wrong = {"password": "another-one", "currentPassword": "not-mine"}
    assert me("PUT", "/users/me", json=wrong).status_code == 401
    right = {"password": "another-one", "currentPassword": me.password}
    assert me("PUT", "/users/me", json=right).status_code == 204
    assert me.sign_in().status_code == 400
    me.password = "another-one"
    assert me.sign_in().status_code == 200


def test_an_address_is_verified_before_it_is_taken(me, outbox):
    body = {"email": "new@example.org", "currentPassword": me.password}
    assert me("PUT", "/users/me", json=body).status_code == 204
    shown = me("GET", "/users/me").json()
    assert (shown["email"], shown["pendingEmail"]) == (f"{me.name}@example.org", "new@example.org")
    to, _, text = outbox[-1]
    assert to == "new@example.org"
    secret = re.search("verificationString=([0-9a-f]+)", text)
    assert secret
    verification = {"verificationString": secret[1], "isPendingEmail": True}
    assert me.http.post(f"/api/v1/users/{me.id}/verify-email", json=verification).status_code == 204
    assert me("GET", "/users/me").json()["email"] == "new@example.org"


def test_an_address_of_somebody_else_is_not_taken(me, person):
    body = {"email": f"{person().name}@example.org", "currentPassword": me.password}
    assert me("PUT", "/users/me", json=body).status_code == 400


def test_an_avatar_is_served_until_it_is_deleted(http, me):
    files = {"avatarfile": ("me.png", media.png(8, 8), "image/png")}
    avatars = me("POST", "/users/me/avatar/pick", files=files).json()["avatars"]
    assert [avatar["width"] for avatar in avatars] == [1500, 600, 120, 48]
    assert http.get(avatars[-1]["path"]).headers["content-type"] == "image/png"
    assert me("GET", "/users/me").json()["account"]["avatars"] == avatars
    assert me("DELETE", "/users/me/avatar").json() == {"avatars": []}
    assert http.get(avatars[-1]["path"]).status_code == 404
    assert (
        me("POST", "/users/me/avatar/pick", files={"other": ("me.png", b"", "image/png")}).status_code == 400
    )


def test_own_videos_are_listed_whatever_their_privacy(me, person, upload):
    channel = me("GET", "/users/me").json()["videoChannels"][0]["id"]
    upload(me, "Sparrows")
    upload(me, "Albatrosses", privacy=3)
    upload(person(videoQuota=-1), "Whales")

    def names(query: str) -> list[str]:
        return [video["name"] for video in me("GET", f"/users/me/videos?{query}").json()["data"]]

    assert names("sort=name") == ["Albatrosses", "Sparrows"]
    assert names("search=spar") == ["Sparrows"]
    assert names(f"channelId={channel}&count=1&sort=-name") == ["Sparrows"]
    assert names("isLive=true") == []
    assert me("GET", "/users/me/videos?channelId=4711").status_code == 404
    used = me("GET", "/users/me/video-quota-used").json()
    assert used == {"videoQuotaUsed": used["videoQuotaUsed"], "videoQuotaUsedDaily": used["videoQuotaUsed"]}
    assert used["videoQuotaUsed"] > 0


def test_a_video_counts_with_its_largest_file(me, root, upload):
    content = media.mp4(size=5000)
    upload(me, "Whales", content=content)
    upload(me, "Sparrows", content=content)
    assert me("GET", "/users/me/video-quota-used").json()["videoQuotaUsed"] == 10_000
    assert root("GET", f"/users/{me.id}?withStats=true").json()["totalVideoFileSize"] >= 10_000


def test_own_ratings_are_told(me, person, upload):
    video = upload(person(videoQuota=-1), "Whales")
    for name in (video["id"], video["uuid"], video["shortUUID"]):
        rating = me("GET", f"/users/me/videos/{name}/rating").json()
        assert rating == {"videoId": video["id"], "rating": "none"}
    assert me("PUT", f"/videos/{video['id']}/rate", json={"rating": "like"}).status_code == 204
    assert me("GET", f"/users/me/videos/{video['id']}/rating").json()["rating"] == "like"
    assert me("GET", "/users/me/videos/4711/rating").status_code == 404


def test_there_are_neither_imports_nor_reports(me):
    assert me("GET", "/users/me/videos/imports?sort=createdAt").json() == {"total": 0, "data": []}
    assert me("GET", "/users/me/abuses?state=1&sort=-state").json() == {"total": 0, "data": []}
