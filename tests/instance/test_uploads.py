"""Uploads at once and in chunks, and replacing the file of a video."""

from __future__ import annotations

import pytest

from peertube_conformance.fixtures import media
from peertube_conformance.fixtures.instance.resumable import LIFETIME

CONTENT = media.mp4(size=3000)
VIDEO = ("v.mp4", media.mp4(), media.MP4_TYPE)


class Session:
    """A resumable upload as a client sees it."""

    def __init__(self, owner, path: str = "/videos/upload-resumable", content: bytes = CONTENT, **body):
        self.owner, self.path, self.content = owner, path, content
        body.setdefault("filename", "v.mp4")
        headers = {"X-Upload-Content-Length": str(len(content)), "X-Upload-Content-Type": "video/mp4"}
        self.answer = owner("POST", path, json=body, headers=headers)
        self.id = self.answer.headers.get("location", "").partition("upload_id=")[2]

    def send(self, first: int, end: int, *, total: int | None = None, data: bytes | None = None, by=None):
        """Sends the bytes from `first` up to, not including, `end`."""
        span = f"bytes {first}-{end - 1}/{len(self.content) if total is None else total}"
        headers = {"Content-Range": span, "Content-Type": "application/octet-stream"}
        content = self.content[first:end] if data is None else data
        return (by or self.owner)("PUT", f"{self.path}?upload_id={self.id}", content=content, headers=headers)

    def ask(self):
        headers = {
            "Content-Range": f"bytes */{len(self.content)}",
            "Content-Type": "application/octet-stream",
        }
        return self.owner("PUT", f"{self.path}?upload_id={self.id}", headers=headers)

    def cancel(self, by=None):
        return (by or self.owner)("DELETE", f"{self.path}?upload_id={self.id}")


def channel_of(owner) -> int:
    return owner("GET", "/users/me").json()["videoChannels"][0]["id"]


@pytest.fixture
def owner(person):
    return person()


@pytest.fixture
def session(owner):
    def opened(name: str = "Chunks", **more) -> Session:
        return Session(owner, channelId=channel_of(owner), name=name, **more)

    return opened


@pytest.fixture
def send(owner):
    """Uploads at once; returns the answer."""

    def sent(name: str = "At once", file=VIDEO, **fields):
        data = {"channelId": channel_of(owner), "name": name, **fields}
        return owner("POST", "/videos/upload", data=data, files={"videofile": file})

    return sent


def test_a_video_without_privacy_is_private(owner, send):
    video = send().json()["video"]
    seen = owner("GET", f"/videos/{video['uuid']}").json()
    assert (seen["privacy"]["label"], seen["duration"], seen["files"][0]["size"]) == (
        "Private",
        1,
        len(media.mp4()),
    )


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (("v.txt", b"text", "text/plain"), 415),
        (("v.mp4", media.not_a_video(), "video/mp4"), 422),
        (("v.mp4", b"", "video/mp4"), 422),
    ],
    ids=["text", "unreadable", "empty"],
)
def test_what_is_no_video_is_refused_and_leaves_nothing(owner, send, file, status):
    assert send(file=file).status_code == status
    assert owner("GET", "/users/me/videos").json()["total"] == 0


@pytest.mark.parametrize(
    "fields", [{"name": "ab"}, {"channelId": 9999}, {"privacy": 5}, {"tags[]": ["a"]}], ids=str
)
def test_a_wrong_field_is_refused(send, fields):
    assert send(**fields).status_code == 400


def test_a_missing_file_is_refused(owner):
    answer = owner(
        "POST", "/videos/upload", data={"channelId": "1", "name": "No file"}, files={"x": ("", b"")}
    )
    assert answer.status_code == 400


def test_the_quota_holds_for_both_ways(person, root):
    owner = person()
    quota = {"videoQuota": len(CONTENT)}
    assert root("PUT", f"/users/{owner.id}", json=quota).status_code == 204
    data = {"channelId": channel_of(owner), "name": "Too much"}
    answer = owner("POST", "/videos/upload", data=data, files={"videofile": ("v.mp4", CONTENT, "video/mp4")})
    assert (answer.status_code, answer.json()["code"]) == (413, "quota_reached")
    assert Session(owner, channelId=channel_of(owner), name="Too much").answer.status_code == 413
    small = {"videofile": ("v.mp4", media.mp4(), "video/mp4")}
    assert owner("POST", "/videos/upload", data=data, files=small).status_code == 200


def test_chunks_become_the_file(owner, session):
    upload = session(privacy=1)
    assert upload.answer.status_code == 201
    assert upload.answer.headers["location"].startswith(
        "//localhost:9000/api/v1/videos/upload-resumable?upload_id="
    )
    assert "Location" in upload.answer.headers["access-control-expose-headers"]
    for first, end in ((0, 1), (1, 1000), (1000, 2999)):
        answer = upload.send(first, end)
        assert (answer.status_code, answer.headers["range"]) == (308, f"bytes=0-{end - 1}")
    video = upload.send(2999, 3000).json()["video"]
    details = owner("GET", f"/videos/{video['uuid']}").json()
    assert owner.http.get(details["files"][0]["fileUrl"]).content == CONTENT
    assert upload.send(2999, 3000).status_code == 404


def test_an_upload_goes_on_where_it_stopped(session):
    upload = session()
    assert "range" not in upload.ask().headers
    upload.send(0, 1200)
    assert upload.ask().headers["range"] == "bytes=0-1199"
    assert upload.send(1000, 2000).headers["range"] == "bytes=0-1999"  # a chunk that was lost on its way back
    assert upload.send(2000, 3000).status_code == 200


