"""Archives of a user's data: asked for, made in the background, downloaded with their token, deleted."""

from __future__ import annotations

import io
import json
from typing import Any
from zipfile import ZipFile

import pytest

from peertube_conformance.fixtures import media


@pytest.fixture
def owner(person):
    return person(channelName="birds", videoQuota=-1)


@pytest.fixture
def ask(owner, clock):
    def asking(*, with_files: bool = False) -> dict[str, Any]:
        body = {"withVideoFiles": with_files}
        assert owner("POST", f"/users/{owner.id}/exports/request", json=body).status_code == 200
        seen = [export(owner)["state"]["label"]]
        while seen[-1] != "Completed":
            clock.advance(seconds=1)
            seen.append(export(owner)["state"]["label"])
        assert seen == ["Pending", "Processing", "Completed"]
        return export(owner)

    return asking


def export(owner) -> dict[str, Any]:
    (only,) = owner("GET", f"/users/{owner.id}/exports").json()["data"]
    return only


def opened(http, made) -> ZipFile:
    return ZipFile(io.BytesIO(http.get(made["privateDownloadUrl"]).content))


def test_an_archive_holds_what_the_user_has(http, owner, ask, person, upload):
    owner("POST", "/users/me/avatar/pick", files={"avatarfile": ("a.png", media.png(8, 8), "image/png")})
    video = upload(owner, "Sparrows")
    made = ask(with_files=True)
    archive = opened(http, made)
    assert archive.testzip() is None

    def kind(name: str) -> dict[str, Any]:
        return json.loads(archive.read(f"peertube/{name}.json"))

    account = kind("account")
    assert account["name"] == owner.name
    assert archive.read(f"files/account/avatars/{owner.name}.png")[16:20] == (1500).to_bytes(4)
    assert account["archiveFiles"]["avatar"] == f"../files/account/avatars/{owner.name}.png"
    assert [one["name"] for one in kind("channels")["channels"]] == ["birds"]
    (one,) = kind("videos")["videos"]
    assert (one["uuid"], one["channel"]) == (video["uuid"], {"name": "birds"})
    assert archive.read(one["archiveFiles"]["videoFile"].removeprefix("../")).startswith(b"\0\0\0")
    assert [one["displayName"] for one in kind("video-playlists")["videoPlaylists"]] == ["Watch later"]
    assert kind("user-settings")["email"] == f"{owner.name}@example.org"
    assert made["size"] == len(http.get(made["privateDownloadUrl"]).content)


def test_files_of_videos_are_left_out_unless_asked_for(http, owner, ask, upload):
    upload(owner, "Sparrows")
    archive = opened(http, ask())
    assert not [name for name in archive.namelist() if name.endswith(".mp4")]


def test_a_user_has_one_export(owner, ask):
    made = ask()
    path = f"/users/{owner.id}/exports"
    assert owner("POST", f"{path}/request", json={"withVideoFiles": False}).status_code == 400
    assert owner("DELETE", f"{path}/{made['id']}").status_code == 204
    assert owner("DELETE", f"{path}/{made['id']}").status_code == 404
    assert ask()["id"] != made["id"]


def test_exports_are_for_their_user_and_administrators(owner, ask, person, root):
    made = ask()
    path = f"/users/{owner.id}/exports"
    for stranger in (person(), person(role=1)):
        assert stranger("GET", path).status_code == 403
        assert stranger("POST", f"{path}/request", json={"withVideoFiles": False}).status_code == 403
        assert stranger("DELETE", f"{path}/{made['id']}").status_code == 403
        assert stranger("DELETE", f"/users/{stranger.id}/exports/{made['id']}").status_code == 403
    assert root("GET", path).json()["total"] == 1
    assert root("GET", "/users/4711/exports").status_code == 404


def test_an_export_at_work_is_not_deleted(owner, clock):
    path = f"/users/{owner.id}/exports"
    number = owner("POST", f"{path}/request", json={"withVideoFiles": False}).json()["export"]["id"]
    clock.advance(seconds=1)
    assert owner("DELETE", f"{path}/{number}").status_code == 400
    clock.advance(seconds=1)
    assert owner("DELETE", f"{path}/{number}").status_code == 204


def test_the_token_opens_its_archive_for_a_while(http, owner, ask, clock):
    address = ask()["privateDownloadUrl"]
    path, _, token = address.partition("?jwt=")
    assert http.get(address).headers["content-disposition"].endswith('.zip"')
    assert http.get(path).status_code == 400
    assert http.get(f"{path}?jwt=token").status_code == 400
    assert http.get(f"{path}?jwt={token[:-8]}AAAAAAAA").status_code == 403
    assert http.get(f"/download/user-exports/other.zip?jwt={token}").status_code == 404
    clock.advance(minutes=16)
    assert http.get(address).status_code == 403


def test_parts_of_an_archive_make_it_whole(http, ask):
    address = ask()["privateDownloadUrl"]
    whole = http.get(address).content
    parts = [http.get(address, headers={"Range": f"bytes={span}"}) for span in ("0-99", "100-", "-1")]
    assert [part.status_code for part in parts] == [206, 206, 206]
    assert parts[0].content + parts[1].content == whole
    assert parts[2].content == whole[-1:]
    assert parts[0].headers["content-range"] == f"bytes 0-99/{len(whole)}"
    behind = http.get(address, headers={"Range": f"bytes={len(whole)}-"})
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    tag = http.get(address).headers["etag"]
    assert http.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_an_old_export_is_gone(owner, ask, clock):
    ask()
    clock.advance(days=2)
    owner.sign_in()
    assert owner("GET", f"/users/{owner.id}/exports").json() == {"total": 0, "data": []}


def test_exports_can_be_switched_off(owner, instance):
    instance.state.custom_config["export"]["users"]["enabled"] = False
    assert owner("GET", f"/users/{owner.id}/exports").status_code == 400


def test_too_large_videos_stay_out(owner, instance, upload):
    upload(owner, "Sparrows")
    instance.state.custom_config["export"]["users"]["maxUserVideoQuota"] = 1
    answer = owner("POST", f"/users/{owner.id}/exports/request", json={"withVideoFiles": True})
    assert answer.status_code == 403
    assert answer.json()["code"] == "max_user_video_quota_exceeded_for_user_export"
