"""Restoring a user's data from an archive."""

from __future__ import annotations

import itertools
import json

import pytest

from peertube_conformance.fixtures import media


@pytest.fixture
def owner(person):
    return person(channelName="birds", videoQuota=-1)


@pytest.fixture
def newcomer(person):
    return person(videoQuota=-1)


def begin(somebody, size: int, *, user_id: int | None = None, **more: object):
    headers = {"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": "application/zip"}
    path = f"/users/{user_id or somebody.id}/imports/import-resumable"
    body = {"filename": "archive.zip", **more}
    return somebody("POST", path, headers=headers, json=body)


def send(somebody, session, content: bytes, start: int, total: int, *, user_id: int | None = None):
    query = session.headers["location"].partition("?")[2]
    headers = {
        "Content-Range": f"bytes {start}-{start + len(content) - 1}/{total}",
        "Content-Type": "application/octet-stream",
    }
    path = f"/users/{user_id or somebody.id}/imports/import-resumable?{query}"
    return somebody("PUT", path, headers=headers, content=content)


@pytest.fixture
def bring(clock):
    def bringing(somebody, archive: bytes) -> list[str]:
        half = len(archive) // 2
        session = begin(somebody, len(archive))
        assert session.status_code == 201
        first = send(somebody, session, archive[:half], 0, len(archive))
        assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{half - 1}")
        assert send(somebody, session, archive[half:], half, len(archive)).status_code == 200
        seen = [state(somebody)]
        while seen[-1] not in {"Completed", "Failed"}:
            clock.advance(seconds=1)
            seen.append(state(somebody))
        return [label for label, _ in itertools.groupby(seen)]

    return bringing


def state(somebody) -> str:
    return somebody("GET", f"/users/{somebody.id}/imports/latest").json()["state"]["label"]


@pytest.fixture
def archive(owner, http, clock, upload, person):
    other = person(channelName="whales", videoQuota=-1)
    whale = upload(other, "Whales")
    owner("PUT", "/users/me", json={"displayName": "Ada", "nsfwPolicy": "blur"})
    owner("POST", "/users/me/avatar/pick", files={"avatarfile": ("a.png", media.png(8, 8), "image/png")})
    owner("POST", "/users/me/subscriptions", json={"uri": "whales@localhost:9000"})
    owner("PUT", f"/videos/{whale['id']}/rate", json={"rating": "like"})
    owner("POST", f"/videos/{whale['id']}/views", json={"currentTime": 1})
    owner("POST", "/video-playlists", files={"displayName": (None, "Flying"), "privacy": (None, "3")})
    upload(owner, "Sparrows", description="Small birds.", tags=["birds", "small"])
    owner("POST", f"/users/{owner.id}/exports/request", json={"withVideoFiles": True})
    for _ in range(2):
        clock.advance(seconds=1)
        (made,) = owner("GET", f"/users/{owner.id}/exports").json()["data"]
    return http.get(made["privateDownloadUrl"]).content


@pytest.fixture
def brought_along(root, owner, archive, instance):
    """The archive of a user whom this instance does not know."""
    root("DELETE", f"/users/{owner.id}")
    instance.state.retired_names.clear()
    return archive


def test_an_archive_is_taken_over(newcomer, brought_along, bring):
    newcomer("PUT", "/users/me", json={"videoLanguages": ["fr"]})
    assert bring(newcomer, brought_along) == ["Pending", "Processing", "Completed"]
    me = newcomer("GET", "/users/me").json()
    assert (me["username"], me["account"]["displayName"], me["nsfwPolicy"]) == (newcomer.name, "Ada", "blur")
    assert me["videoLanguages"] is None
    assert len(me["account"]["avatars"]) == 4
    assert "birds" in [channel["name"] for channel in me["videoChannels"]]
    (video,) = newcomer("GET", "/users/me/videos").json()["data"]
    assert (video["name"], video["description"], video["duration"]) == ("Sparrows", "Small birds.", 1)
    subscribed = newcomer("GET", "/users/me/subscriptions").json()["data"]
    assert [channel["name"] for channel in subscribed] == ["whales"]
    (watched,) = newcomer("GET", "/users/me/history/videos").json()["data"]
    assert watched["name"] == "Whales"
    assert newcomer("GET", f"/users/me/videos/{watched['id']}/rating").json()["rating"] == "like"
    lists = newcomer("GET", f"/accounts/{newcomer.name}/video-playlists").json()["data"]
    assert sorted(one["displayName"] for one in lists) == ["Flying", "Watch later"]