@pytest.mark.parametrize(
    ("first", "end", "how"),
    [
        (101, 200, {}),
        (100, 200, {"total": 3001}),
        (100, 200, {"total": 2999}),
        (100, 200, {"data": b"short"}),
        (100, 200, {"data": b"x" * 101}),
        (100, 3001, {"data": b"x" * 2901}),
    ],
    ids=["gap", "larger", "smaller", "short", "long", "behind the end"],
)
def test_a_chunk_that_does_not_fit_changes_nothing(session, first, end, how):
    upload = session()
    upload.send(0, 100)
    assert upload.send(first, end, **how).status_code == 409
    assert upload.ask().headers["range"] == "bytes=0-99"


def test_the_same_file_is_the_same_upload(session):
    first = session(lastModified=5)
    first.send(0, 500)
    again = session(lastModified=5)
    assert (again.answer.status_code, again.id, again.answer.headers["range"]) == (
        200,
        first.id,
        "bytes=0-499",
    )
    assert session(lastModified=6).answer.status_code == 201
    assert session().id != session().id


def test_an_upload_belongs_to_who_opened_it(session, person):
    upload, other = session(), person()
    assert upload.send(0, 100, by=other).status_code == 403
    assert upload.cancel(by=other).status_code == 403
    assert "range" not in upload.ask().headers


def test_a_cancelled_upload_is_gone(session):
    upload = session()
    upload.send(0, 100)
    assert [upload.cancel().status_code for _ in range(2)] == [204, 404]
    assert upload.send(100, 200).status_code == 404


def test_a_chunk_may_come_again(session):
    upload = session()
    upload.send(0, 1000)
    for first, end, stored in ((0, 500, 1000), (0, 1000, 1000), (0, 1, 1000), (999, 1001, 1001)):
        assert upload.send(first, end).headers["range"] == f"bytes=0-{stored - 1}"
        assert upload.ask().headers["range"] == f"bytes=0-{stored - 1}"
    assert upload.send(1001, 3000).status_code == 200


def test_asking_takes_no_bytes(owner, session):
    upload = session()
    headers = {"Content-Range": f"bytes */{len(CONTENT)}", "Content-Type": "application/octet-stream"}
    path = f"{upload.path}?upload_id={upload.id}"
    assert owner("PUT", path, content=CONTENT[:100], headers=headers).status_code == 409
    assert "range" not in upload.ask().headers


def test_an_abandoned_upload_ends(session, clock):
    upload = session()
    clock.advance(seconds=LIFETIME.total_seconds() + 1)
    assert upload.ask().status_code == 404


def test_an_unreadable_upload_leaves_nothing(owner):
    noise = media.not_a_video()
    upload = Session(owner, content=noise, channelId=channel_of(owner), name="Noise")
    assert upload.send(0, len(noise)).status_code == 422
    assert upload.ask().status_code == 404
    assert owner("GET", "/users/me/videos").json()["total"] == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Upload-Content-Length": "0"}, 400),
        ({"X-Upload-Content-Length": "many"}, 400),
        ({"X-Upload-Content-Type": "text/plain"}, 415),
    ],
    ids=str,
)
def test_a_wrong_announcement_is_refused(owner, headers, status):
    body = {"channelId": channel_of(owner), "name": "Wrong", "filename": "v.mp4"}
    sent = {"X-Upload-Content-Length": "10", "X-Upload-Content-Type": "video/mp4", **headers}
    assert owner("POST", "/videos/upload-resumable", json=body, headers=sent).status_code == status


def test_pictures_may_come_with_the_announcement(owner):
    files = {"thumbnailfile": ("t.png", media.png(20, 10), "image/png")}
    headers = {"X-Upload-Content-Length": str(len(CONTENT)), "X-Upload-Content-Type": "video/mp4"}
    data = {"channelId": channel_of(owner), "name": "Pictured", "filename": "v.mp4", "tags[]": ["one", "two"]}
    answer = owner("POST", "/videos/upload-resumable", data=data, files=files, headers=headers)
    number = answer.headers["location"].partition("upload_id=")[2]
    path = f"/videos/upload-resumable?upload_id={number}"
    video = owner("PUT", path, content=CONTENT, headers={"Content-Type": "application/octet-stream"}).json()[
        "video"
    ]
    seen = owner("GET", f"/videos/{video['id']}").json()
    assert (seen["tags"], owner.http.get(seen["thumbnailPath"]).content) == (
        ["one", "two"],
        media.png(20, 10),
    )


def test_a_video_gets_another_file(owner, person, upload, instance):
    video = upload(owner, "Replaced")
    path = f"/videos/{video['id']}/source/replace-resumable"
    longer = media.mp4(4, width=64, height=48)
    assert Session(person(), path, longer).answer.status_code == 403
    before = owner("GET", f"/videos/{video['id']}").json()
    session = Session(owner, path, longer, filename="longer.mp4")
    assert session.answer.status_code == 201
    assert session.send(0, 700).status_code == 308
    answer = session.send(700, len(longer))
    assert (answer.status_code, answer.json()["inputFilename"]) == (200, "longer.mp4")
    after = owner("GET", f"/videos/{video['id']}").json()
    assert (after["uuid"], after["duration"], after["files"][0]["height"]) == (video["uuid"], 4, 48)
    assert after["inputFileUpdatedAt"] is not None
    assert owner.http.get(before["files"][0]["fileUrl"]).status_code == 404
    assert owner.http.get(after["files"][0]["fileUrl"]).content == longer
    instance.state.custom_config["videoFile"]["update"]["enabled"] = False
    assert Session(owner, path, longer).answer.status_code == 403


def test_a_session_ends_where_it_began(owner, session, upload):
    video, session = upload(owner, "Other"), session()
    session.path = f"/videos/{video['id']}/source/replace-resumable"
    assert session.send(0, 100).status_code == 404
