"""Notices: who gets them, where, and until when they are unread."""

from __future__ import annotations

from typing import Any

import pytest

HANDLE = "birds@localhost:9000"
KINDS = (
    "newVideoFromSubscription",
    "newCommentOnMyVideo",
    "abuseAsModerator",
    "videoAutoBlacklistAsModerator",
    "blacklistOnMyVideo",
    "myVideoPublished",
    "myVideoImportFinished",
    "commentMention",
    "newFollow",
    "newUserRegistration",
    "newInstanceFollower",
    "autoInstanceFollowing",
)
NOWHERE, WEB, EMAIL = 0, 1, 2


@pytest.fixture
def owner(person):
    return person(channelName="birds", videoQuota=-1)


@pytest.fixture
def reader(person, owner, clock):
    reader = person()
    reader("POST", "/users/me/subscriptions", json={"uri": HANDLE})
    clock.advance(seconds=1)
    return reader


def notices(somebody, query: str = "") -> list[dict[str, Any]]:
    return somebody("GET", f"/users/me/notifications?{query}").json()["data"]


def choose(somebody, **chosen: int) -> int:
    body = dict.fromkeys(KINDS, WEB) | chosen
    return somebody("PUT", "/users/me/notification-settings", json=body).status_code


def test_subscribers_hear_of_public_videos(owner, reader, upload):
    video = upload(owner, "Sparrows")
    upload(owner, "Unlisted", privacy=2)
    (notice,) = notices(reader)
    assert notice["type"] == 1
    assert notice["video"]["uuid"] == video["uuid"]
    assert notice["video"]["channel"]["name"] == "birds"


def test_notices_are_read_one_by_one_or_all(owner, reader, person, upload):
    for name in ("One", "Two", "Three"):
        upload(owner, name)
    newest = notices(reader)[0]["id"]
    path = "/users/me/notifications/read"
    assert person()("POST", path, json={"ids": [newest]}).status_code == 204
    assert len(notices(reader, "unread=true")) == 3, "only the reader's own are marked"
    assert reader("POST", path, json={"ids": [newest, 4711]}).status_code == 204
    assert [one["id"] for one in notices(reader, "unread=false")] == [newest]
    assert [one["read"] for one in notices(reader, "sort=read")] == [False, False, True]
    assert reader("POST", "/users/me/notifications/read-all").status_code == 204
    assert notices(reader, "unread=true") == []


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": 1}])
def test_ids_to_read_are_needed(reader, body):
    assert reader("POST", "/users/me/notifications/read", json=body).status_code == 400


def test_settings_are_obeyed(owner, reader, upload, outbox):
    assert choose(reader, newVideoFromSubscription=NOWHERE) == 204
    upload(owner, "One")
    assert choose(reader, newVideoFromSubscription=EMAIL) == 204
    outbox.clear()
    upload(owner, "Two")
    assert notices(reader) == []
    assert [(to, "Two" in subject) for to, subject, _ in outbox] == [(f"{reader.name}@example.org", True)]


def test_settings_are_shown_and_checked(reader):
    assert choose(reader, newFollow=3, newPluginVersion=2, unknown=9) == 204
    shown = reader("GET", "/users/me").json()["notificationSettings"]
    assert (shown["newFollow"], shown["newPluginVersion"], shown["abuseStateChange"]) == (3, 2, 3)
    assert "unknown" not in shown
    assert choose(reader, newFollow=4) == 400
    assert choose(reader, newPluginVersion=4) == 400
    assert reader("PUT", "/users/me/notification-settings", json={"newFollow": 1}).status_code == 400


def test_notices_go_with_what_they_are_about(owner, reader, upload):
    video = upload(owner, "Sparrows")
    assert owner("DELETE", f"/videos/{video['uuid']}").status_code == 204
    assert reader("GET", "/users/me/notifications").json()["total"] == 0
    reader("DELETE", f"/users/me/subscriptions/{HANDLE}")
    assert notices(owner) == []


def test_owners_hear_of_comments(owner, reader, upload, clock):
    video = upload(owner, "Sparrows")
    path = f"/videos/{video['uuid']}/comment-threads"
    comment = reader("POST", path, json={"text": "How small!"}).json()["comment"]
    owner("POST", path, json={"text": "They are."})
    clock.advance(seconds=1)
    (notice,) = [one for one in notices(owner) if one["type"] == 2]
    assert (notice["comment"]["id"], notice["comment"]["threadId"]) == (comment["id"], comment["threadId"])
    assert notice["comment"]["account"]["name"] == reader.name
