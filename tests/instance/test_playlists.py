"""Who sees which playlist."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.instance.conftest import MakePerson, Person

MakePlaylist = Callable[..., dict[str, Any]]

JPEG = b"\xff\xd8\xff\xe0" + bytes(16)
PRIVATE, UNLISTED, PUBLIC = 3, 2, 1


def form(**fields: object) -> dict[str, tuple[None, str]]:
    return {name: (None, str(value)) for name, value in fields.items()}


@pytest.fixture
def owner(person: MakePerson) -> Person:
    return person()


@pytest.fixture
def make(owner: Person) -> MakePlaylist:
    channel = owner("GET", "/users/me").json()["videoChannels"][0]["id"]

    def made(privacy: int, **more: Any) -> dict[str, Any]:
        files = form(displayName="Birds", privacy=privacy, videoChannelId=channel) | more
        return owner("POST", "/video-playlists", files=files).json()["videoPlaylist"]

    return made


def test_a_private_playlist_is_its_owners(
    http: httpx.Client, root: Person, person: MakePerson, owner: Person, make: MakePlaylist
) -> None:
    path = f"/video-playlists/{make(PRIVATE)['id']}"
    assert http.get(f"/api/v1{path}").status_code == 401
    assert person()("GET", path).status_code == 403
    assert person(role=1)("GET", path).status_code == 403
    assert owner("GET", path).json()["displayName"] == "Birds"
    assert root("GET", path).status_code == 200


def test_an_unlisted_playlist_has_to_be_known(http: httpx.Client, owner: Person, make: MakePlaylist) -> None:
    made = make(UNLISTED)
    assert http.get(f"/api/v1/video-playlists/{made['id']}").status_code == 404
    for name in (made["uuid"], made["uuid"].upper(), made["shortUUID"]):
        assert http.get(f"/api/v1/video-playlists/{name}").json()["id"] == made["id"]
    assert http.get(f"/api/v1/accounts/{owner.name}/video-playlists").json()["total"] == 0


def test_lists_show_what_the_caller_may_see(http: httpx.Client, owner: Person, make: MakePlaylist) -> None:
    public = make(PUBLIC)
    make(PRIVATE)
    path = f"/accounts/{owner.name}/video-playlists"
    assert [one["id"] for one in http.get(f"/api/v1{path}").json()["data"]] == [public["id"]]
    assert owner("GET", path).json()["total"] == 3
    assert owner("GET", f"{path}?playlistType=2").json()["total"] == 1
    assert owner("GET", f"{path}?search=bird&sort=-displayName").json()["total"] == 2


def test_a_picture_is_served_and_goes_with_its_playlist(
    http: httpx.Client, owner: Person, make: MakePlaylist
) -> None:
    made = make(PUBLIC, thumbnailfile=("a.jpg", JPEG, "image/jpeg"))
    path = owner("GET", f"/video-playlists/{made['id']}").json()["thumbnailPath"]
    picture = http.get(path)
    assert (picture.content, picture.headers["content-type"]) == (JPEG, "image/jpeg")
    assert http.get(path, headers={"If-None-Match": picture.headers["etag"]}).status_code == 304
    assert owner("DELETE", f"/video-playlists/{made['id']}").status_code == 204
    assert http.get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.jpg", b"no picture", "image/jpeg"),
        ("a.gif", b"GIF89a", "image/gif"),
        ("a.jpg", JPEG + bytes(1 << 22), "image/jpeg"),
    ],
)
def test_not_every_file_is_a_picture(owner: Person, name: str, data: bytes, media_type: str) -> None:
    files = form(displayName="Birds") | {"thumbnailfile": (name, data, media_type)}
    assert owner("POST", "/video-playlists", files=files).status_code == 400


def test_a_playlist_that_is_not_private_needs_an_own_channel(root: Person, owner: Person) -> None:
    assert owner("POST", "/video-playlists", files=form(displayName="Birds", privacy=1)).status_code == 400
    others = root("GET", "/users/me").json()["videoChannels"][0]["id"]
    files = form(displayName="Birds", privacy=1, videoChannelId=others)
    assert owner("POST", "/video-playlists", files=files).status_code == 404


def test_who_may_delete(person: MakePerson, owner: Person, make: MakePlaylist) -> None:
    path = f"/video-playlists/{make(PUBLIC)['uuid']}"
    assert person()("DELETE", path).status_code == 403
    assert person(role=1)("DELETE", path).status_code == 204
    assert owner("DELETE", path).status_code == 404
    later = owner("GET", "/users/me").json()["specialPlaylists"][0]["id"]
    assert owner("DELETE", f"/video-playlists/{later}").status_code == 400