def test_what_is_there_already_stays_single(owner, archive, bring):
    assert bring(owner, archive)[-1] == "Completed"
    assert owner("GET", "/users/me/videos").json()["total"] == 1
    assert len(owner("GET", "/users/me").json()["videoChannels"]) == 1
    assert owner("GET", f"/accounts/{owner.name}/video-playlists").json()["total"] == 2


def test_what_is_no_archive_fails(newcomer, bring):
    assert bring(newcomer, b"This is text.")[-1] == "Failed"
    assert bring(newcomer, media.zip({"readme.txt": b"empty"}))[-1] == "Completed"


def test_a_damaged_archive_changes_nothing(newcomer, bring):
    account = {"displayName": "Damaged", "description": "As it was sent."}
    whole = media.zip({"readme.txt": b"empty", "peertube/account.json": json.dumps(account).encode()})
    place = whole.index(b"peertube/account.json") + len("peertube/account.json") + 5
    damaged = whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :]
    assert bring(newcomer, damaged)[-1] == "Failed"
    assert newcomer("GET", "/users/me").json()["account"]["displayName"] != "Damaged"
    assert bring(newcomer, whole)[-1] == "Completed"
    assert newcomer("GET", "/users/me").json()["account"]["displayName"] == "Damaged"


def test_one_import_at_a_time(newcomer):
    session = begin(newcomer, 10)
    assert send(newcomer, session, bytes(10), 0, 10).status_code == 200
    assert begin(newcomer, 10).status_code == 400


def test_an_archive_fits_in_the_quota(person):
    poor = person(videoQuota=10)
    assert begin(poor, 10).status_code == 413
    assert begin(poor, 9).status_code == 201


@pytest.mark.parametrize("filename", ["archive.tar", "", 5])
def test_only_zip_files_are_taken(newcomer, filename):
    assert begin(newcomer, 10, filename=filename).status_code == 400


def test_imports_are_for_their_user_and_administrators(newcomer, person, root):
    stranger = person()
    path = f"/users/{newcomer.id}/imports/latest"
    assert stranger("GET", path).status_code == 403
    assert begin(stranger, 10, user_id=newcomer.id).status_code == 403
    assert begin(stranger, 10, user_id=4711).status_code == 404
    assert newcomer("GET", path).status_code == 404
    session = begin(root, 10, user_id=newcomer.id)
    assert send(newcomer, session, bytes(10), 0, 10).status_code == 403
    assert send(root, session, bytes(10), 0, 10, user_id=newcomer.id).status_code == 200
    assert newcomer("GET", path).json()["state"]["label"] == "Pending"


def test_a_cancelled_session_takes_nothing_more(newcomer):
    session = begin(newcomer, 10)
    query = session.headers["location"].partition("?")[2]
    path = f"/users/{newcomer.id}/imports/import-resumable?{query}"
    assert [newcomer("DELETE", path).status_code for _ in range(2)] == [204, 404]
    assert send(newcomer, session, bytes(10), 0, 10).status_code == 404


def test_a_chunk_of_another_file_is_refused(newcomer):
    session = begin(newcomer, 10)
    assert send(newcomer, session, bytes(5), 0, 11).status_code == 409
    assert send(newcomer, session, bytes(5), 5, 10).status_code == 409


def test_imports_can_be_switched_off(newcomer, instance):
    instance.state.custom_config["import"]["users"]["enabled"] = False
    assert begin(newcomer, 10).status_code == 400
