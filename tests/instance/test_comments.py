"""Comment threads."""

from __future__ import annotations

import pytest


@pytest.fixture
def owner(person):
    return person()


@pytest.fixture
def video(owner, upload):
    return upload(owner, "Discussed")


@pytest.fixture
def say(video):
    def said(who, text: str) -> dict:
        answer = who("POST", f"/videos/{video['id']}/comment-threads", json={"text": text})
        assert answer.status_code == 200
        return answer.json()["comment"]

    return said


def texts(who, video, query: str = "") -> list[str]:
    return [
        one["text"] for one in who("GET", f"/videos/{video['id']}/comment-threads?{query}").json()["data"]
    ]


def test_threads_are_listed_newest_first(owner, person, video, say):
    guest = person()
    first, second = say(guest, "First"), say(owner, "Second")
    assert (first["threadId"], first["account"]["name"]) == (first["id"], guest.name)
    assert second["inReplyToCommentId"] is None
    assert texts(owner, video) == ["Second", "First"]
    assert texts(owner, video, "sort=createdAt&count=1") == ["First"]
    answer = owner("GET", f"/videos/{video['id']}/comment-threads").json()
    assert (answer["total"], answer["totalNotDeletedComments"]) == (2, 2)


def test_a_deleted_comment_keeps_its_place(owner, person, video, say):
    guest = person()
    comment = say(guest, "Regretted")
    path = f"/videos/{video['id']}/comments/{comment['id']}"
    assert person()("DELETE", path).status_code == 403
    assert guest("DELETE", path).status_code == 204
    assert guest("DELETE", path).status_code == 409
    answer = owner("GET", f"/videos/{video['id']}/comment-threads").json()
    assert (answer["total"], answer["totalNotDeletedComments"]) == (1, 0)
    gone = answer["data"][0]
    assert (gone["text"], gone["account"], gone["isDeleted"]) == ("", None, True)


def test_the_owner_of_the_video_and_moderators_delete_too(owner, person, video, say):
    for deleter in (owner, person(role=1)):
        comment = say(person(), "Rude")
        assert deleter("DELETE", f"/videos/{video['id']}/comments/{comment['id']}").status_code == 204


def test_a_comment_is_deleted_below_its_own_video(owner, upload, video, say):
    other, comment = upload(owner, "Other"), say(owner, "Here")
    answer = owner("DELETE", f"/videos/{other['id']}/comments/{comment['id']}")
    assert (answer.status_code, answer.json()["code"]) == (400, "comment_not_associated_to_video")
    assert owner("DELETE", f"/videos/{video['id']}/comments/999").status_code == 404


@pytest.mark.parametrize("text", ["", "x" * 10001, None, 5])
def test_a_comment_has_some_text(owner, video, text):
    assert owner("POST", f"/videos/{video['id']}/comment-threads", json={"text": text}).status_code == 400
    assert texts(owner, video) == []


def test_comments_follow_the_policy_of_the_video(owner, person, video, say):
    guest = person()
    owner("PUT", f"/videos/{video['id']}", json={"commentsPolicy": 3})
    assert say(guest, "May I?")["heldForReview"]
    assert not say(owner, "Of course")["heldForReview"]
    assert texts(person(), video) == ["Of course"]
    assert texts(guest, video) == texts(owner, video) == ["Of course", "May I?"]
    owner("PUT", f"/videos/{video['id']}", json={"commentsPolicy": 2})
    assert texts(owner, video) == []
    answer = owner("POST", f"/videos/{video['id']}/comment-threads", json={"text": "Closed?"})
    assert answer.status_code == 409


def test_hidden_videos_hide_their_comments(owner, person, upload, http):
    hidden = upload(owner, "Private", 3)
    path = f"/videos/{hidden['uuid']}/comment-threads"
    assert http.get(f"/api/v1{path}").status_code == 401
    assert person()("GET", path).status_code == 403
    assert person()("POST", path, json={"text": "Hello"}).status_code == 403
    assert owner("POST", path, json={"text": "Hello"}).status_code == 200


def test_comments_go_with_their_author(root, owner, person, video, say):
    guest = person()
    say(guest, "Farewell")
    assert root("DELETE", f"/users/{guest.id}").status_code == 204
    assert texts(owner, video) == []
